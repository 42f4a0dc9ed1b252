//! The command line in a test: the binary with its own home and browser, and a Playground to talk to.

use std::panic::Location;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use insta::Settings;
use patchbay_model::Secret;
use patchbay_ops::{
    AppPaths, Context, ContextOptions, NoProgramConsent, SystemClock, unlock_vault,
};
use patchbay_playground::{Consent, Options, Playground, Switches};
use patchbay_testkit::find_leaks;
use patchbay_vault::MemoryKeychain;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::support::Browser;

/// How long a command may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The passphrase of every vault.
const PASSPHRASE: &str = "four words of test";

/// The static token of the Playground, long enough not to be found by chance.
pub(crate) const TOKEN: &str = "bearer-8f2c41d0a97be653";

/// What commands of one test share; dropped, it removes their home.
pub(crate) struct Terminal {
    pub(crate) playground: Playground,
    pub(crate) home: TempDir,
    /// What no command may show.
    pub(crate) secrets: Vec<String>,
    /// Whether commands leave their sessions to the next one.
    pub(crate) keeps_sessions: bool,
}

impl Terminal {
    /// A terminal with a vault that is set up, and a Playground that consents at once.
    pub(crate) async fn new() -> Self {
        Self::with(|switches| switches.consent = Consent::AllowAtOnce).await
    }

    /// The same, with the Playground's switches set by `configure`.
    pub(crate) async fn with(configure: impl FnOnce(&mut Switches)) -> Self {
        let terminal = Self::without_vault(configure).await;
        terminal.does("vault passphrase").await;
        terminal
    }

    /// A terminal whose vault is not set up yet.
    pub(crate) async fn without_vault(configure: impl FnOnce(&mut Switches)) -> Self {
        let mut options = Options {
            bearer_token: TOKEN.to_owned(),
            ..Options::default()
        };
        configure(&mut options.switches);
        let home = tempfile::tempdir().unwrap();
        // The browser is curl, told by its settings to follow the way back.
        let settings = "location\nsilent\nnoproxy = \"*\"\nmax-time = 30\n";
        std::fs::write(home.path().join(".curlrc"), settings).unwrap();
        let playground = Playground::start(options).await.unwrap();
        Self {
            playground,
            home,
            secrets: Vec::new(),
            keeps_sessions: false,
        }
    }

    /// A terminal whose Playground is connected.
    pub(crate) async fn connected() -> Self {
        let terminal = Self::new().await;
        terminal.connect().await;
        terminal
    }

    /// Adds the Playground's protected endpoint and signs in.
    pub(crate) async fn connect(&self) {
        self.add(self.playground.url().as_str(), &["--connect"])
            .await;
    }

    /// Adds an address under the name and title that snapshots know.
    pub(crate) async fn add(&self, url: &str, more: &[&str]) -> Done {
        let add = ["connector", "add", url, "--name", "play", "--title", "Play"];
        let done = self.run(&[&add, more].concat()).await;
        done.succeeded();
        done
    }

    /// Runs a command that has to succeed; spaces separate its words.
    #[track_caller]
    pub(crate) fn does(&self, line: &str) -> impl Future<Output = Done> {
        self.fails(line, 0)
    }

    /// Runs a command that has to succeed with that text on its standard input.
    pub(crate) async fn does_with(&self, line: &str, input: &str) -> Done {
        let done = self.run_with(&words(line), input).await;
        done.succeeded();
        done
    }

    /// Runs a command that has to end with this exit code.
    #[track_caller]
    pub(crate) fn fails(&self, line: &str, exit: i32) -> impl Future<Output = Done> {
        let at = Location::caller();
        async move {
            let done = self.run(&words(line)).await;
            assert_eq!(done.code, exit, "{at}: {line}\n{}", done.transcript());
            done
        }
    }

    /// Runs a command that has to succeed, and returns its JSON document.
    pub(crate) async fn json(&self, line: &str) -> Value {
        self.does(&format!("{line} --json")).await.document()
    }

    pub(crate) async fn run(&self, words: &[&str]) -> Done {
        self.run_with(words, "").await
    }

    /// Runs the command with that text on its standard input.
    pub(crate) async fn run_with(&self, words: &[&str], input: &str) -> Done {
        let done = self.finish(self.command(words), input).await;
        for secret in &self.secrets {
            let shows = done.stdout.contains(secret) || done.stderr.contains(secret);
            assert!(!shows, "{words:?} shows {secret}:\n{}", done.transcript());
        }
        done
    }

    /// The command, not started yet.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(words)
            .env("PATCHBAY_HOME", self.home.path().join("patchbay"))
            .env("PATCHBAY_PASSPHRASE", "env://TEST_PASSPHRASE")
            .env("TEST_PASSPHRASE", PASSPHRASE)
            .env("BROWSER", browser())
            .env("CURL_HOME", self.home.path())
            // No keychain of this computer is touched.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env_remove("PATCHBAY_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if !self.keeps_sessions {
            command.env("PATCHBAY_OWN_SESSION", "1");
        }
        command
    }

    /// The same files opened in this process, as a running app has them.
    pub(crate) async fn open(&self) -> Context {
        let cx = Context::open(ContextOptions {
            paths: AppPaths::under(&self.home.path().join("patchbay")),
            keychain: Arc::new(MemoryKeychain::new()),
            browser: Arc::new(Browser::new()),
            programs: Arc::new(NoProgramConsent),
            clock: Arc::new(SystemClock),
            client_document: None,
            can_ask: false,
        });
        let cx = cx.await.unwrap();
        unlock_vault(&cx, Secret::new(PASSPHRASE)).await.unwrap();
        cx
    }

    /// Whether any file of the home holds the text, in clear or in a form that anybody can undo.
    pub(crate) fn stores(&self, text: &str) -> bool {
        let leaks = find_leaks(self.home.path(), &[text.to_owned()]);
        !leaks.unwrap().is_empty()
    }

    /// Runs a command to its end.
    pub(crate) async fn finish(&self, mut command: Command, input: &str) -> Done {
        let mut child = command.spawn().unwrap();
        give(&mut child, input).await;
        ended(child).await
    }
}

