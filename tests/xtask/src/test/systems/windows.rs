//! Builds for Windows, and its tests under wine.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{Report, WINDOWS, cross::Cross, exceptions, folder, wine::Wine};
use crate::{
    cargo, paths, shell,
    test_counts::{self, Limit, TestCounts, TestReport},
};

/// Time limit of a test program, below that of any program under wine so that the running tests can be named. None
/// needs half of it on an idle machine.
const LIMIT: Duration = Duration::from_secs(1140);

/// Output of `cargo build` for Windows.
pub(super) struct Build {
    tests: Vec<TestProgram>,
}

/// Names of tests by the name of their program.
pub(super) type Tests = BTreeMap<String, BTreeSet<String>>;

#[derive(Debug, PartialEq, Eq)]
struct TestProgram {
    /// The package, and the name of an integration test.
    name: String,
    /// The folder of its package, where tests run.
    package: PathBuf,
    file: PathBuf,
}

impl Build {
    /// Checks everything with clippy, where warnings are errors, and links it.
    pub(super) fn make(cross: &Cross) -> Result<Self> {
        let build = Self {
            tests: test_programs(&mut cross.build_for_windows())?,
        };
        for program in ["patchbay", "patchbay-desktop", "patchbay-playground"] {
            let file = build.program(program);
            ensure!(file.is_file(), "there is no {}", file.display());
            shell::print_result(file.display());
        }
        Ok(build)
    }

    /// A program of ours.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        built().join(format!("{name}.exe"))
    }

    /// Runs all tests but the exceptions, which it counts by name. `here` are the tests of this system.
    pub(super) fn test(&self, report: &mut Report, wine: &Wine, here: Tests) {
        for program in &self.tests {
            report.step(&format!("{} under wine", program.name), || {
                program.run(wine)
            });
        }
        report.step("tests that Windows does not have", || {
            self.absent(wine, here)
        });
    }

    /// Counts by name the tests that this system has and Windows does not. Each of them has to be an exception, and
    /// each exception one of them.
    fn absent(&self, wine: &Wine, here: Tests) -> Result<TestReport> {
        let there = by_program(&self.tests, |program| program.command(wine))?;
        let mut outcome = TestReport::of(TestCounts::one(true));
        let mut unexplained = Vec::new();
        for (program, tests) in here {
            if exceptions::is_untested(&program) {
                let number = u32::try_from(tests.len()).unwrap_or(u32::MAX);
                let all = format!("{number} of {program}");
                outcome.skip_tests(number, &all, exceptions::UNTESTED_REASON);
                continue;
            }
            let known = there.get(&program).cloned().unwrap_or_default();
            let missing: Vec<_> = tests.difference(&known).collect();
            for exception in exceptions::absent(&program) {
                ensure!(
                    missing.iter().any(|test| exception.covers(test)),
                    "Windows has what is said to be missing: {program} {}",
                    exception.name
                );
            }
            for test in missing {
                let mut exceptions = exceptions::absent(&program);
                let name = format!("{program} {test}");
                match exceptions.find(|one| one.covers(test)) {
                    Some(exception) => outcome.skip_test(&name, exception.reason),
                    None => unexplained.push(name),
                }
            }
        }
        ensure!(
            unexplained.is_empty(),
            "Windows does not have these, and no exception says why:\n{}",
            unexplained.join("\n")
        );
        Ok(outcome)
    }
}

impl TestProgram {
    fn run(&self, wine: &Wine) -> Result<TestReport> {
        if let Some(exception) = exceptions::program(&self.name) {
            let mut outcome = TestReport::default();
            outcome.skip_test(exception.name, exception.reason);
            return Ok(outcome);
        }
        let skipped = self.skipped(wine)?;
        let mut command = self.command(wine);
        if !skipped.is_empty() {
            // The name of one test may be a prefix of another's.
            command.arg("--exact");
        }
        for (test, _) in &skipped {
            command.args(["--skip", test]);
        }
        let limit = Limit {
            time: LIMIT,
            end: &|| wine.restart(),
        };
        let mut outcome = test_counts::count_within(&mut command, limit)?;
        if outcome.is_unexplained() {
            // Wine itself ends a program now and then.
            wine.restart()?;
            outcome = test_counts::count_within(&mut command, limit)?;
            outcome.notes.push(format!("FLAKY 2/2 {}", self.name));
        }
        let failed = outcome.failed_tests();
        if !failed.is_empty() {
            // Wine is slow: tests that fail only in parallel with others ran into a timeout.
            let mut again = self.command(wine);
            again.args(["--test-threads=1", "--exact"]).args(failed);
            outcome.apply_retry(&test_counts::count_within(&mut again, limit)?);
        }
        for (test, reason) in skipped {
            outcome.skip_test(&test, reason);
        }
        Ok(outcome)
    }

