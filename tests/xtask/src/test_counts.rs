//! Runs test runners, passes their output on, and counts their tests.

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

/// Numbers of tests or checks by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TestCounts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    /// Skipped by name, each with its reason.
    pub(crate) skipped: u32,
}

impl TestCounts {
    /// One check that passed or failed.
    pub(crate) fn one(passed: bool) -> Self {
        Self {
            passed: u32::from(passed),
            failed: u32::from(!passed),
            skipped: 0,
        }
    }
}

impl AddAssign for TestCounts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for TestCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            some => write!(f, ", {some} left out"),
        }
    }
}

/// The prefix of a line that names a test that failed.
const FAIL: &str = "FAIL ";

/// The beginning of a line for a runner that failed without naming a failed test.
const UNEXPLAINED: &str = "NO TEST FAILED, but ";

/// What the output of a runner says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TestReport {
    pub(crate) totals: TestCounts,
    /// Tests that failed, or passed only on a retry, as the runners name them.
    pub(crate) notes: Vec<String>,
    /// Tests that libtest reported as slow and that have not ended.
    slow: Vec<String>,
    closed: bool,
}

impl TestReport {
    /// Counts without names.
    pub(crate) fn of(totals: TestCounts) -> Self {
        Self {
            totals,
            ..Self::default()
        }
    }

    /// Adds a skipped test with its reason.
    pub(crate) fn skip_test(&mut self, what: &str, reason: &str) {
        self.skip_tests(1, what, reason);
    }

    /// Adds several skipped tests with one reason.
    pub(crate) fn skip_tests(&mut self, number: u32, what: &str, reason: &str) {
        self.totals.skipped += number;
        self.notes.push(format!("LEFT OUT {what}: {reason}"));
    }

    /// The tests that failed, as libtest names them; empty when something else failed too.
    pub(crate) fn failed_tests(&self) -> Vec<String> {
        let notes = self.notes.iter();
        let failed: Vec<_> = notes.filter_map(|test| test.strip_prefix(FAIL)).collect();
        let is_all = failed.len() == self.totals.failed as usize;
        let failed = failed.into_iter().filter(|_| is_all);
        failed.map(str::to_owned).collect()
    }

    /// Whether the runner failed without naming a failed test.
    pub(crate) fn is_unexplained(&self) -> bool {
        self.notes.iter().any(|line| line.starts_with(UNEXPLAINED))
    }

    /// Counts failed tests as passed, by name, when `again`, a second run of them alone, passed.
    pub(crate) fn apply_retry(&mut self, again: &Self) {
        let still = again.failed_tests();
        if again.totals.passed + again.totals.failed != self.totals.failed
            || still.len() != again.totals.failed as usize
        {
            return;
        }
        for notes in &mut self.notes {
            if let Some(test) = notes.strip_prefix(FAIL)
                && !still.iter().any(|name| name == test)
            {
                *notes = format!("FLAKY 2/2 {test}");
            }
        }
        self.totals.passed += again.totals.passed;
        self.totals.failed = again.totals.failed;
    }

    fn read_line(&mut self, line: &str) {
        if let Some(found) = summary(line) {
            self.totals += found;
            self.closed = true;
        } else if let Some(name) = line.trim().strip_prefix("FAIL  ") {
            self.notes.push(format!("{FAIL}{name}"));
        } else if let Some(name) = line.trim().strip_prefix("FLAKY  ") {
            self.notes.push(format!("FLAKY 2/2 {name}"));
        } else if let Some(test) = line.trim_end().strip_prefix("test ") {
            self.read_libtest_line(test);
        } else if self.closed
            && let Some((verdict, rest)) = line.trim().split_once(" [")
            && let Some((_, name)) = rest.rsplit_once(") ")
        {
            // Nextest repeats below its summary every test that did not simply pass.
            self.notes.push(format!("{verdict} {name}"));
        }
    }

    fn read_libtest_line(&mut self, test: &str) {
        if let Some((name, _)) = test.split_once(" has been running for over ") {
            self.slow.push(name.to_owned());
        } else if let Some((name, verdict)) = test.rsplit_once(" ... ") {
            self.slow.retain(|slow| slow != name);
            if verdict == "FAILED" {
                self.notes.push(format!("{FAIL}{name}"));
            }
        }
    }

    fn join(&mut self, other: Self) {
        self.totals += other.totals;
        self.notes.extend(other.notes);
        self.slow.extend(other.slow);
    }

    /// Counts a runner that was stopped as one failure, and names the tests that were running.
    fn mark_unfinished(&mut self, why: &str) {
        self.totals.failed += 1;
        let slow = self.slow.drain(..).map(|test| format!("STILL RAN {test}"));
        self.notes.push(why.to_owned());
        self.notes.extend(slow);
    }
}

