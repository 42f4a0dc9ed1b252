//! A terminal before a fake platform.

use patchbay_testkit::fakes::{Fake, FakePlatform};
use patchbay_testkit::find_leaks;
use serde_json::Value;

use crate::cli::terminal::{Done, Terminal};

/// A terminal, a platform, and everything the terminal has said so far.
pub(super) struct Fixture<H> {
    pub(super) terminal: Terminal,
    pub(super) fake: Fake<H>,
    secrets: Vec<String>,
}

impl<H: FakePlatform> Fixture<H> {
    /// Neither of the secrets may ever be said or kept in the open.
    pub(super) async fn new(hosted: H, secrets: &[&str]) -> Self {
        Self {
            terminal: Terminal::new().await,
            fake: Fake::start(hosted).await.unwrap(),
            secrets: secrets.iter().map(|&secret| secret.to_owned()).collect(),
        }
    }

    /// Adds the account `acc` with that on standard input.
    pub(super) async fn signed_in(&self, platform: &str, more: &[&str], input: &str) {
        let add = ["account", "add", platform, "--name", "acc", "--from", "-"];
        let base = ["--base-url", self.fake.url()];
        let done = self
            .run_with(&[&add[..], &base, more].concat(), input)
            .await;
        done.succeeded();
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    pub(super) fn does(&self, words: &str) -> impl Future<Output = Done> {
        let at = std::panic::Location::caller();
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        async move {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let done = self.run_with(&words, "").await;
            assert_eq!(done.code, 0, "{at}: {words:?}\n{}", done.shown());
            done
        }
    }

    /// Runs a command that has to fail so; gives what it said.
    #[track_caller]
    pub(super) fn fails(&self, words: &str, exit: i32) -> impl Future<Output = Done> {
        let at = std::panic::Location::caller();
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        async move {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let done = self.run_with(&words, "").await;
            assert_eq!(done.code, exit, "{at}: {words:?}\n{}", done.shown());
            done
        }
    }

    /// Runs a command and gives its document.
    pub(super) async fn json(&self, words: &str) -> Value {
        let words = format!("{words} --json");
        self.does(&words).await.document()
    }

    /// Calls an operation as the account.
    pub(super) async fn api(&self, operation: &str, arguments: Value) -> Value {
        let arguments = arguments.to_string();
        let words = [
            "api", "acc", operation, "--args", &arguments, "--json", "--yes",
        ];
        let done = self.run_with(&words, "").await;
        done.succeeded();
        done.document()
    }

    pub(super) async fn run_with(&self, words: &[&str], input: &str) -> Done {
        let done = self.terminal.run_with(words, input).await;
        for secret in &self.secrets {
            let (stdout, stderr) = (&done.stdout, &done.stderr);
            let shows = stdout.contains(secret) || stderr.contains(secret);
            assert!(!shows, "{words:?} shows {secret}:\n{}", done.shown());
        }
        done
    }

    /// The status of a connector, as last known.
    pub(super) async fn status(&self, connector: &str) -> String {
        let shown = self.json(&format!("connector show {connector}")).await;
        let status = shown["status"]["status"].as_str();
        status.unwrap_or_default().to_owned()
    }

    /// The end of a story: no fault of ours, and no secret left behind.
    pub(super) fn over(&self) {
        assert_eq!(self.fake.faults(), Vec::<String>::new());
        let leaks = find_leaks(self.terminal.home.path(), &self.secrets).unwrap();
        assert!(leaks.is_empty(), "{leaks:?}");
    }
}