/// The words of a command line, none of which has a space in it.
pub(crate) fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

async fn give(child: &mut Child, input: &str) {
    let mut stdin = child.stdin.take().unwrap();
    // A command that asks for nothing may have ended already.
    drop(stdin.write_all(input.as_bytes()).await);
}

/// Waits for the end of a command.
pub(crate) async fn ended(child: Child) -> Done {
    let output = tokio::time::timeout(TIMEOUT, child.wait_with_output()).await;
    Done::new(output.expect("the command did not end").unwrap())
}

/// Presses Ctrl-C.
#[cfg(unix)]
pub(crate) async fn interrupt(child: &Child) {
    send("-INT", child).await;
}

#[cfg(unix)]
pub(crate) async fn send(signal: &str, child: &Child) {
    let id = child.id().unwrap().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().await;
    assert!(sent.unwrap().success());
}

/// That command on a terminal of its own, `columns` wide. It hears of its end, also where those who started
/// the tests wanted to hear nothing of theirs.
#[cfg(target_os = "linux")]
pub(crate) fn on_a_terminal(command: &Command, columns: u16) -> Command {
    let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy());
    let plain = command.as_std();
    let line: Vec<_> = std::iter::once(plain.get_program())
        .chain(plain.get_args())
        .map(quoted)
        .collect();
    let line = line.join(" ");
    let line = format!("stty cols {columns} -onlcr; exec env --default-signal=HUP {line}");
    let mut script = by("script", &["-q", "-e", "-c", &line, "/dev/null"], command);
    script.env("TERM", "xterm").stdin(Stdio::null());
    script
}

/// A program that starts that command, in the environment of the command.
#[cfg(unix)]
pub(crate) fn by(program: &str, words: &[&str], command: &Command) -> Command {
    let mut starter = Command::new(program);
    for (name, value) in command.as_std().get_envs() {
        match value {
            Some(value) => starter.env(name, value),
            None => starter.env_remove(name),
        };
    }
    starter
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    starter
}

/// A program that goes where it is sent, as a browser does.
fn browser() -> std::ffi::OsString {
    std::env::var_os("PATCHBAY_TEST_BROWSER").unwrap_or_else(|| "curl".into())
}

/// Where cargo puts the binary, beside the tests.
pub(crate) fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("PATCHBAY_CLI_BIN") {
        return path.into();
    }
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(std::path::Path::parent).unwrap();
    let binary = profile.join(format!("patchbay{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.exists(),
        "{} is missing: run `cargo build -p patchbay-cli`, or name it in PATCHBAY_CLI_BIN",
        binary.display()
    );
    binary
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().expect("a signal ended it"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn assert_stdout(&self, words: &str) {
        let holds = self.stdout.contains(words);
        assert!(holds, "no {words:?}:\n{}", self.transcript());
    }

    #[track_caller]
    pub(crate) fn assert_stderr(&self, words: &str) {
        let holds = self.stderr.contains(words);
        assert!(holds, "no {words:?}:\n{}", self.transcript());
    }

    #[track_caller]
    pub(crate) fn succeeded(&self) {
        assert_eq!(self.code, 0, "{}", self.transcript());
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.transcript()))
    }

    /// The line of JSON that a failure leaves on standard error.
    #[track_caller]
    pub(crate) fn failure(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{}", self.transcript()))
    }

    /// Everything it left, for snapshots.
    pub(crate) fn transcript(&self) -> String {
        let Self {
            code,
            stdout,
            stderr,
        } = self;
        format!("{stdout}--- stderr\n{stderr}--- exit {code}")
    }
}

/// Snapshots without what differs from run to run.
pub(crate) fn snapshot_settings() -> Settings {
    let mut settings = Settings::clone_current();
    for (found, shown) in [
        (r"\b(con|run|cred|auth)_[0-9a-z]{26}", "${1}_ID"),
        (r"(127\.0\.0\.1|localhost):\d+", "HOST"),
        (r"\?response_type=\S+", "?QUERY"),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "INSTANT"),
        (r"just now|\d+ s ago", "AGO"),
        (r"\b\d+ ms|\b\d+\.\d s\b", "TIME"),
        (r#""(\w+Ms|resultBytes)": \d+"#, "\"$1\": 0"),
        (r"(/[^/ ]+)*/patchbay/(data|settings|logs|cache)", "HOME/$2"),
        // As Windows says it.
        (
            r"[A-Z]:\\[^\n]*\\patchbay\\(data|settings|logs|cache)",
            "HOME/$1",
        ),
        (r"\bpatchbay\.exe\b", "patchbay"),
        (
            r"(File not found|The system cannot find the file specified)\.",
            "No such file or directory",
        ),
        (r"\b\d+ tools|(Tools: +)\d+|(ready +)\d+", "$1${2}N tools"),
        // Columns are as wide as what was replaced.
        (r"(\S)  +", "$1  "),
        (r" +\n", "\n"),
    ] {
        settings.add_filter(found, shown);
    }
    settings
}
