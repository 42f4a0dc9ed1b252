//! The process that waits for our end.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::{WATCH_PROGRAMS, groups};

/// Our side of it: the pipe at which it waits.
#[derive(Default)]
pub(super) struct Watcher {
    program: Option<PathBuf>,
    process: Option<Child>,
    /// What runs. Whoever takes the place of one that was killed knows nothing of it.
    groups: BTreeSet<u32>,
}

impl Watcher {
    pub(super) fn watch_by(&mut self, program: PathBuf) {
        self.program = Some(program);
    }

    /// Starts it, where it is not there yet or not any more: a group that ran before it was would be left by our end
    /// meanwhile. Servers run without one too: it is for the day on which we do not end them ourselves.
    pub(super) fn prepare(&mut self) {
        let is_there = |process: &mut Child| matches!(process.try_wait(), Ok(None));
        if !self.process.as_mut().is_some_and(is_there) {
            self.restart();
        }
    }

    /// Tells it of a group that is to be ended with us.
    pub(super) fn started(&mut self, group: u32) {
        self.groups.insert(group);
        self.tell(&format!("{group}\n"));
    }

    /// Tells it that nothing is left of a group.
    pub(super) fn ended(&mut self, group: u32) {
        self.groups.remove(&group);
        self.tell(&format!("-{group}\n"));
    }

    /// One that hears nothing was killed, and another one takes its place.
    fn tell(&mut self, words: &str) {
        let Some(process) = &mut self.process else {
            return;
        };
        if write(process, words).is_err() {
            // Its pipe breaks a little before it can be waited for.
            let _ = process.kill();
            let _ = process.wait();
            self.restart();
        }
    }

    /// Starts one that knows all that runs.
    fn restart(&mut self) {
        self.process = self.start();
        let all: String = self.groups.iter().map(|it| format!("{it}\n")).collect();
        let told = self.process.as_mut().map(|it| write(it, &all));
        if let Some(Err(error)) = told {
            tracing::warn!(%error, "servers are not watched");
        }
    }

    fn start(&self) -> Option<Child> {
        let started = Command::new(self.program.as_ref()?)
            .arg(WATCH_PROGRAMS)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // What a terminal sends to us is not for it.
            .process_group(0)
            .spawn();
        match started {
            Ok(process) => Some(process),
            Err(error) => {
                tracing::warn!(%error, "servers are not watched");
                None
            }
        }
    }
}

fn write(process: &mut Child, words: &str) -> io::Result<()> {
    let pipe = process.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
    pipe.write_all(words.as_bytes())
}

/// Waits until whoever started this process is gone, and ends what it had started: the whole life of the process
/// that [`WATCH_PROGRAMS`] makes.
pub fn watch_programs() {
    let mut groups = BTreeSet::new();
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else {
            break;
        };
        match line.strip_prefix('-') {
            Some(ended) => groups.remove(ended),
            None => groups.insert(line),
        };
    }
    groups::end(groups.iter().filter_map(|group| group.parse().ok()));
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Writes down what it is told.
    const SCRIPT: &str = "#!/bin/sh\nexec cat > \"${0%/*}/$$\"\n";

    #[test]
    fn one_that_takes_the_place_of_a_killed_one_knows_what_ran_before() {
        let home = tempfile::tempdir().unwrap();
        let script = home.path().join("watcher");
        fs::write(&script, SCRIPT).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let mut watcher = Watcher::default();
        watcher.watch_by(script);
        watcher.prepare();
        for group in [11, 12, 13] {
            watcher.started(group);
        }
        watcher.ended(12);
        // Whatever is said next is noticed not to be heard, or that it is gone before anything is started.
        let said: [fn(&mut Watcher); 2] = [|watcher| watcher.ended(13), Watcher::prepare];
        for say in said {
            kill(&mut watcher);
            say(&mut watcher);
            watcher.started(14);
            assert_eq!(told(&mut watcher, &home), "11\n14\n");
            watcher.ended(14);
        }
    }

    fn kill(watcher: &mut Watcher) {
        let process = watcher.process.as_mut().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// What it has written once its pipe is closed.
    fn told(watcher: &mut Watcher, home: &tempfile::TempDir) -> String {
        let process = watcher.process.as_mut().unwrap();
        drop(process.stdin.take());
        process.wait().unwrap();
        fs::read_to_string(home.path().join(process.id().to_string())).unwrap()
    }
}
