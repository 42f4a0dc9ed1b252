//! Running a test runner, showing its words, and counting what it ran.

use std::{
    io::{BufRead, BufReader, IsTerminal as _, Read, Write as _},
    ops::AddAssign,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result};

use crate::shell;

/// How many tests or checks ran, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Tally {
    /// One check that passed or failed.
    pub(crate) fn one(passed: bool) -> Self {
        Self {
            passed: u32::from(passed),
            failed: u32::from(!passed),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs `command`, passes its lines on, and adds up the summaries of nextest, libtest, vitest and our own
/// runners in them.
///
/// A runner that fails without naming a failed test counts as one failure.
///
/// # Errors
/// When the command cannot be started.
pub(crate) fn count(command: &mut Command) -> Result<Tally> {
    let line = shell::describe(command);
    shell::say(format_args!("$ {line}"));
    if std::io::stdout().is_terminal() {
        command
            .env("CARGO_TERM_COLOR", "always")
            .env("FORCE_COLOR", "1");
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {line}"))?;
    let stderr = child.stderr.take();
    let complaints = thread::spawn(move || stderr.map(pass_on).unwrap_or_default());
    let mut tally = child.stdout.take().map(pass_on).unwrap_or_default();
    tally += complaints.join().unwrap_or_default();
    if !child.wait()?.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn pass_on(stream: impl Read) -> Tally {
    let mut tally = Tally::default();
    let mut line = Vec::new();
    let mut stream = BufReader::new(stream);
    while stream
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        let _ = std::io::stdout().lock().write_all(&line);
        if let Some(found) = summary(&plain(&String::from_utf8_lossy(&line))) {
            tally += found;
        }
        line.clear();
    }
    tally
}

/// Reads a runner's summary line.
fn summary(line: &str) -> Option<Tally> {
    // Indented it is what nextest shows of a test that it counts itself.
    if let Some(rest) = line.strip_prefix("test result: ") {
        return Some(tally_of(rest.split_once(". ")?.1));
    }
    let line = line.trim();
    let counts = if line.starts_with("Summary [") && line.contains(" run: ") {
        line.split_once(" run: ")?.1
    } else if line.ends_with(" failed") && line.contains(" passed, ") {
        line
    } else {
        // Vitest counts files in a line of their own before it.
        line.strip_prefix("Tests ")?
    };
    Some(tally_of(counts))
}

/// Adds up numbers and the words behind them.
fn tally_of(counts: &str) -> Tally {
    let mut tally = Tally::default();
    for part in counts.split([';', ',', '|']) {
        let mut words = part.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
            continue;
        };
        match words.next() {
            Some("passed") => tally.passed += number,
            // Nextest tells a failed test from one that ran out of time.
            Some("failed" | "timed" | "exec") => tally.failed += number,
            _ => {}
        }
    }
    tally
}

/// The line without colours.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(u32, u32)> {
        summary(&plain(line)).map(|tally| (tally.passed, tally.failed))
    }

    #[test]
    fn summaries_of_all_runners_are_read() {
        let libtest = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(read(libtest), Some((3, 2)));
        let nextest = "     Summary [   1.204s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 4 skipped";
        assert_eq!(read(nextest), Some((7, 2)));
        let again = "     Summary [   1.204s] 9 tests run: 9 passed (1 flaky), 0 skipped";
        assert_eq!(read(again), Some((9, 0)));
        let vitest = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m\u{1b}[22m\u{1b}[2m | \u{1b}[22m\u{1b}[1m\u{1b}[32m12 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (13)\u{1b}[39m";
        assert_eq!(read(vitest), Some((12, 1)));
        assert_eq!(read("120 passed, 2 failed"), Some((120, 2)));
    }

    #[test]
    fn other_lines_count_nothing() {
        let shown =
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 91 filtered out";
        assert_eq!(read(shown), None);
        assert_eq!(read("Test Files  2 passed (2)"), None);
        assert_eq!(read("12 passed"), None);
    }

    #[test]
    fn a_runner_that_dies_is_one_failure() {
        let mut dying = Command::new("cargo");
        let tally = count(dying.arg("no-such-subcommand"));
        assert_eq!(
            tally.expect("it starts"),
            Tally {
                passed: 0,
                failed: 1
            }
        );
    }
}
