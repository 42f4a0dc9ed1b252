//! Marks in the environment of servers, by which all that a server started is found: also what left its group with
//! `setsid`, and what is left of a group whose leader ended.
//!
//! Everything that has the mark ends with its server, a browser that the server drives included. What a launcher of the
//! desktop started is a window of the person, such as the browser in which a server lets them sign in, and stays. A
//! mark is no secret. What takes it out of its own environment is not found; macOS hides the environment of the
//! programs that come with it, which are ended by their group.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};

use super::groups::{TERM_TIMEOUT, pause};

/// The variable with the mark of a server: `MARK-NUMBER`.
const VARIABLE: &str = "PATCHBAY_SERVER";

/// Variables that only a launcher of the desktop sets; servers inherit none of them. The last one is of macOS, whose
/// `open` hands our mark on.
const LAUNCHED: [&str; 4] = [
    "GIO_LAUNCHED_DESKTOP_FILE",
    "DESKTOP_STARTUP_ID",
    "XDG_ACTIVATION_TOKEN",
    "__CFBundleIdentifier",
];

/// Bytes of randomness.
const BYTES: usize = 16;

/// Time between SIGTERM and SIGKILL while Patchbay runs, as for the group of a server.
const GRACE_PERIOD: Duration = Duration::from_secs(2);

/// Time for processes to end after SIGKILL.
const KILL_TIMEOUT: Duration = Duration::from_millis(2500);

/// The mark of a Patchbay process: random, as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Mark(String);

impl Mark {
    pub(super) fn random() -> Self {
        let mut bytes = [0; BYTES];
        #[expect(clippy::expect_used, reason = "as for every other identifier")]
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        Self(bytes.map(|byte| format!("{byte:02x}")).concat())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The variable for the next server.
    pub(super) fn next_variable(&self, number: &AtomicU64) -> (&'static str, String) {
        let number = number.fetch_add(1, Ordering::Relaxed);
        (VARIABLE, format!("{}-{number}", self.0))
    }

    /// Ends everything that the servers of that process started.
    pub(super) fn end_all(&self) {
        let fits = |value: &str| {
            let mark = value.rsplit_once('-').map(|(mark, _)| mark);
            mark == Some(&*self.0)
        };
        end(fits, TERM_TIMEOUT);
    }
}

impl TryFrom<String> for Mark {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match text.len() == 2 * BYTES && text.bytes().all(is_digit) {
            true => Ok(Self(text)),
            false => Err("not a mark"),
        }
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.0
    }
}

/// Takes the mark out of the environment of a process of ours, which has to outlive the server that we may run in.
pub(in crate::processes) fn strip(command: &mut Command) {
    command.env_remove(VARIABLE);
}

/// Returns the mark among the variables of a server.
pub(super) fn of_server(environment: &[(OsString, OsString)]) -> Option<String> {
    let mut marks = environment
        .iter()
        .rev()
        .filter(|(name, _)| name == VARIABLE);
    marks
        .next()
        .and_then(|(_, value)| value.to_str())
        .map(str::to_owned)
}

/// Ends everything that the server with this mark started.
pub(super) fn end_server(mark: &str) {
    end(|value| value == mark, GRACE_PERIOD);
}

/// Ends the processes with a fitting mark: by SIGTERM, and by SIGKILL after the grace period.
fn end(fits: impl Fn(&str) -> bool, grace: Duration) {
    let began = Instant::now();
    let mut terminated = HashSet::new();
    // A process that is about to execute another program has no environment for a moment.
    let mut empty_scans = 0;
    while empty_scans < 2 && began.elapsed() < grace + KILL_TIMEOUT {
        if empty_scans > 0 || !terminated.is_empty() {
            pause();
        }
        let found = find(&fits);
        empty_scans = if found.is_empty() { empty_scans + 1 } else { 0 };
        for process in &found {
            // A second SIGTERM makes some programs end without cleaning up.
            if began.elapsed() >= grace {
                process.signal(Signal::KILL);
            } else if terminated.insert(process.id) {
                process.signal(Signal::TERM);
            }
        }
    }
}

