//! Starts a process in a group of its own, and ends it together with all its child processes.
//!
//! Killing a launcher such as `npx` does not end the processes that it started. On Unix the whole group is signalled;
//! on Windows they are in a job that ends with us.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_http::json::Exceeded;
use patchbay_model::Secret;
use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::Command;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::lines::{Lines, NextLine};
use super::stderr::StderrTail;
use crate::Error;
use crate::mcp::log_line::LineSink;
use crate::mcp::server_requests::TooManyRequests;

/// How long a program may take to end after its input was closed, and again after it was signalled.
const GRACE_PERIOD: Duration = Duration::from_secs(2);

/// How often a group is checked for remaining processes.
#[cfg(unix)]
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Maximum bytes of the first line of a script that are read; systems read no more either.
const FIRST_LINE_BYTES: u64 = 256;

/// Maximum bytes of one line of standard error.
const LINE_BYTES: usize = 1024 * 1024;

/// How long a line of standard error may take: a prompt never ends its line, and the progress of a download may end it only
/// when it is done.
const LINE_LIMIT: Duration = Duration::from_secs(1);

/// Number of lines of standard error that are logged before other tasks get their turn.
const LINES_AT_ONCE: u64 = 8;

/// A program to start as an MCP server: directly, without a shell.
#[derive(Clone)]
pub struct McpProgram {
    /// Display name.
    pub name: String,
    /// Path of the executable.
    pub file: PathBuf,
    pub arguments: Vec<String>,
    /// Working directory.
    pub folder: PathBuf,
    /// Its whole environment: nothing of ours is inherited.
    pub environment: Vec<(OsString, OsString)>,
    /// Secrets among arguments and environment, to be redacted in its output.
    pub secrets: Vec<Secret>,
    /// Ensures that the process does not outlive us.
    pub guard: Arc<dyn ProcessGuard>,
    /// Receives its standard error and log messages; must not block for long.
    pub log: LineSink,
}

/// Keeps track of process groups while they exist, to end them if we can't.
#[async_trait]
pub trait ProcessGuard: Send + Sync {
    /// Called before a program is started: whatever is needed to end it later has to be in place. May add to its
    /// environment.
    fn prepare(&self, program: &mut McpProgram);
    /// Called after the program was started as that group. On Windows its job ends it with us.
    fn started(&self, group: u32, program: &McpProgram);
    /// Called when the group is empty. Also ends what others started on its behalf.
    async fn ended(&self, group: u32);
}

/// Why a running program is ended.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Violation {
    /// A line exceeds this limit of bytes.
    TooLarge(u64),
    /// A message exceeds a limit.
    Exceeded(Exceeded),
    /// It sends requests and doesn't take the answers.
    Unanswered,
    /// Not by the program: its client read no messages of the host, as when it was suspended.
    Unread,
    /// It closed its input, so that no message reaches it.
    InputClosed,
    /// A message is in UTF-16, as written by Windows PowerShell.
    Utf16,
    /// Not by the program: the process that held it ended.
    HostGone,
}

/// A process. Clones share it. It is ended when one of its [`DropGuard`]s is dropped, and by [`Process::stop`].
#[derive(Clone)]
pub(in crate::mcp) struct Process(Arc<Inner>);

struct Inner {
    name: String,
    /// Its process group; `None` for one that a host holds.
    group: Option<u32>,
    stderr: StderrTail,
    violation: Mutex<Option<Violation>>,
    /// Whether the host ended it by request; set once the host tells how it ended.
    is_stopped: OnceLock<bool>,
    stopping: CancellationToken,
    /// How the group's leader ended.
    exit: watch::Sender<Option<String>>,
    /// Whether the group is empty.
    gone: watch::Receiver<bool>,
}

/// Standard input and output.
pub(super) struct Streams {
    pub(super) stdin: Box<dyn AsyncWrite + Send + Unpin>,
    pub(super) stdout: Box<dyn AsyncRead + Send + Unpin>,
}

