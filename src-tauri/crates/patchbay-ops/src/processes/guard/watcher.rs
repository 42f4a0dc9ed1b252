//! The watcher process, which ends our servers when this process is gone.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::marks::Mark;
use super::{WATCH_PROGRAMS, groups};
use crate::processes::inherited_files;

/// Our side: starts the watcher and writes to its pipe.
#[derive(Default)]
pub(super) struct Watcher {
    program: Option<PathBuf>,
    process: Option<Child>,
    /// Of all servers.
    mark: Option<Mark>,
    /// Running groups, to tell a replacement for a watcher that was killed.
    groups: BTreeSet<u32>,
}

impl Watcher {
    pub(super) fn set_watcher(&mut self, program: PathBuf) {
        self.program = Some(program);
    }

    /// Starts the watcher unless it runs. This must precede the first group, which could otherwise outlive us. On
    /// failure servers run all the same, as we normally end them ourselves.
    pub(super) fn prepare(&mut self, mark: &Mark) {
        self.mark = Some(mark.clone());
        let is_there = |process: &mut Child| matches!(process.try_wait(), Ok(None));
        if !self.process.as_mut().is_some_and(is_there) {
            self.restart();
        }
    }

    pub(super) fn started(&mut self, group: u32) {
        self.groups.insert(group);
        self.send(&format!("{group}\n"));
    }

    pub(super) fn ended(&mut self, group: u32) {
        self.groups.remove(&group);
        self.send(&format!("-{group}\n"));
    }

    /// Writes to the watcher, and replaces it if that fails because it was killed.
    fn send(&mut self, line: &str) {
        let Some(process) = &mut self.process else {
            return;
        };
        if write(process, line).is_err() {
            // The pipe may break before the process can be reaped.
            let _ = process.kill();
            let _ = process.wait();
            self.restart();
        }
    }

    /// Starts a watcher and tells it the mark and all running groups.
    fn restart(&mut self) {
        self.process = self.start();
        let mark = self.mark.iter().map(|mark| format!("={}\n", mark.as_str()));
        let groups = self.groups.iter().map(|it| format!("{it}\n"));
        let all: String = mark.chain(groups).collect();
        let written = self.process.as_mut().map(|it| write(it, &all));
        if let Some(Err(error)) = written {
            tracing::warn!(%error, "servers are not watched");
        }
    }

    fn command(&self) -> Option<Command> {
        let mut command = Command::new(self.program.as_ref()?);
        command
            .arg(WATCH_PROGRAMS)
            // Other processes can read it, and it may hold the passphrase of the vault.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Signals of the terminal must not reach it.
            .process_group(0);
        Some(command)
    }

    fn start(&self) -> Option<Child> {
        let mut command = self.command()?;
        // Servers do not get them either.
        inherited_files::withhold();
        let started = command.spawn();
        started
            .inspect_err(|error| tracing::warn!(%error, "servers are not watched"))
            .ok()
    }
}

fn write(process: &mut Child, text: &str) -> io::Result<()> {
    let pipe = process.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
    pipe.write_all(text.as_bytes())
}

/// Main function of the watcher process: waits until the process that started it is gone, then ends its servers.
pub fn watch_programs() {
    let mut watched = WatchedGroups::default();
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        watched.apply_line(&line);
    }
    groups::end(watched.groups.into_iter());
    if let Some(mark) = &watched.mark {
        mark.end_all();
    }
}

/// What to end.
#[derive(Default)]
struct WatchedGroups {
    mark: Option<Mark>,
    groups: BTreeSet<i32>,
}