/// Finds the running processes with a fitting mark. On failure there are none.
fn find(fits: &impl Fn(&str) -> bool) -> Vec<Process> {
    let found = match cfg!(target_os = "linux") {
        true => in_proc(fits),
        false => by_ps(fits),
    };
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "what servers started may be left");
        Vec::new()
    })
}

fn in_proc(fits: &impl Fn(&str) -> bool) -> io::Result<Vec<Process>> {
    let has_mark = |id: Pid| {
        // Unreadable for processes of other users.
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let environment = String::from_utf8_lossy(&environment);
        is_marked(environment.split('\0'), fits)
    };
    let names = fs::read_dir("/proc")?
        .flatten()
        .map(|entry| entry.file_name());
    let ids = names.filter_map(|name| Pid::from_raw(name.to_str()?.parse().ok()?));
    let marked = ids.filter(|id| has_mark(*id)).filter_map(Process::open);
    // Whatever had the id before the process was opened has no say.
    Ok(marked.filter(|process| has_mark(process.id)).collect())
}

fn by_ps(fits: &impl Fn(&str) -> bool) -> io::Result<Vec<Process>> {
    let list = || -> io::Result<Vec<Pid>> {
        let listed = Command::new("/bin/ps")
            .args(["-x", "-w", "-w", "-E", "-o", "pid=", "-o", "command="])
            .env_clear()
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()?;
        Ok(marked_in_list(
            &String::from_utf8_lossy(&listed.stdout),
            fits,
        ))
    };
    let opened: Vec<_> = list()?.into_iter().filter_map(Process::open).collect();
    if opened.is_empty() {
        return Ok(opened);
    }
    let again = list()?;
    let still = opened
        .into_iter()
        .filter(|process| again.contains(&process.id));
    Ok(still.collect())
}

/// Returns the marked processes in a list of lines with id, command and environment.
fn marked_in_list(list: &str, fits: &impl Fn(&str) -> bool) -> Vec<Pid> {
    let marked = list.lines().filter_map(|line| {
        let (id, words) = line.trim_start().split_once(' ')?;
        is_marked(words.split(' '), fits).then(|| Pid::from_raw(id.parse().ok()?))?
    });
    marked.collect()
}

/// Whether one of the variables is a fitting mark, and none is of a launcher.
fn is_marked<'a>(
    variables: impl Iterator<Item = &'a str> + Clone,
    fits: &impl Fn(&str) -> bool,
) -> bool {
    let mut pairs = variables.filter_map(|variable| variable.split_once('='));
    let is_launched = |(name, _): (&str, &str)| LAUNCHED.contains(&name);
    let is_mark = |(name, value): (&str, &str)| name == VARIABLE && fits(value);
    pairs.clone().any(is_mark) && !pairs.any(is_launched)
}

/// A process of another program that is signalled only while it is the same.
struct Process {
    id: Pid,
    #[cfg(target_os = "linux")]
    handle: std::os::fd::OwnedFd,
    #[cfg(not(target_os = "linux"))]
    started: String,
}

impl Process {
    /// `None` for init, for this process, and for one that ended.
    fn open(id: Pid) -> Option<Self> {
        if id.is_init() || id == rustix::process::getpid() {
            return None;
        }
        Some(Self {
            id,
            #[cfg(target_os = "linux")]
            handle: rustix::process::pidfd_open(id, rustix::process::PidfdFlags::empty()).ok()?,
            #[cfg(not(target_os = "linux"))]
            started: super::start_time::of(id.as_raw_pid().unsigned_abs()).ok()?,
        })
    }

    /// Fails if the process has ended meanwhile.
    #[cfg(target_os = "linux")]
    fn signal(&self, signal: Signal) {
        let _ = rustix::process::pidfd_send_signal(&self.handle, signal);
    }

