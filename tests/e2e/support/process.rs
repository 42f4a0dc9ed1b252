//! Patchbay in a process of its own: the test binary starts itself again.
//!
//! What such a process does is a test marked `#[ignore]`, which takes its orders from the environment
//! and answers in lines on its standard output.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::ConnectorId;
use patchbay_ops::{AppPaths, Context, ContextOptions, NoProgramConsent};
use patchbay_testkit::FolderKeychain;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use super::{Browser, LateClock};

const HOME: &str = "PATCHBAY_E2E_HOME";
const CONNECTOR: &str = "PATCHBAY_E2E_CONNECTOR";
const LATE: &str = "PATCHBAY_E2E_LATE_SECONDS";

/// Marks the lines that are for the parent among those of the test runner.
const MARK: &str = "e2e: ";

/// A process that plays a role; it is killed when dropped.
pub(crate) struct Child {
    process: tokio::process::Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// Starts the test `role`, such as `refresh::calls_at_once`, over the files in `home`, with a clock that
    /// is that late.
    pub(crate) fn start(role: &str, home: &Path, connector: &ConnectorId, late: Duration) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                role,
                "--exact",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(HOME, home)
            .env(CONNECTOR, connector.as_str())
            .env(LATE, late.as_secs().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self {
            process,
            input,
            lines,
        }
    }

    /// The next line that is for us; panics when the process ends without one.
    pub(crate) async fn receive_line(&mut self) -> String {
        loop {
            let line = self.lines.next_line().await.unwrap();
            let line = line.expect("the process ended without a word");
            if let Some((_, said)) = line.split_once(MARK) {
                return said.to_owned();
            }
        }
    }

    /// Says a line that [`Role::receive_line`] waits for.
    pub(crate) async fn send_line(&mut self, word: &str) {
        let line = format!("{word}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
    }

    /// Ends it as `kill -9` does.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Waits for its end.
    pub(crate) async fn end(mut self) {
        while self.lines.next_line().await.unwrap().is_some() {}
        assert!(self.process.wait().await.unwrap().success());
    }
}

/// What a started process works with.
pub(crate) struct Role {
    pub(crate) cx: Context,
    pub(crate) browser: Browser,
    pub(crate) connector: ConnectorId,
}

impl Role {
    /// Opens the files that the parent named; `None` when there is no parent, as where somebody runs all
    /// ignored tests.
    pub(crate) async fn take() -> Option<Self> {
        let home = PathBuf::from(std::env::var_os(HOME)?);
        let connector = ConnectorId::new(std::env::var(CONNECTOR).ok()?);
        let browser = Browser::new();
        let late = std::env::var(LATE).ok()?.parse().ok()?;
        let cx = open_shared(&home, &browser, Duration::from_secs(late)).await;
        Some(Self {
            cx,
            browser,
            connector,
        })
    }

    /// Says a line to the parent.
    pub(crate) fn send_line(word: &str) {
        println!("{MARK}{word}");
    }

    /// Waits for a line of the parent.
    pub(crate) fn receive_line() -> String {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        line
    }
}

/// Patchbay over files that several processes use, keychain included, by a clock that is that late.
pub(crate) async fn open_shared(home: &Path, browser: &Browser, late: Duration) -> Context {
    let clock = LateClock::default();
    clock.put_forward(late);
    let options = ContextOptions {
        paths: AppPaths::under(&home.join("home")),
        keychain: Arc::new(FolderKeychain::new(home.join("keychain"))),
        browser: Arc::new(browser.clone()),
        programs: Arc::new(NoProgramConsent),
        clock: Arc::new(clock),
        client_document: None,
        can_ask: false,
    };
    Context::open(options).await.unwrap()
}
