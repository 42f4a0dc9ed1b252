//! Running a test runner, showing its words, and counting what it ran.

use std::{
    io::{BufRead, BufReader, IsTerminal as _, Read, Write as _},
    ops::AddAssign,
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::shell;

/// How many tests or checks ran, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    /// Left out by name, each with its reason.
    pub(crate) left_out: u32,
}

impl Tally {
    /// One check that passed or failed.
    pub(crate) fn one(passed: bool) -> Self {
        Self {
            passed: u32::from(passed),
            failed: u32::from(!passed),
            left_out: 0,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.left_out += other.left_out;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.left_out {
            0 => Ok(()),
            some => write!(f, ", {some} left out"),
        }
    }
}

/// What stands before the name of a test that failed.
const FAIL: &str = "FAIL ";

/// What a runner's words say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) tally: Tally,
    /// Tests that failed, or passed a second time only, as the runners name them.
    pub(crate) named: Vec<String>,
    /// Tests that libtest calls slow and that have not ended.
    slow: Vec<String>,
    closed: bool,
}

impl Heard {
    /// A count without words.
    pub(crate) fn of(tally: Tally) -> Self {
        Self {
            tally,
            ..Self::default()
        }
    }

    /// Adds what is not run, and why.
    pub(crate) fn leave_out(&mut self, what: &str, reason: &str) {
        self.leave_out_all(1, what, reason);
    }

    /// The same of so many at once.
    pub(crate) fn leave_out_all(&mut self, number: u32, what: &str, reason: &str) {
        self.tally.left_out += number;
        self.named.push(format!("LEFT OUT {what}: {reason}"));
    }

    /// The tests that failed, as libtest names them; none when something else failed besides.
    pub(crate) fn failed_tests(&self) -> Vec<String> {
        let named = self.named.iter();
        let failed: Vec<_> = named.filter_map(|test| test.strip_prefix(FAIL)).collect();
        let is_all = failed.len() == self.tally.failed as usize;
        let failed = failed.into_iter().filter(|_| is_all);
        failed.map(str::to_owned).collect()
    }

    /// Counts tests that failed as passed when `again`, a second run of just them, says so, and names them.
    pub(crate) fn retried(&mut self, again: &Self) {
        let still = again.failed_tests();
        if again.tally.passed + again.tally.failed != self.tally.failed
            || still.len() != again.tally.failed as usize
        {
            return;
        }
        for named in &mut self.named {
            if let Some(test) = named.strip_prefix(FAIL)
                && !still.iter().any(|name| name == test)
            {
                *named = format!("FLAKY 2/2 {test}");
            }
        }
        self.tally.passed += again.tally.passed;
        self.tally.failed = again.tally.failed;
    }

    fn listen(&mut self, line: &str) {
        if let Some(found) = summary(line) {
            self.tally += found;
            self.closed = true;
        } else if let Some(name) = line.trim().strip_prefix("FAIL  ") {
            self.named.push(format!("{FAIL}{name}"));
        } else if let Some(test) = line.trim_end().strip_prefix("test ") {
            self.listen_to_libtest(test);
        } else if self.closed
            && let Some((verdict, rest)) = line.trim().split_once(" [")
            && let Some((_, name)) = rest.rsplit_once(") ")
        {
            // Nextest says again below its summary what did not simply pass.
            self.named.push(format!("{verdict} {name}"));
        }
    }

    fn listen_to_libtest(&mut self, test: &str) {
        if let Some((name, _)) = test.split_once(" has been running for over ") {
            self.slow.push(name.to_owned());
        } else if let Some((name, verdict)) = test.rsplit_once(" ... ") {
            self.slow.retain(|slow| slow != name);
            if verdict == "FAILED" {
                self.named.push(format!("{FAIL}{name}"));
            }
        }
    }

    fn join(&mut self, other: Self) {
        self.tally += other.tally;
        self.named.extend(other.named);
        self.slow.extend(other.slow);
    }

    /// Counts a runner that was ended before its time as one failure, and names what kept it.
    fn cut_off(&mut self, why: &str) {
        self.tally.failed += 1;
        let slow = self.slow.drain(..).map(|test| format!("STILL RAN {test}"));
        self.named.push(why.to_owned());
        self.named.extend(slow);
    }
}

/// How long a runner may take, and what ends it with everything that it has started.
#[derive(Clone, Copy)]
pub(crate) struct Limit<'a> {
    pub(crate) time: Duration,
    pub(crate) end: &'a dyn Fn() -> Result<()>,
}

/// How long the words of a runner may be open after its end: what it started may hold them.
const LAST_WORDS: Duration = Duration::from_secs(20);

/// Runs `command`, passes its lines on, and adds up the summaries of nextest, libtest, vitest and our own
/// runners in them.
///
/// A runner that fails without naming a failed test counts as one failure.
///
/// # Errors
/// When the command cannot be started.
pub(crate) fn count(command: &mut Command) -> Result<Heard> {
    gather(&start(command)?, None)
}

/// As [`count`], but a runner that takes too long is ended and counts as one failure, which names the tests
/// that held it up.
///
/// # Errors
/// When the command cannot be started, or cannot be ended.
pub(crate) fn count_within(command: &mut Command, limit: Limit<'_>) -> Result<Heard> {
    gather(&start(command)?, Some(limit))
}

/// What becomes of a runner.
enum News {
    Said(Heard),
    Ended(std::io::Result<ExitStatus>),
}

fn start(command: &mut Command) -> Result<Receiver<News>> {
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
    let (teller, news) = mpsc::channel();
    let stdout = child.stdout.take().map(|stream| Box::new(stream) as _);
    let stderr = child.stderr.take().map(|stream| Box::new(stream) as _);
    let streams: [Option<Box<dyn Read + Send>>; 2] = [stdout, stderr];
    for stream in streams.into_iter().flatten() {
        let teller = teller.clone();
        thread::spawn(move || teller.send(News::Said(pass_on(stream))));
    }
    thread::spawn(move || teller.send(News::Ended(child.wait())));
    Ok(news)
}

