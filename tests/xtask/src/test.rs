//! `cargo xtask test`: all checks of a change, in parts.

mod bundle;
mod conformance;
mod dependencies;
mod faults;
mod fuzz;
mod licences;
mod lint;
mod platform;
mod platform_names;
mod rust;
mod systems;
mod ui_part;
mod updates;
mod window;
mod words;
mod workflows;

use std::{
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use fuzz::Fuzzing;

use crate::{
    shell,
    system::{self, Need},
    test_counts::{self, TestCounts, TestReport},
};

/// A part that can be run alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Types, lint, unit tests and build of the window
    Ui,
    /// Format, clippy, spelling, licences, unused dependencies
    Lint,
    /// Rust tests, doctests, bindings unchanged
    Rust,
    /// Bounded fuzzing of everything that reads text from outside
    Fuzz,
    /// The official conformance suite of MCP, with our verbs as the client, and servers of others
    Conformance,
    /// Journeys in the real web view with a real keychain
    Window,
    /// A platform more, built with the command line and the window for this alone
    Platform,
    /// Kills at each step of a sign-in, a refresh, a rotation and runs, 200 of each, and all hostile answers; by name only
    Faults,
    /// The Debian package: it installs, starts, takes a link, goes without a trace; by name only
    Bundle,
    /// Updates of the app, signed with a key for this once, from a server of our own; by name only
    Updates,
    /// Windows and macOS from one Debian: compiled, linked, tried under wine; by name only
    Systems,
}

impl Part {
    /// Its name on the command line.
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self, report: &mut Report, options: Options) -> Result<()> {
        match self {
            Self::Ui => ui_part::run(report),
            Self::Lint => lint::run(report),
            Self::Rust => rust::run(report),
            Self::Fuzz => fuzz::run(report, options.fuzzing),
            Self::Conformance => conformance::run(report),
            Self::Window => window::run(report),
            Self::Platform => platform::run(report),
            Self::Faults => faults::run(report),
            Self::Bundle => bundle::run(report),
            Self::Updates => updates::run(report),
            Self::Systems => systems::run(report, options.delete_build),
        }
    }
}

/// How parts run.
#[derive(Clone, Copy, Default, clap::Args)]
pub(crate) struct Options {
    /// Begin no part of `--with` after these minutes, where all checks together have a time limit; the summary says so
    #[arg(long, value_name = "MINUTES", requires = "with")]
    begin_within: Option<u64>,
    /// Delete the build of this system before the part `systems` builds for others, for a small disk
    #[arg(long)]
    delete_build: bool,
    #[command(flatten)]
    fuzzing: Fuzzing,
}