    /// A command that runs the program under wine in the folder of its package, with the paths of our programs.
    fn command(&self, wine: &Wine) -> Command {
        let mut command = wine.command(&self.file);
        command
            .current_dir(&self.package)
            .env("INSTA_WORKSPACE_ROOT", wine.path(paths::root()))
            .env("INSTA_UPDATE", "no")
            // The loader of the web view is in the folder of the programs, not in that of the tests.
            .env("WINEPATH", wine.path(&built()));
        for (variable, program) in [
            ("PATCHBAY_CLI_BIN", "patchbay.exe"),
            ("PATCHBAY_PLAYGROUND_BIN", "patchbay-playground.exe"),
            ("PATCHBAY_TEST_BROWSER", "examples/browser.exe"),
        ] {
            command.env(variable, wine.path(&built().join(program)));
        }
        command
    }

    /// The tests that are not run, with the reason. Each exception has to name a test.
    fn skipped(&self, wine: &Wine) -> Result<Vec<(String, &'static str)>> {
        let mut exceptions = exceptions::tests(&self.name).peekable();
        if exceptions.peek().is_none() {
            return Ok(Vec::new());
        }
        let listed = list(self.command(wine))?;
        let mut skipped = Vec::new();
        for exception in exceptions {
            let before = skipped.len();
            let tests = listed.iter().filter(|test| exception.covers(test));
            skipped.extend(tests.map(|test| (test.clone(), exception.reason)));
            ensure!(
                skipped.len() > before,
                "{} names no test: {}",
                self.name,
                exception.name
            );
        }
        Ok(skipped)
    }
}

fn test_programs(build: &mut Command) -> Result<Vec<TestProgram>> {
    shell::log(format_args!("$ {}", shell::describe(build)));
    build.arg("--message-format=json-render-diagnostics");
    let messages = shell::read(build.stderr(Stdio::inherit()))?;
    let messages = messages.lines().map(serde_json::from_str::<Value>);
    let programs = messages.filter_map(|message| test_program(&message.ok()?));
    let programs: Vec<_> = programs.collect();
    ensure!(!programs.is_empty(), "cargo named no test program");
    Ok(programs)
}

pub(super) fn tests_of_this_system() -> Result<Tests> {
    let mut build = cargo::linted(&["test"]);
    build.arg("--no-run");
    by_program(&test_programs(&mut build)?, |program| {
        let mut command = Command::new(&program.file);
        command.current_dir(&program.package);
        command
    })
}

/// The tests by program; a package may have several programs of its name.
fn by_program(
    programs: &[TestProgram],
    command: impl Fn(&TestProgram) -> Command,
) -> Result<Tests> {
    let mut tests = Tests::new();
    for program in programs {
        if exceptions::program(&program.name).is_none() {
            let of_program = tests.entry(program.name.clone()).or_default();
            of_program.extend(list(command(program))?);
        }
    }
    Ok(tests)
}

/// The tests of a program; none when it has its own runner.
fn list(mut command: Command) -> Result<Vec<String>> {
    let listed = shell::read(command.arg("--list"))?;
    let names = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}

fn built() -> PathBuf {
    folder().join("build").join(WINDOWS).join("debug")
}

fn test_program(message: &Value) -> Option<TestProgram> {
    let file = message["executable"].as_str()?;
    let target = &message["target"];
    let kind = |wanted: &str| cargo::list(target, "kind").any(|kind| kind == wanted);
    let name = cargo::text(target, "name");
    let is_test = message["profile"]["test"] == true || kind("test");
    if !is_test || kind("example") || kind("bench") {
        return None;
    }
    let package = Path::new(message["manifest_path"].as_str()?).parent()?;
    Some(TestProgram {
        name: named(package, name, kind("test")),
        package: package.to_owned(),
        file: file.into(),
    })
}

/// The name of a package's folder, and the name of an integration test.
fn named(package: &Path, target: &str, is_integration: bool) -> String {
    let folder = package.file_name().unwrap_or_default().to_string_lossy();
    if is_integration {
        format!("{folder} {target}")
    } else {
        folder.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(kind: &str, name: &str, test: bool) -> Value {
        json!({
            "reason": "compiler-artifact",
            "manifest_path": "/here/patchbay-vault/Cargo.toml",
            "target": { "kind": [kind], "name": name },
            "profile": { "test": test },
            "executable": "/there/name.exe",
        })
    }

    #[test]
    fn tests_are_told_from_programs() {
        let unit = test_program(&message("lib", "patchbay_vault", true)).expect("it runs tests");
        assert_eq!(unit.name, "patchbay-vault");
        let e2e = test_program(&message("test", "e2e", true)).expect("it runs tests");
        assert_eq!(e2e.name, "patchbay-vault e2e");
        let traces = test_program(&message("test", "contract", false)).expect("it runs tests");
        assert_eq!(traces.name, "patchbay-vault contract");
        assert_eq!(test_program(&message("bin", "patchbay", false)), None);
        assert_eq!(test_program(&message("example", "platforms", true)), None);
    }
}