/// Starts a program.
///
/// # Errors
/// [`Error::ProgramNotStarted`].
pub(super) fn start(mut program: McpProgram) -> Result<(Process, Streams), Error> {
    let name = program.name.clone();
    let not_started = |error: io::Error| Error::ProgramNotStarted {
        program: name.clone(),
        why: error.to_string(),
    };
    (program.log)(&format!("Patchbay starts {}", program.file.display()));
    Arc::clone(&program.guard).prepare(&mut program);
    let mut command = command(&program);
    let spawned = command.spawn();
    let mut child = spawned.map_err(|error| not_started(explain(&program.file, error)))?;
    let streams = (
        child.stdin().take(),
        child.stdout().take(),
        child.stderr().take(),
        child.id(),
    );
    let (Some(stdin), Some(stdout), Some(stderr), Some(group)) = streams else {
        return Err(not_started(io::Error::other("it ended at once")));
    };
    program.guard.started(group, &program);
    let tail = StderrTail::new(program.secrets, program.log);
    let exit = watch::Sender::new(None);
    let (gone_to, gone) = watch::channel(false);
    let stopping = CancellationToken::new();
    tokio::spawn(listen(stderr, tail.clone()));
    let supervisor = Supervisor {
        child,
        group,
        stopping: stopping.clone(),
        exit: exit.clone(),
    };
    let guard = program.guard;
    tokio::spawn(async move {
        supervisor.run().await;
        guard.ended(group).await;
        gone_to.send_replace(true);
    });
    let process = Process(Arc::new(Inner {
        name: program.name,
        group: Some(group),
        stderr: tail,
        violation: Mutex::default(),
        is_stopped: OnceLock::new(),
        stopping,
        exit,
        gone,
    }));
    let streams = Streams {
        stdin: Box::new(stdin),
        stdout: Box::new(stdout),
    };
    Ok((process, streams))
}

/// Names the interpreter of a script where that is missing: the system says that the script is.
fn explain(file: &Path, error: io::Error) -> io::Error {
    if error.kind() != io::ErrorKind::NotFound {
        return error;
    }
    match interpreter(file).filter(|interpreter| !Path::new(interpreter).exists()) {
        Some(missing) => io::Error::other(format!(
            "its first line names {missing:?}, which doesn't exist"
        )),
        None => error,
    }
}

/// The program in the first line of a script.
fn interpreter(file: &Path) -> Option<String> {
    let mut line = Vec::new();
    File::open(file)
        .and_then(|file| file.take(FIRST_LINE_BYTES).read_to_end(&mut line))
        .ok()?;
    let line = String::from_utf8_lossy(line.strip_prefix(b"#!")?).into_owned();
    // Not by `lines`: a carriage return at its end is a part of the name.
    let words = line.split('\n').next()?.trim_start();
    Some(words.split([' ', '\t']).next()?.to_owned())
}

/// A process that a host holds, which reports how it ended. Stopping it only detaches from it.
pub(super) fn attach(name: &str, secrets: Vec<Secret>) -> Process {
    let (gone_to, gone) = watch::channel(false);
    let stopping = CancellationToken::new();
    let detached = stopping.clone();
    tokio::spawn(async move {
        detached.cancelled().await;
        gone_to.send_replace(true);
    });
    Process(Arc::new(Inner {
        name: name.to_owned(),
        group: None,
        stderr: StderrTail::new(secrets, Arc::new(|_| {})),
        violation: Mutex::default(),
        is_stopped: OnceLock::new(),
        stopping,
        exit: watch::Sender::new(None),
        gone,
    }))
}

fn command(program: &McpProgram) -> CommandWrap {
    let mut command = Command::new(&program.file);
    command
        .args(&program.arguments)
        .current_dir(&program.folder)
        .env_clear()
        .envs(program.environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    // A session is also a group, and has no terminal that could prompt or interrupt.
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessSession);
    #[cfg(windows)]
    {
        use process_wrap::tokio::{CreationFlags, JobObject};
        /// Prevents a console window.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        let mut flags = CreationFlags(Default::default());
        flags.0.0 = CREATE_NO_WINDOW;
        command.wrap(flags);
        command.wrap(JobObject);
    }
    command
}

/// Reads a program's standard error to its end, since a full pipe would block the program.
async fn listen(stderr: impl AsyncRead + Unpin, tail: StderrTail) {
    let mut lines = Lines::new(stderr, LINE_BYTES);
    for number in 1_u64.. {
        match lines.next_within(LINE_LIMIT).await {
            NextLine::Line(line) => tail.note(line),
            NextLine::TooLong => lines.skip(),
            NextLine::End => return,
        }
        // A buffer has many lines, and each is written to a file.
        if number.is_multiple_of(LINES_AT_ONCE) {
            tokio::task::yield_now().await;
        }
    }
}

