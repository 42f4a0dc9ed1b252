//! Patchbay in a process of its own: the test binary starts itself again.
//!
//! What such a process does is a test marked `#[ignore]`, which takes its orders from the environment
//! and answers in lines on its standard output.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use patchbay_model::ConnectorId;
use patchbay_ops::{Context, ContextOptions, Places, SystemClock};
use patchbay_testkit::FolderKeychain;

use super::Browser;

const HOME: &str = "PATCHBAY_E2E_HOME";
const CONNECTOR: &str = "PATCHBAY_E2E_CONNECTOR";

/// Marks the lines that are for the parent among those of the test runner.
const MARK: &str = "e2e: ";

/// A process that plays a role.
pub(crate) struct Child {
    process: std::process::Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Child {
    /// Starts the test `role`, such as `refresh::calls_at_once`, over the files in `home`.
    pub(crate) fn start(role: &str, home: &Path, connector: &ConnectorId) -> Self {
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
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    /// The next line that is for us; panics when the process ends without one.
    pub(crate) fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "the process ended without a word");
            if let Some((_, said)) = line.split_once(MARK) {
                return said.trim_end().to_owned();
            }
        }
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) {
        while self.lines.read_line(&mut String::new()).unwrap() > 0 {}
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Over already, unless its test failed.
        drop(self.process.kill());
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
        let cx = open_shared(&home, &browser).await;
        Some(Self {
            cx,
            browser,
            connector,
        })
    }

    /// Says a line to the parent.
    pub(crate) fn say(word: &str) {
        println!("{MARK}{word}");
    }
}

/// Patchbay over files that several processes use, keychain included.
pub(crate) async fn open_shared(home: &Path, browser: &Browser) -> Context {
    let options = ContextOptions {
        places: Places::under(&home.join("home")),
        keychain: Arc::new(FolderKeychain::new(home.join("keychain"))),
        browser: Arc::new(browser.clone()),
        clock: Arc::new(SystemClock),
    };
    Context::open(options).await.unwrap()
}
