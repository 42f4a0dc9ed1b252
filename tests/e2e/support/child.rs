//! Child processes of a test: the test binary starts itself again in a role.
//!
//! A role is a test marked `#[ignore]`. It reads its orders from the environment and from lines on its standard
//! input, and answers with lines on its standard output.

use std::io::Write as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use patchbay_ops::{AppPaths, Context, ContextOptions, NoProgramConsent};
use patchbay_testkit::FolderKeychain;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use super::{Browser, OffsetClock};

/// Distinguishes lines for the parent from those of the test runner.
const MARK: &str = "test: ";

/// A process that plays a role; it is killed when dropped.
pub(crate) struct Child {
    process: tokio::process::Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Child {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
        let input = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self {
            process,
            input,
            lines,
        }
    }

    /// Reads the next line for the parent; panics when the process ends without one.
    pub(crate) async fn receive_line(&mut self) -> String {
        let line = self.next_line().await;
        line.expect("the process ended without a word; its standard error says why")
    }

    /// Reads the next line for the parent; `None` at the end of the process.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            if let Some((_, said)) = line.split_once(MARK) {
                return Some(said.to_owned());
            }
        }
        None
    }

    /// Writes a line that [`receive_line`] reads.
    pub(crate) async fn send_line(&mut self, word: &str) {
        let line = format!("{word}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
    }

    /// Kills the process as `kill -9` does, and returns whether it was still alive.
    pub(crate) async fn kill(&mut self) -> bool {
        let was_alive = self.process.try_wait().unwrap().is_none();
        self.process.kill().await.unwrap();
        was_alive
    }

    /// Closes the input of the process and waits for its end.
    pub(crate) async fn end(self) -> ExitStatus {
        let Self {
            mut process,
            input,
            mut lines,
        } = self;
        drop(input);
        while lines.next_line().await.unwrap().is_some() {}
        process.wait().await.unwrap()
    }
}

/// Arguments that start this binary in a role, such as `refresh::calls_at_once`.
pub(crate) fn arguments(role: &str) -> [&str; 5] {
    [
        role,
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]
}

/// Writes a line for the parent, also when the process is killed right after.
pub(crate) fn send_line(word: &str) {
    let mut output = std::io::stdout().lock();
    // The test runner may have written half a line.
    writeln!(output, "\n{MARK}{word}").unwrap();
    output.flush().unwrap();
}

/// Waits for a line of the parent; `None` at the end of input.
pub(crate) fn receive_line() -> Option<String> {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).unwrap();
    (read > 0).then(|| line.trim().to_owned())
}

/// Opens Patchbay over files that several processes share, keychain included, with a clock that is `late`.
pub(crate) async fn open_shared(folder: &Path, browser: &Browser, late: Duration) -> Context {
    let clock = OffsetClock::default();
    clock.advance(late);
    let options = ContextOptions {
        paths: AppPaths::under(&folder.join("home")),
        keychain: Arc::new(FolderKeychain::new(folder.join("keychain"))),
        browser: Arc::new(browser.clone()),
        programs: Arc::new(NoProgramConsent),
        clock: Arc::new(clock),
        client_document: None,
        can_ask: false,
    };
    Context::open(options).await.unwrap()
}