/// Runs `parts`, or all that neither change this system nor build for others, and then `with`. A failed part does not
/// stop the others.
pub(crate) fn test(parts: &[Part], with: &[Part], options: Options) -> Result<ExitCode> {
    system::prepare(Need::Tests)?;
    let started = Instant::now();
    let mut total = TestCounts::default();
    // Once more at the end, where a long output is still read.
    let mut last_words = Vec::new();
    for part in chosen(parts, with) {
        if let Some(line) = not_begun(part, with, options.begin_within, started.elapsed()) {
            last_words.push(line);
            continue;
        }
        let mut report = Report::new(part);
        if let Err(error) = part.run(&mut report, options) {
            // The rest of the part depends on what failed and did not run.
            let failed = TestReport::of(TestCounts::one(false));
            report.add("what it needs", failed, Duration::ZERO);
            shell::print_result(format_args!("error: {error:#}"));
        }
        report.close();
        total += report.totals;
        last_words.extend(report.failed);
    }
    for line in last_words {
        shell::print_result(line);
    }
    shell::print_result(total);
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says that a part is not run, if it is one of `with` and more than `limit` minutes have passed.
fn not_begun(part: Part, with: &[Part], limit: Option<u64>, passed: Duration) -> Option<String> {
    let limit = limit.filter(|_| with.contains(&part))?;
    let passed = passed.as_secs() / 60;
    (passed >= limit).then(|| {
        let name = part.name();
        format!("NOT RUN {name}: it is begun within {limit} minutes, and {passed} have passed")
    })
}

/// The parts that run by name only, with the reason.
const BY_NAME: [(Part, &str); 4] = [
    (
        Part::Bundle,
        "it takes a release build and installs a package",
    ),
    (Part::Faults, "the tests have some of it"),
    (Part::Updates, "it takes a build with an endpoint"),
    (Part::Systems, "it takes compilers for other systems"),
];

fn chosen(parts: &[Part], with: &[Part]) -> Vec<Part> {
    if !parts.is_empty() {
        return parts.to_vec();
    }
    let mut chosen = Part::value_variants().to_vec();
    for (part, why) in BY_NAME {
        chosen.retain(|one| *one != part);
        if !with.contains(&part) {
            let name = part.name();
            shell::print_result(format_args!("The part `{name}` runs by name only: {why}."));
        }
    }
    if !system::has_web_view_driver() {
        shell::print_result(
            "The parts `window` and `platform` run on Linux only: no other web view can be driven.",
        );
        chosen.retain(|part| !matches!(part, Part::Window | Part::Platform));
    }
    chosen.retain(|part| !with.contains(part));
    chosen.extend(with);
    chosen
}

/// Results of a part so far.
pub(super) struct Report {
    part: Part,
    started: Instant,
    steps: Vec<String>,
    /// The lines of steps that failed.
    failed: Vec<String>,
    totals: TestCounts,
}

impl Report {
    fn new(part: Part) -> Self {
        Self {
            part,
            started: Instant::now(),
            steps: Vec::new(),
            failed: Vec::new(),
            totals: TestCounts::default(),
        }
    }

    /// Runs one check; it passes when `check` returns no error.
    pub(super) fn check(&mut self, name: &str, check: impl FnOnce() -> Result<()>) {
        self.step(name, || {
            check()?;
            Ok(TestReport::of(TestCounts::one(true)))
        });
    }

    /// Runs a check a second time when it fails: one that waits for programs of others, which a busy computer may run
    /// too late. The summary names it then.
    pub(super) fn check_with_retry(
        &mut self,
        name: &str,
        mut check: impl FnMut() -> Result<TestCounts>,
    ) {
        self.step(name, || {
            let first = check().unwrap_or_else(|error| {
                shell::print_result(format_args!("error: {error:#}"));
                TestCounts::one(false)
            });
            if first.failed == 0 {
                return Ok(TestReport::of(first));
            }
            let mut again = TestReport::of(check()?);
            again.notes.push(format!("FLAKY 2/2 {name}"));
            Ok(again)
        });
    }

    /// Runs a check that returns what later steps need.
    pub(super) fn set_up<T>(&mut self, name: &str, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut made = None;
        self.check(name, || {
            made = Some(make()?);
            Ok(())
        });
        made.with_context(|| {
            format!(
                "nothing of {} can be tried without: {name}",
                self.part.name()
            )
        })
    }

    /// Runs a test runner and counts its tests.
    pub(super) fn run_tests(&mut self, name: &str, runner: &mut Command) {
        self.step(name, || test_counts::count(runner));
    }

    /// Runs several test runners at the same time and counts their tests together.
    pub(super) fn run_tests_at_once(&mut self, name: &str, runners: &mut [Command]) {
        self.step(name, || test_counts::count_all(runners));
    }

    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<TestReport>) {
        shell::print_result(format_args!("\n== {}: {name}", self.part.name()));
        let started = Instant::now();
        let outcome = step().unwrap_or_else(|error| {
            shell::print_result(format_args!("error: {error:#}"));
            TestReport::of(TestCounts::one(false))
        });
        self.add(name, outcome, started.elapsed());
    }

    fn add(&mut self, name: &str, outcome: TestReport, took: Duration) {
        let totals = outcome.totals;
        self.totals += totals;
        let verdict = if totals.failed == 0 { "ok" } else { "FAILED" };
        let line = format!("{name}: {totals} in {:.1} s", took.as_secs_f32());
        let notes = outcome.notes.iter().map(|test| format!("         {test}"));
        if totals.failed > 0 {
            let part = self.part.name();
            self.failed.push(format!("FAILED {part}: {line}"));
            self.failed.extend(notes.clone());
        }
        self.steps.push(format!("  {verdict:<6} {line}"));
        self.steps.extend(notes);
    }

    fn close(&self) {
        shell::print_result(format_args!(
            "\n{}: {} in {:.1} s",
            self.part.name(),
            self.totals,
            self.started.elapsed().as_secs_f32()
        ));
        for step in &self.steps {
            shell::print_result(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_counts_and_the_next_one_still_runs() {
        let mut report = Report::new(Part::Lint);
        report.check("broken", || anyhow::bail!("no"));
        report.check("fine", || Ok(()));
        assert_eq!(
            report.totals,
            TestCounts {
                passed: 1,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(report.failed.len(), 1, "{:?}", report.failed);
        assert!(report.failed[0].starts_with("FAILED lint: broken: 0 passed, 1 failed"));
    }

    #[test]
    fn a_check_that_passes_when_it_is_run_again_is_named_and_counts_as_passed() {
        let mut report = Report::new(Part::Conformance);
        let mut runs = 0;
        report.check_with_retry("slow", || {
            runs += 1;
            anyhow::ensure!(runs > 1, "too late");
            Ok(TestCounts::one(true))
        });
        report.check_with_retry("broken", || anyhow::bail!("no"));
        assert_eq!((report.totals.passed, report.totals.failed), (1, 1));
        assert!(report.steps.contains(&"         FLAKY 2/2 slow".to_owned()));
    }

    #[test]
    fn only_what_is_added_is_not_begun_late() {
        let after = |part, limit, minutes: u64| {
            not_begun(
                part,
                &[Part::Systems],
                limit,
                Duration::from_secs(60 * minutes),
            )
        };
        assert_eq!(after(Part::Systems, Some(50), 49), None);
        assert_eq!(after(Part::Systems, None, 500), None);
        assert_eq!(after(Part::Rust, Some(50), 500), None);
        let said = after(Part::Systems, Some(50), 51);
        assert!(said.is_some_and(|line| line.starts_with("NOT RUN systems: ")));
    }

    #[test]
    fn named_parts_run_in_the_order_given() {
        assert!(chosen(&[Part::Rust, Part::Ui], &[]) == [Part::Rust, Part::Ui]);
    }

    #[test]
    fn what_runs_by_name_only_comes_last() {
        let rest = chosen(&[], &[]);
        assert!(rest.contains(&Part::Rust) && !rest.contains(&Part::Systems));
        assert!(chosen(&[], &[Part::Systems]) == [rest, vec![Part::Systems]].concat());
        let twice = chosen(&[], &[Part::Rust]);
        assert!(twice.last() == Some(&Part::Rust));
        assert!(twice.iter().filter(|part| **part == Part::Rust).count() == 1);
    }
}
