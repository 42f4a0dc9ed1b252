//! The process that waits for our end.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::WATCH_PROGRAMS;

/// How long a server may take to end after it was told to, when nobody is left to ask anything of it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Our side of it: the pipe at which it waits.
#[derive(Default)]
pub(super) struct Watcher {
    program: Option<PathBuf>,
    process: Option<Child>,
}

impl Watcher {
    pub(super) fn watch_by(&mut self, program: PathBuf) {
        self.program = Some(program);
    }

    /// Starts it, where it is not there yet: a group that ran before it was would be left by our end meanwhile. Servers
    /// run without one too: it is for the day on which we do not end them ourselves.
    pub(super) fn prepare(&mut self) {
        if self.process.is_none() {
            self.process = self.start();
        }
    }

    /// Tells it of a group.
    pub(super) fn tell(&mut self, words: &str) {
        let pipe = self.process.as_mut().and_then(|it| it.stdin.as_mut());
        let told = pipe.map(|pipe| pipe.write_all(words.as_bytes()));
        if let Some(Err(error)) = told {
            tracing::warn!(%error, "servers are not watched");
            self.process = None;
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

/// Waits until whoever started this process is gone, and ends what it had started: the whole life of the process
/// that [`WATCH_PROGRAMS`] makes.
pub fn watch_programs() {
    let mut groups = BTreeSet::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else {
            break;
        };
        match line.strip_prefix('-') {
            Some(ended) => groups.remove(ended),
            None => groups.insert(line),
        };
    }
    let groups = groups.iter().filter_map(|group| group.parse().ok());
    // The first process is everybody's.
    let groups = groups.filter(|&group: &i32| group > 1);
    let groups: Vec<Pid> = groups.filter_map(Pid::from_raw).collect();
    for group in &groups {
        // One that has ended meanwhile cannot be told.
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let is_there = |group: &Pid| test_kill_process_group(*group).is_ok();
    if !groups.iter().any(is_there) {
        return;
    }
    pause(PATIENCE);
    for group in groups.iter().filter(|group| is_there(group)) {
        let _ = kill_process_group(*group, Signal::KILL);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "no system tells when the last of a group of others ends"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
