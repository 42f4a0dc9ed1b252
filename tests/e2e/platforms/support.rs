//! A terminal before a fake platform.

use std::ops::Deref;

use patchbay_testkit::fakes::{Fake, FakePlatform};
use patchbay_testkit::find_leaks;
use serde_json::Value;

use crate::cli::terminal::{Done, Terminal};

/// A terminal and a platform.
pub(super) struct Fixture<H> {
    pub(super) terminal: Terminal,
    pub(super) fake: Fake<H>,
}

impl<H> Deref for Fixture<H> {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl<H: FakePlatform> Fixture<H> {
    /// None of the secrets may ever be shown or kept in the open.
    pub(super) async fn new(hosted: H, secrets: &[&str]) -> Self {
        let mut terminal = Terminal::new().await;
        terminal.secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
        Self {
            terminal,
            fake: Fake::start(hosted).await.unwrap(),
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

    /// Replaces the key of the account.
    pub(super) async fn replace_key(&self, input: impl AsRef<str>) {
        let replace = ["account", "replace-key", "acc", "--from", "-"];
        self.run_with(&replace, input.as_ref()).await.succeeded();
    }

    /// Changes the platform, or looks at it.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut H) -> T) -> T {
        self.fake.with(change)
    }

    /// Calls an operation as the account.
    pub(super) async fn api(&self, operation: &str, arguments: Value) -> Value {
        let done = self.call(operation, arguments, &["--yes"]).await;
        done.succeeded();
        done.document()
    }

    /// Calls an operation that is refused with this exit code.
    pub(super) async fn refused_api(&self, operation: &str, arguments: Value, exit: i32) -> Value {
        let done = self.call(operation, arguments, &[]).await;
        assert_eq!(done.code, exit, "{}", done.transcript());
        done.failure()
    }

    async fn call(&self, operation: &str, arguments: Value, more: &[&str]) -> Done {
        let arguments = arguments.to_string();
        let call = ["api", "acc", operation, "--args", &arguments, "--json"];
        self.run(&[&call, more].concat()).await
    }

    pub(super) async fn fact(&self, connector: &str, label: &str) -> Value {
        let told = self.json(&format!("connector actions {connector}")).await;
        let mut facts = told["facts"].as_array().unwrap().iter();
        let fact = facts.find(|fact| fact["label"] == label);
        fact.unwrap()["value"].clone()
    }

    /// The status of a connector, as last known.
    pub(super) async fn status(&self, connector: &str) -> String {
        let shown = self.json(&format!("connector show {connector}")).await;
        let status = shown["status"]["status"].as_str();
        status.unwrap_or_default().to_owned()
    }

    /// The end of a story: no fault of ours, and no secret left behind.
    pub(super) fn assert_clean(&self) {
        assert_eq!(self.fake.faults(), Vec::<String>::new());
        let leaks = find_leaks(self.terminal.home.path(), &self.terminal.secrets).unwrap();
        assert!(leaks.is_empty(), "{leaks:?}");
    }
}