/// Time limit of a runner, and how to stop it with everything that it started.
#[derive(Clone, Copy)]
pub(crate) struct Limit<'a> {
    pub(crate) time: Duration,
    pub(crate) end: &'a dyn Fn() -> Result<()>,
}

/// How long the output of a runner may stay open after its end, held by processes that it started.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Runs `command`, passes its output on, and adds up the summaries of nextest, libtest, vitest and our own
/// runners in it.
///
/// A runner that fails without naming a failed test counts as one failure.
pub(crate) fn count(command: &mut Command) -> Result<TestReport> {
    collect_events(&start(command)?, None)
}

/// The same of several runners at the same time.
pub(crate) fn count_all(commands: &mut [Command]) -> Result<TestReport> {
    let started: Vec<_> = commands.iter_mut().map(start).collect::<Result<_>>()?;
    let mut outcome = TestReport::default();
    for events in &started {
        outcome.join(collect_events(events, None)?);
    }
    Ok(outcome)
}

/// Like [`count`], but a runner that takes too long is stopped and counts as one failure, which names the tests that
/// were running.
pub(crate) fn count_within(command: &mut Command, limit: Limit<'_>) -> Result<TestReport> {
    collect_events(&start(command)?, Some(limit))
}

/// The state of a runner.
enum RunnerEvent {
    Output(TestReport),
    Ended(std::io::Result<ExitStatus>),
}

fn start(command: &mut Command) -> Result<Receiver<RunnerEvent>> {
    let line = shell::describe(command);
    shell::log(format_args!("$ {line}"));
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
    let (sender, events) = mpsc::channel();
    let stdout = child.stdout.take().map(|stream| Box::new(stream) as _);
    let stderr = child.stderr.take().map(|stream| Box::new(stream) as _);
    let streams: [Option<Box<dyn Read + Send>>; 2] = [stdout, stderr];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || sender.send(RunnerEvent::Output(forward_lines(stream))));
    }
    thread::spawn(move || sender.send(RunnerEvent::Ended(child.wait())));
    Ok(events)
}

fn collect_events(events: &Receiver<RunnerEvent>, limit: Option<Limit<'_>>) -> Result<TestReport> {
    let mut outcome = TestReport::default();
    let mut status = None;
    let mut timeout_reason = None;
    let mut deadline = limit.map(|limit| Instant::now() + limit.time);
    loop {
        match next(events, deadline) {
            Ok(RunnerEvent::Output(words)) => outcome.join(words),
            Ok(RunnerEvent::Ended(ended)) => {
                status = Some(ended?);
                let last = Instant::now() + DRAIN_TIMEOUT;
                deadline = deadline.map(|deadline| deadline.min(last));
            }
            Err(RecvTimeoutError::Timeout) if timeout_reason.is_none() => {
                timeout_reason = Some(match status {
                    Some(_) => "STILL RAN something that it started",
                    None => "DID NOT END in its time",
                });
                if let Some(limit) = limit {
                    (limit.end)()?;
                }
                deadline = Some(Instant::now() + DRAIN_TIMEOUT);
            }
            Err(_) => break,
        }
    }
    if let Some(why) = timeout_reason {
        outcome.mark_unfinished(why);
    } else if outcome.totals.failed == 0
        && let Some(status) = status.filter(|status| !status.success())
    {
        outcome.totals.failed = 1;
        outcome.notes.push(format!("{UNEXPLAINED}{status}"));
    }
    Ok(outcome)
}

fn next(
    events: &Receiver<RunnerEvent>,
    deadline: Option<Instant>,
) -> Result<RunnerEvent, RecvTimeoutError> {
    match deadline {
        Some(deadline) => events.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        None => Ok(events.recv()?),
    }
}