fn gather(news: &Receiver<News>, limit: Option<Limit<'_>>) -> Result<Heard> {
    let mut heard = Heard::default();
    let mut status = None;
    let mut cut_off = None;
    let mut deadline = limit.map(|limit| Instant::now() + limit.time);
    loop {
        match next(news, deadline) {
            Ok(News::Said(words)) => heard.join(words),
            Ok(News::Ended(ended)) => {
                status = Some(ended?);
                let last = Instant::now() + LAST_WORDS;
                deadline = deadline.map(|deadline| deadline.min(last));
            }
            Err(RecvTimeoutError::Timeout) if cut_off.is_none() => {
                cut_off = Some(match status {
                    Some(_) => "STILL RAN something that it started",
                    None => "DID NOT END in its time",
                });
                if let Some(limit) = limit {
                    (limit.end)()?;
                }
                deadline = Some(Instant::now() + LAST_WORDS);
            }
            Err(_) => break,
        }
    }
    if let Some(why) = cut_off {
        heard.cut_off(why);
    } else if heard.tally.failed == 0 && !status.is_some_and(|status| status.success()) {
        heard.tally.failed = 1;
    }
    Ok(heard)
}

fn next(news: &Receiver<News>, deadline: Option<Instant>) -> Result<News, RecvTimeoutError> {
    match deadline {
        Some(deadline) => news.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        None => Ok(news.recv()?),
    }
}

fn pass_on(stream: impl Read) -> Heard {
    let mut heard = Heard::default();
    let mut line = Vec::new();
    let mut stream = BufReader::new(stream);
    while stream
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        let _ = std::io::stdout().lock().write_all(&line);
        heard.listen(&plain(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    heard
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
        let heard = count(dying.arg("no-such-subcommand"));
        assert_eq!(heard.expect("it starts"), Heard::of(Tally::one(false)));
    }

    #[test]
    fn a_runner_that_takes_too_long_is_ended_and_names_what_held_it_up() {
        let slow =
            "echo 'test quick ... ok'; echo 'test a::b has been running for over 60 seconds'";
        let mut sleeper = Command::new("sh");
        // `exec` leaves one process, which its own end then is.
        sleeper.args(["-c", &format!("echo $$ >\"$0\"; {slow}; exec sleep 100")]);
        let folder = tempfile::tempdir().expect("a folder");
        let id = folder.path().join("id");
        sleeper.arg(&id);
        let end = || {
            let id = std::fs::read_to_string(&id)?;
            shell::run(Command::new("kill").arg(id.trim()))
        };
        let limit = Limit {
            time: Duration::from_secs(1),
            end: &end,
        };
        let heard = count_within(&mut sleeper, limit).expect("it starts");
        assert_eq!(heard.tally, Tally::one(false));
        assert_eq!(heard.named, ["DID NOT END in its time", "STILL RAN a::b"]);
    }

    #[test]
    fn tests_of_libtest_that_failed_are_named() {
        let mut heard = Heard::default();
        for line in [
            "test a::passes ... ok",
            "test a::slow has been running for over 60 seconds",
            "test a::slow ... ok",
            "test a::fails ... FAILED",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 61 s",
        ] {
            heard.listen(line);
        }
        assert_eq!((heard.named.len(), heard.slow.len()), (1, 0));
        assert_eq!(heard.named[0], "FAIL a::fails");
        assert_eq!((heard.tally.passed, heard.tally.failed), (2, 1));
    }

    fn heard(lines: &[&str]) -> Heard {
        let mut heard = Heard::default();
        for line in lines {
            heard.listen(line);
        }
        heard
    }

    #[test]
    fn a_test_that_passes_when_it_is_run_again_is_named_and_counts_as_passed() {
        let first = || {
            heard(&[
                "test a ... FAILED",
                "test b ... FAILED",
                "test result: FAILED. 5 passed; 2 failed; 0 ignored",
            ])
        };
        let second = heard(&[
            "test a ... ok",
            "test b ... FAILED",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored",
        ]);
        let mut one = first();
        assert_eq!(one.failed_tests(), ["a", "b"]);
        one.retried(&second);
        assert_eq!((one.tally.passed, one.tally.failed), (6, 1));
        assert_eq!(one.named, ["FLAKY 2/2 a", "FAIL b"]);
        let mut other = first();
        other.retried(&heard(&[
            "test result: FAILED. 0 passed; 1 failed; 0 ignored",
        ]));
        assert_eq!(other, first(), "a run of other tests says nothing");
    }

    #[test]
    fn tests_that_did_not_simply_pass_are_named_once() {
        let mut heard = Heard::default();
        for line in [
            "        FAIL [   0.456s] ( 831/1008) patchbay-tests::e2e cli::signs_in",
            "     Summary [ 148.683s] 1008 tests run: 1007 passed (1 flaky), 1 failed, 4 skipped",
            "   FLAKY 2/2 [   4.382s] (35/95) patchbay-tests::window runs::stay",
            "        FAIL [   0.456s] ( 831/1008) patchbay-tests::e2e cli::signs_in",
            " FAIL  src/list.test.tsx > view > is_remembered",
        ] {
            heard.listen(line);
        }
        assert_eq!(
            heard.named,
            [
                "FLAKY 2/2 patchbay-tests::window runs::stay",
                "FAIL patchbay-tests::e2e cli::signs_in",
                "FAIL src/list.test.tsx > view > is_remembered",
            ]
        );
    }
}