impl WatchedGroups {
    /// Applies `=MARK`, `GROUP` (started) or `-GROUP` (ended).
    fn apply_line(&mut self, line: &str) {
        let first = line.chars().next();
        let words = line.trim_start_matches(['=', '-']);
        match first {
            Some('=') => self.mark = Mark::try_from(words.to_owned()).ok(),
            Some('-') => self.groups.retain(|group| Ok(*group) != words.parse()),
            _ => self.groups.extend(words.parse::<i32>().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Writes its input to a file named after its process id.
    const SCRIPT: &str = "#!/bin/sh\nexec cat > \"${0%/*}/$$\"\n";

    #[test]
    fn a_replacement_watcher_knows_the_running_groups() {
        let home = tempfile::tempdir().unwrap();
        let script = home.path().join("watcher");
        fs::write(&script, SCRIPT).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let mut watcher = Watcher::default();
        watcher.set_watcher(script);
        let mark = Mark::random();
        watcher.prepare(&mark);
        let environment = format!("/proc/{}/environ", watcher.process.as_ref().unwrap().id());
        if cfg!(target_os = "linux") {
            // Every test has such variables.
            assert!(!fs::read_to_string(environment).unwrap().contains("CARGO"));
        }
        for group in [11, 12, 13] {
            watcher.started(group);
        }
        watcher.ended(12);
        // Both the next message and the next start notice that the watcher is gone.
        let notices: [fn(&mut Watcher, &Mark); 2] =
            [|watcher, _| watcher.ended(13), Watcher::prepare];
        for notice in notices {
            kill(&mut watcher);
            notice(&mut watcher, &mark);
            watcher.started(14);
            let told = format!("={}\n11\n14\n", mark.as_str());
            assert_eq!(watcher_input(&mut watcher, &home), told);
            watcher.ended(14);
        }
    }

    #[test]
    fn files_that_were_left_open_for_this_process_are_kept_from_the_watcher_and_servers() {
        let (mut reader, writer) = io::pipe().unwrap();
        // Unlike all others this one is inherited.
        let inherited = rustix::io::dup(&writer).unwrap();
        let home = tempfile::tempdir().unwrap();
        let script = home.path().join("watcher");
        fs::write(&script, "#!/bin/sh\nexec sleep 600\n").unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let mut watcher = Watcher::default();
        watcher.set_watcher(script.clone());
        watcher.prepare(&Mark::random());
        let mut server = Command::new(script).spawn().unwrap();
        drop((writer, inherited));
        let (heard, hears) = std::sync::mpsc::channel();
        std::thread::spawn(move || heard.send(reader.read_to_end(&mut Vec::new()).unwrap()));
        let end = hears.recv_timeout(std::time::Duration::from_secs(20));
        assert_eq!(end, Ok(0), "it is still open");
        server.kill().unwrap();
        server.wait().unwrap();
        kill(&mut watcher);
    }

    #[test]
    fn lines_are_applied_and_malformed_ones_ignored() {
        let mut watched = WatchedGroups::default();
        let mut after = |line: &str| {
            watched.apply_line(line);
            Vec::from_iter(watched.groups.iter().copied())
        };
        assert_eq!(after("11"), [11]);
        assert_eq!(after("12"), [11, 12]);
        assert_eq!(after("-11"), [12]);
        let mark = Mark::random();
        for (line, told) in [
            (format!("={}", mark.as_str()), Some(mark)),
            ("=x".to_owned(), None),
        ] {
            let mut watched = WatchedGroups::default();
            watched.apply_line(&line);
            assert_eq!(watched.mark, told);
        }
        let none = Vec::<i32>::new();
        assert_eq!(after("-12"), none);
        for malformed in ["", "?1 11", "-", "x"] {
            assert_eq!(after(malformed), none, "{malformed}");
        }
    }

    fn kill(watcher: &mut Watcher) {
        let process = watcher.process.as_mut().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Returns what was written to the watcher, after closing its pipe.
    fn watcher_input(watcher: &mut Watcher, home: &tempfile::TempDir) -> String {
        let process = watcher.process.as_mut().unwrap();
        drop(process.stdin.take());
        process.wait().unwrap();
        fs::read_to_string(home.path().join(process.id().to_string())).unwrap()
    }
}