fn forward_lines(stream: impl Read) -> TestReport {
    let mut outcome = TestReport::default();
    let mut line = Vec::new();
    let mut stream = BufReader::new(stream);
    while stream
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        let _ = std::io::stdout().lock().write_all(&line);
        outcome.read_line(&strip_escapes(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    outcome
}

/// Reads a runner's summary line.
fn summary(line: &str) -> Option<TestCounts> {
    // An indented summary is output of a test that nextest counts itself.
    if let Some(rest) = line.strip_prefix("test result: ") {
        return Some(parse_counts(rest.split_once(". ")?.1));
    }
    let line = line.trim();
    let counts = if line.starts_with("Summary [") && line.contains(" run: ") {
        line.split_once(" run: ")?.1
    } else if line.ends_with(" failed") && line.contains(" passed, ") {
        line
    } else {
        // Vitest counts files in a separate line before.
        line.strip_prefix("Tests ")?
    };
    Some(parse_counts(counts))
}

/// Adds up pairs of a number and a word.
fn parse_counts(counts: &str) -> TestCounts {
    let mut totals = TestCounts::default();
    for part in counts.split([';', ',', '|']) {
        let mut words = part.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
            continue;
        };
        match words.next() {
            Some("passed") => totals.passed += number,
            // Nextest reports tests that timed out separately.
            Some("failed" | "timed" | "exec") => totals.failed += number,
            _ => {}
        }
    }
    totals
}

/// Removes escape sequences for colours and cursor movements.
pub(crate) fn strip_escapes(line: &str) -> String {
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
        summary(&strip_escapes(line)).map(|totals| (totals.passed, totals.failed))
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
    fn a_runner_that_dies_is_one_failure_and_says_how_it_ended() {
        let mut dying = Command::new("sh");
        let script = "echo '3 passed, 0 failed'; exit 7";
        let outcome = count(dying.args(["-c", script])).expect("it starts");
        assert_eq!((outcome.totals.passed, outcome.totals.failed), (3, 1));
        assert_eq!(outcome.notes, ["NO TEST FAILED, but exit status: 7"]);
        assert!(outcome.is_unexplained());
    }

    #[test]
    fn runners_at_the_same_time_are_added_up() {
        let mut runners = [3, 4].map(|passed| {
            let mut runner = Command::new("sh");
            runner.args(["-c", &format!("echo {passed} passed, 0 failed")]);
            runner
        });
        let outcome = count_all(&mut runners).expect("they start");
        assert_eq!((outcome.totals.passed, outcome.totals.failed), (7, 0));
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
        let outcome = count_within(&mut sleeper, limit).expect("it starts");
        assert_eq!(outcome.totals, TestCounts::one(false));
        assert_eq!(outcome.notes, ["DID NOT END in its time", "STILL RAN a::b"]);
    }

    #[test]
    fn tests_of_libtest_that_failed_are_named() {
        let mut outcome = TestReport::default();
        for line in [
            "test a::passes ... ok",
            "test a::slow has been running for over 60 seconds",
            "test a::slow ... ok",
            "test a::fails ... FAILED",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 61 s",
        ] {
            outcome.read_line(line);
        }
        assert_eq!((outcome.notes.len(), outcome.slow.len()), (1, 0));
        assert_eq!(outcome.notes[0], "FAIL a::fails");
        assert_eq!((outcome.totals.passed, outcome.totals.failed), (2, 1));
    }

    fn outcome(lines: &[&str]) -> TestReport {
        let mut outcome = TestReport::default();
        for line in lines {
            outcome.read_line(line);
        }
        outcome
    }

    #[test]
    fn a_test_that_passes_when_it_is_run_again_is_named_and_counts_as_passed() {
        let first = || {
            outcome(&[
                "test a ... FAILED",
                "test b ... FAILED",
                "test result: FAILED. 5 passed; 2 failed; 0 ignored",
            ])
        };
        let second = outcome(&[
            "test a ... ok",
            "test b ... FAILED",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored",
        ]);
        let mut one = first();
        assert_eq!(one.failed_tests(), ["a", "b"]);
        one.apply_retry(&second);
        assert_eq!((one.totals.passed, one.totals.failed), (6, 1));
        assert_eq!(one.notes, ["FLAKY 2/2 a", "FAIL b"]);
        let mut other = first();
        other.apply_retry(&outcome(&[
            "test result: FAILED. 0 passed; 1 failed; 0 ignored",
        ]));
        assert_eq!(other, first(), "a run of other tests says nothing");
    }

    #[test]
    fn tests_that_did_not_simply_pass_are_named_once() {
        let mut outcome = TestReport::default();
        for line in [
            "        FAIL [   0.456s] ( 831/1008) patchbay-tests::e2e cli::signs_in",
            "     Summary [ 148.683s] 1008 tests run: 1007 passed (1 flaky), 1 failed, 4 skipped",
            "   FLAKY 2/2 [   4.382s] (35/95) patchbay-tests::window runs::stay",
            "        FAIL [   0.456s] ( 831/1008) patchbay-tests::e2e cli::signs_in",
            " FAIL  src/list.test.tsx > view > is_remembered",
            " FLAKY  src/list.test.tsx > closes_by_escape",
        ] {
            outcome.read_line(line);
        }
        assert_eq!(
            outcome.notes,
            [
                "FLAKY 2/2 patchbay-tests::window runs::stay",
                "FAIL patchbay-tests::e2e cli::signs_in",
                "FAIL src/list.test.tsx > view > is_remembered",
                "FLAKY 2/2 src/list.test.tsx > closes_by_escape",
            ]
        );
    }
}
