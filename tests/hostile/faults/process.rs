//! Processes that a fault happens to.

#[cfg(target_os = "linux")]
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use patchbay_model::ConnectorId;
use tokio::process::Command;

use super::Home;
use crate::support::{Child, arguments, receive_line, send_line};

const HOME: &str = "PATCHBAY_FAULTS_HOME";
const TOPIC: &str = "PATCHBAY_FAULTS_TOPIC";

/// Said once the whole of a role is acknowledged.
pub(super) const DONE: &str = "done";

/// How a process was when it was killed.
pub(super) struct Killed {
    /// Whether it still lived.
    pub(super) was_alive: bool,
    /// What it had said since it was told to go.
    pub(super) output: Vec<String>,
}

impl Killed {
    pub(super) fn was_done(&self) -> bool {
        self.output.iter().any(|line| line == DONE)
    }
}

impl Child {
    pub(super) fn start(role: &str, home: &Home) -> Self {
        let program = std::env::current_exe().unwrap();
        Self::spawn(
            Command::new(program)
                .args(arguments(role))
                .env(HOME, home.path())
                .env(TOPIC, home.connector.as_str()),
        )
    }

    /// Starts the role over a folder that is a disk of its own, of that many MiB. It takes a namespace of
    /// mounts, which ends with the process.
    #[cfg(target_os = "linux")]
    pub(super) fn start_on_small_disk(role: &str, folder: &Path, mib: u32, topic: &str) -> Self {
        let script = r#"mount -t tmpfs -o "size=$1m" tmpfs "$2" && shift 2 && exec "$@""#;
        Self::spawn(
            Command::new("unshare")
                .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
                .arg(mib.to_string())
                .arg(folder)
                .arg(std::env::current_exe().unwrap())
                .args(arguments(role))
                .env(HOME, folder)
                .env(TOPIC, topic),
        )
    }

    /// Says a word and hears the answer.
    #[cfg(target_os = "linux")]
    pub(super) async fn ask(&mut self, word: &str) -> String {
        self.send_line(word).await;
        self.receive_line().await
    }

    /// Lets it go, and ends it as `kill -9` does after that time.
    pub(super) async fn killed_after(mut self, moment: Duration) -> Killed {
        assert_eq!(self.receive_line().await, "ready");
        self.send_line("go").await;
        // The moment is what is varied; nothing waits for anything here.
        tokio::time::sleep(moment).await;
        let was_alive = self.kill().await;
        let mut output = Vec::new();
        while let Some(line) = self.next_line().await {
            output.push(line);
        }
        Killed { was_alive, output }
    }

    /// Lets it go, waits until all of it is acknowledged, and ends it; how long that took.
    pub(super) async fn run_to_end(mut self) -> Duration {
        assert_eq!(self.receive_line().await, "ready");
        let began = std::time::Instant::now();
        self.send_line("go").await;
        while self.receive_line().await != DONE {}
        let took = began.elapsed();
        self.end().await;
        took
    }
}

/// What a started process works with.
pub(super) struct Role {
    pub(super) folder: PathBuf,
    pub(super) topic: String,
}

impl Role {
    /// What the parent said; `None` when there is no parent, as where somebody runs all ignored tests.
    pub(super) fn take() -> Option<Self> {
        Some(Self {
            folder: std::env::var_os(HOME)?.into(),
            topic: std::env::var(TOPIC).ok()?,
        })
    }

    pub(super) fn connector(&self) -> ConnectorId {
        ConnectorId::new(self.topic.clone())
    }

    /// Says that it can begin, and waits until it is let go.
    pub(super) fn ready() {
        send_line("ready");
        receive_line();
    }
}