impl Process {
    /// Display name.
    pub(in crate::mcp) fn name(&self) -> &str {
        &self.0.name
    }

    /// Its process group; `None` for one that a host holds.
    pub(super) fn group(&self) -> Option<u32> {
        self.0.group
    }

    /// Records how it ended as the host tells it, and whether that ended it by request.
    pub(super) fn record_notice(&self, exit: Option<String>, is_stopped: bool) {
        self.0.is_stopped.get_or_init(|| is_stopped);
        self.0.exit.send_replace(exit);
    }

    /// Whether the host has told how it ended.
    pub(super) fn has_notice(&self) -> bool {
        self.0.is_stopped.get().is_some()
    }

    /// Whether Patchbay ended it, by request or with the process that held it.
    pub(in crate::mcp) fn is_stopped(&self) -> bool {
        let is_stopped = self.0.is_stopped.get() == Some(&true);
        is_stopped || matches!(*self.0.violation.lock(), Some(Violation::HostGone))
    }

    /// How its leader ended, and why it was ended by us, if known.
    pub(super) fn outcome(&self) -> (Option<String>, Option<Violation>) {
        (self.0.exit.borrow().clone(), *self.0.violation.lock())
    }

    pub(super) fn stderr(&self) -> &StderrTail {
        &self.0.stderr
    }

    /// Logs a line of its output that is not a message.
    ///
    /// # Errors
    /// [`Violation::Utf16`] if it would be one in UTF-8: no response could ever be read.
    pub(super) fn note_stray(&self, line: &[u8]) -> Result<(), Violation> {
        const MEMBER: &[u8] = b"\"jsonrpc\"";
        if line.contains(&0) {
            let ascii: Vec<u8> = line.iter().copied().filter(|byte| *byte != 0).collect();
            if ascii.windows(MEMBER.len()).any(|word| word == MEMBER) {
                return Err(Violation::Utf16);
            }
        }
        self.0.stderr.note(line);
        Ok(())
    }

    /// Cancelled when the process is to end.
    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// Ends the process when the guard is dropped.
    pub(in crate::mcp) fn stop_on_drop(&self) -> DropGuard {
        self.0.stopping.clone().drop_guard()
    }

    /// Begins to end the process.
    pub(super) fn stop(&self) {
        self.0.stopping.cancel();
    }

    /// Records why the process is about to be stopped; the first reason counts.
    pub(super) fn record_violation(&self, violation: Violation) {
        self.0.violation.lock().get_or_insert(violation);
    }

    /// Records that a program which lives closed its input; returns whether it does.
    pub(super) fn record_closed_input(&self) -> bool {
        let lives = self.outcome().0.is_none();
        if lives {
            self.record_violation(Violation::InputClosed);
        }
        lives
    }

    /// Waits until nothing was written to its standard error for that long.
    pub(in crate::mcp) async fn wait_until_quiet(&self, limit: Duration) {
        let mut activity = self.0.stderr.activity();
        while let Ok(Ok(())) = tokio::time::timeout(limit, activity.changed()).await {}
    }

    /// Waits until it is recorded how its leader ended; forever if that is never recorded.
    pub(super) async fn wait_for_exit(&self) {
        drop(self.0.exit.subscribe().wait_for(Option::is_some).await);
    }

    /// Whether its group is empty.
    pub(super) fn is_gone(&self) -> bool {
        *self.0.gone.borrow()
    }

    /// Ends the process, and waits until its group is empty.
    pub(in crate::mcp) async fn end(&self) {
        self.stop();
        let mut gone = self.0.gone.clone();
        drop(gone.wait_for(|gone| *gone).await);
    }

    /// The error for requests that Patchbay's own end of it interrupted.
    pub(in crate::mcp) fn stop_error(&self) -> Error {
        Error::ProgramStopped {
            program: self.0.name.clone(),
        }
    }