    #[cfg(not(target_os = "linux"))]
    fn signal(&self, signal: Signal) {
        let started = super::start_time::of(self.id.as_raw_pid().unsigned_abs());
        if started.is_ok_and(|started| started == self.started) {
            let _ = rustix::process::kill_process(self.id, signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::Child;

    use super::*;

    /// Ignores SIGTERM and starts the same in a session of its own; says the id of that and waits.
    const DEAF: &str = r#"
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    os.execvp(sys.executable, [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"])
time.sleep(600)
"#;

    /// Starts a script; returns the first line that it says, too.
    fn start_script(script: &str, variables: &[(&str, &str)]) -> (Child, String) {
        let mut child = Command::new("python3")
            .args(["-c", script])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        (child, line)
    }

    fn start(variables: &[(&str, &str)]) -> (Child, u32) {
        let (child, line) = start_script(DEAF, variables);
        (child, line.trim().parse().unwrap())
    }

    fn lives(process: u32) -> bool {
        let state = Command::new("ps")
            .args(["-o", "stat=", "-p", &process.to_string()])
            .output();
        let state = String::from_utf8(state.unwrap().stdout).unwrap();
        !matches!(state.trim().chars().next(), None | Some('Z'))
    }

    #[test]
    fn only_what_has_the_mark_ends_and_a_window_of_the_person_stays() {
        let (mark, other, number) = (Mark::random(), Mark::random(), AtomicU64::new(0));
        let next = |mark: &Mark| mark.next_variable(&number).1;
        let (one, two, foreign) = (next(&mark), next(&mark), next(&other));
        let desktop = (
            "GIO_LAUNCHED_DESKTOP_FILE",
            "/usr/share/applications/browser.desktop",
        );
        let all = [
            start(&[(VARIABLE, &one)]),
            start(&[(VARIABLE, &two)]),
            start(&[(VARIABLE, &foreign)]),
            start(&[(VARIABLE, &one), desktop]),
            // No mark, although it contains one.
            start(&[
                (VARIABLE, &format!("x{two}")),
                ("NOTE", &format!("{VARIABLE}={two}")),
            ]),
        ];
        let living = || -> Vec<bool> { all.iter().map(|(_, process)| lives(*process)).collect() };
        end_server(&one);
        assert_eq!(living(), [false, true, true, true, true]);
        mark.end_all();
        assert_eq!(living(), [false, false, true, true, true]);
        for (mut child, process) in all {
            drop(child.kill());
            child.wait().unwrap();
            let _ = Command::new("kill")
                .args(["-KILL", &process.to_string()])
                .output();
        }
    }

    #[test]
    fn what_a_server_started_has_time_to_save() {
        const SAVES: &str = "import signal, sys, time\n\
                             def save(*_):\n  time.sleep(1.2); sys.exit(7)\n\
                             signal.signal(signal.SIGTERM, save); print('ready', flush=True); time.sleep(600)";
        let (name, value) = Mark::random().next_variable(&AtomicU64::new(1));
        let (mut process, _) = start_script(SAVES, &[(name, &value)]);
        let ended = std::thread::spawn(move || process.wait().unwrap().code());
        end_server(&value);
        assert_eq!(ended.join().unwrap(), Some(7));
    }

    #[test]
    fn a_list_with_environments_is_read_exactly() {
        let list = "  501 /usr/bin/server --x PATH=/bin PATCHBAY_SERVER=ab-1 HOME=/\n\
                    7 server PATCHBAY_SERVER=ab-12\n\
                    8 server PATCHBAY_SERVER=ab-1 XDG_ACTIVATION_TOKEN=t\n\
                    9 server XPATCHBAY_SERVER=ab-1\n\
                    x server PATCHBAY_SERVER=ab-1\n\
                    10\n\
                    11 Chrome PATCHBAY_SERVER=ab-1 __CFBundleIdentifier=com.google.Chrome";
        let found = marked_in_list(list, &|value: &str| value == "ab-1");
        assert_eq!(found, [Pid::from_raw(501).unwrap()]);
    }

    #[test]
    fn only_random_digits_are_a_mark() {
        let mark = Mark::random();
        assert_ne!(mark, Mark::random());
        assert_eq!(Mark::try_from(mark.as_str().to_owned()), Ok(mark));
        for text in ["", "ab", &"A".repeat(32), &"0".repeat(33)] {
            assert!(Mark::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
