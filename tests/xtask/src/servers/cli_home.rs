//! A person at a terminal: the command line in a home of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::browser::Browser;
use crate::shell;

/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(40);

/// How soon a command that is told to stop has to be gone.
#[cfg(unix)]
const STOP: Duration = Duration::from_secs(10);

/// A home of its own for the command line.
pub(super) struct CliHome {
    home: TempDir,
    patchbay: PathBuf,
}

impl CliHome {
    pub(super) fn new(patchbay: &Path) -> Result<Self> {
        let cli = Self {
            home: tempfile::tempdir()?,
            patchbay: patchbay.to_owned(),
        };
        cli.run(cli.patchbay(&["vault", "passphrase"]))?;
        Ok(cli)
    }

    pub(super) fn patchbay(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.patchbay);
        command
            .args(words)
            .env("PATCHBAY_HOME", self.home.path().join("patchbay"))
            .env("PATCHBAY_PASSPHRASE", "env://TEST_PASSPHRASE")
            .env("TEST_PASSPHRASE", "four words of test")
            // No keychain of this computer is touched.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            // Nothing outlives the test.
            .env("PATCHBAY_OWN_SESSION", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What a command that succeeds prints.
    pub(super) fn run_for_text(&self, words: &[&str]) -> Result<String> {
        let output = self.run(self.patchbay(words))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(super) fn document(&self, words: &[&str]) -> Result<Value> {
        let text = self.run_for_text(words)?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    }

    /// What a command that fails says of it.
    pub(super) fn problem(&self, words: &[&str]) -> Result<Value> {
        let mut command = self.patchbay(words);
        let output = wait(command.arg("--json").spawn()?, COMMAND)?;
        ensure!(!output.status.success(), "it succeeds: {words:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("no problem: {text}"))
    }

    /// Connects, with `browser` for the page that the command names; gives that page.
    pub(super) fn connect(&self, browser: &mut Browser) -> Result<String> {
        let words = [
            "connector",
            "connect",
            "play",
            "--no-browser",
            "--timeout",
            "30",
        ];
        let mut child = self.patchbay(&words).spawn()?;
        let errors = child.stderr.take().context("it has no standard error")?;
        let mut told = Vec::new();
        let mut lines = BufReader::new(errors).lines().map_while(Result::ok);
        let page = lines.by_ref().find(|line| {
            told.push(line.clone());
            line.starts_with("http")
        });
        let went = page.as_deref().map(|page| browser.go_through(page));
        if !matches!(went, Some(Ok(()))) {
            drop(child.kill());
        }
        told.extend(lines);
        let output = wait(child, COMMAND);
        let said = || format!("{}\n{}", words.join(" "), told.join("\n"));
        went.unwrap_or(Ok(())).with_context(said)?;
        ensure!(output?.status.success(), said());
        page.with_context(said)
    }

    /// Runs a command in a terminal where `typed` was typed; whether it succeeds, and what the terminal shows.
    pub(super) fn run_in_terminal(&self, words: &[&str], typed: &str) -> Result<(bool, String)> {
        let command = self.patchbay(words);
        let mut terminal = Command::new("script");
        terminal
            .args(["-qec", &shell::describe(&command), "/dev/null"])
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = terminal.spawn().context("there is no `script`")?;
        // Kept open to the end: the terminal ends with its input.
        let mut keyboard = child.stdin.take().context("it has no standard input")?;
        keyboard.write_all(typed.as_bytes())?;
        let output = wait(child, COMMAND);
        drop(keyboard);
        let output = output?;
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.success(), shown))
    }

    pub(super) fn run(&self, mut command: Command) -> Result<Output> {
        let words = shell::describe(&command);
        let output = wait(command.spawn()?, COMMAND).with_context(|| words.clone())?;
        ensure!(
            output.status.success(),
            "{words}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(output)
    }

    /// Starts a command, interrupts it after its first progress as Ctrl-C does, and sees it end.
    #[cfg(unix)]
    pub(super) fn stop(&self, words: &[&str]) -> Result<()> {
        let mut child = self.patchbay(words).spawn()?;
        let errors = child.stderr.take().context("it has no standard error")?;
        // Kept to the end: a command whose standard error is closed would end by that.
        let mut lines = BufReader::new(errors).lines().map_while(Result::ok);
        let progress = lines.by_ref().find(|line| line.starts_with("1 of "));
        shell::run(Command::new("kill").args(["-INT", &child.id().to_string()]))?;
        let output = wait(child, STOP).context("it goes on after Ctrl-C")?;
        ensure!(progress.is_some(), "no progress came before the end");
        ensure!(!output.status.success(), "it was not stopped");
        Ok(())
    }

    /// Windows has no signal for one process.
    #[cfg(not(unix))]
    pub(super) fn stop(&self, _words: &[&str]) -> Result<()> {
        Ok(())
    }
}

/// Waits for the end of a command, a while at most, and ends it then.
fn wait(child: Child, most: Duration) -> Result<Output> {
    let id = child.id();
    let reading = thread::spawn(move || child.wait_with_output());
    let ended = shell::poll("its end", most, || Ok(reading.is_finished().then_some(())));
    if ended.is_err() {
        end(id);
    }
    let output = reading.join().ok().context("its output was not read")?;
    ended.and(Ok(output?))
}

fn end(id: u32) {
    let mut kill = if cfg!(windows) {
        let mut kill = Command::new("taskkill");
        kill.args(["/F", "/T", "/PID", &id.to_string()]);
        kill
    } else {
        let mut kill = Command::new("kill");
        kill.args(["-KILL", &id.to_string()]);
        kill
    };
    // It may have ended meanwhile.
    drop(kill.output());
}