    /// The error for requests after its end.
    pub(in crate::mcp) fn end_error(&self) -> Error {
        let (how, violation) = self.outcome();
        match violation {
            Some(Violation::TooLarge(limit)) => Error::TooLarge { limit },
            Some(Violation::Exceeded(limit)) => Error::Exceeded(limit),
            Some(Violation::Unanswered) => TooManyRequests.into_error(),
            Some(Violation::Unread) => Error::ProgramUnread {
                program: self.0.name.clone(),
            },
            Some(Violation::HostGone) => Error::ProgramHostGone {
                program: self.0.name.clone(),
            },
            Some(Violation::Utf16) => {
                Error::Protocol("it writes UTF-16 instead of UTF-8".to_owned())
            }
            Some(Violation::InputClosed) => {
                self.ended_error(Some("it closed its input".to_owned()))
            }
            None if self.is_stopped() => self.stop_error(),
            None => self.ended_error(how),
        }
    }

    fn ended_error(&self, how: Option<String>) -> Error {
        Error::ProgramEnded {
            program: self.0.name.clone(),
            how,
            said: self.0.stderr.text(),
        }
    }
}

/// Waits for the end of a process, and ends its group.
struct Supervisor {
    child: Box<dyn ChildWrapper>,
    group: u32,
    stopping: CancellationToken,
    exit: watch::Sender<Option<String>>,
}

impl Supervisor {
    /// Waits until the leader has ended by itself or by request, and then ends the rest of its group.
    async fn run(mut self) {
        tokio::select! {
            status = self.child.wait() => self.note(status),
            () = self.stopping.cancelled() => {
                // Its input is closed now.
                let ended = tokio::time::timeout(GRACE_PERIOD, self.child.wait()).await;
                if let Ok(status) = ended {
                    self.note(status);
                }
            }
        }
        self.terminate_group().await;
        if self.exit.borrow().is_none() {
            let status = self.child.wait().await;
            self.note(status);
        }
    }

    fn note(&self, status: io::Result<ExitStatus>) {
        self.exit.send_replace(Some(describe_exit(status)));
    }

    /// Terminates what is left of the group, and kills it after the grace period.
    #[cfg(unix)]
    async fn terminate_group(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

        let Some(group) = i32::try_from(self.group).ok().and_then(Pid::from_raw) else {
            return;
        };
        if test_kill_process_group(group).is_err() {
            return;
        }
        // Fails if the group is empty by now.
        let _ = kill_process_group(group, Signal::TERM);
        let emptied = async {
            // A leader that ended stays in its group until it is waited for.
            if self.exit.borrow().is_none() {
                let status = self.child.wait().await;
                self.note(status);
            }
            while test_kill_process_group(group).is_ok() {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        };
        if tokio::time::timeout(GRACE_PERIOD, emptied).await.is_err() {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Ends the job with all its processes.
    #[cfg(not(unix))]
    async fn terminate_group(&mut self) {
        if let Err(error) = self.child.start_kill() {
            tracing::debug!(group = self.group, %error, "nothing was left to end");
        }
    }
}

fn describe_exit(status: io::Result<ExitStatus>) -> String {
    let status = match status {
        Ok(status) => status,
        Err(error) => return error.to_string(),
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status
        .code()
        .map_or_else(|| status.to_string(), describe_code)
}

fn describe_code(code: i32) -> String {
    match code {
        // Windows gives these to programs that it ended or did not start, and people know them in this form.
        -0x4000_0000..-0x3000_0000 => format!("exit code {code:#x}"),
        _ => format!("exit code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::tests::recorded_log;

    #[test]
    fn codes_of_windows_are_shown_as_people_know_them() {
        assert_eq!(describe_code(-1_073_741_515), "exit code 0xc0000135");
        assert_eq!(describe_code(-1), "exit code -1");
        assert_eq!(describe_code(3), "exit code 3");
    }

    #[tokio::test]
    async fn other_tasks_have_their_turn_while_a_program_floods_its_standard_error() {
        let (log, logged) = recorded_log();
        let text = "line\n".repeat(100);
        let tail = StderrTail::new(Vec::new(), log);
        let count = || logged.lock().unwrap().len();
        let other = async {
            tokio::task::yield_now().await;
            count()
        };
        let ((), before) = tokio::join!(listen(text.as_bytes(), tail), other);
        assert!(before < 50, "{before} lines were logged at once");
        assert_eq!(count(), 100);
    }
}
