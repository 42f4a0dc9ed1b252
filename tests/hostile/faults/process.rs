//! Processes that a fault happens to.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use patchbay_model::ConnectorId;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use super::Home;

const HOME: &str = "PATCHBAY_FAULTS_HOME";
const TOPIC: &str = "PATCHBAY_FAULTS_TOPIC";

/// Marks the lines that are for the parent among those of the test runner.
const MARK: &str = "fault: ";

/// Said once the whole of a role is acknowledged.
pub(super) const DONE: &str = "done";

/// A process in a role; it is killed when dropped.
pub(super) struct Victim {
    process: tokio::process::Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

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

impl Victim {
    /// Starts the role, such as `faults::kills::refreshes`, over a home.
    pub(super) fn start(role: &str, home: &Home) -> Self {
        let program = std::env::current_exe().unwrap();
        Self::spawn(
            Command::new(program).args(arguments(role)),
            home.path(),
            home.connector.as_str(),
        )
    }

    /// Starts the role over a folder that is a disk of its own, of that many MiB. It takes a namespace of
    /// mounts, which ends with the process.
    #[cfg(target_os = "linux")]
    pub(super) fn start_on_small_disk(role: &str, folder: &Path, mib: u32, topic: &str) -> Self {
        let script = r#"mount -t tmpfs -o "size=$1m" tmpfs "$2" && shift 2 && exec "$@""#;
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
            .arg(mib.to_string())
            .arg(folder)
            .arg(std::env::current_exe().unwrap())
            .args(arguments(role));
        Self::spawn(&mut command, folder, topic)
    }

    fn spawn(command: &mut Command, folder: &Path, topic: &str) -> Self {
        let mut process = command
            .env(HOME, folder)
            .env(TOPIC, topic)
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

    /// The next line that is for us.
    pub(super) async fn receive_line(&mut self) -> String {
        let line = self.next().await;
        line.expect("the process ended without a word; its standard error says why")
    }

    pub(super) async fn send_line(&mut self, word: &str) {
        let line = format!("{word}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
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
        let was_alive = self.process.try_wait().unwrap().is_none();
        self.process.kill().await.unwrap();
        let mut output = Vec::new();
        while let Some(line) = self.next().await {
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

    /// Waits for its end; it sees that of our words.
    pub(super) async fn end(self) -> ExitStatus {
        let Self {
            mut process,
            input,
            mut lines,
        } = self;
        drop(input);
        while lines.next_line().await.unwrap().is_some() {}
        process.wait().await.unwrap()
    }

    async fn next(&mut self) -> Option<String> {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            if let Some((_, output)) = line.split_once(MARK) {
                return Some(output.to_owned());
            }
        }
        None
    }
}

/// How this binary is started in a role.
pub(crate) fn arguments(role: &str) -> [&str; 5] {
    [
        role,
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]
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

/// Says a line to the parent. One that is killed right after has said it.
pub(super) fn send_line(word: &str) {
    use std::io::Write as _;

    let mut output = std::io::stdout().lock();
    writeln!(output, "\n{MARK}{word}").unwrap();
    output.flush().unwrap();
}

/// Waits for a line of the parent; `None` when it says no more.
pub(super) fn receive_line() -> Option<String> {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).unwrap();
    (read > 0).then(|| line.trim().to_owned())
}
