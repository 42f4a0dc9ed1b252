//! Tests that wine cannot run or that Windows does not have, each with a reason. The summary names all of them.

/// A test program that is not run.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

pub(super) struct Test {
    /// Its name, or a prefix of several names up to a `::`; empty for all tests of the program.
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

impl Test {
    pub(super) fn covers(&self, test: &str) -> bool {
        let is_several = self.name.is_empty() || self.name.ends_with("::");
        test == self.name || (is_several && test.starts_with(self.name))
    }
}

/// Packages whose tests are not compiled for Windows here. They run on a real Windows.
pub(super) const UNTESTED: [&str; 2] = ["patchbay-model", "patchbay-platforms"];

pub(super) const UNTESTED_REASON: &str =
    "hardly anything in it depends on the system, and it is a quarter of all";

const PROGRAMS: [Program; 2] = [
    Program {
        name: "tests window",
        reason: "wine has no WebView2",
    },
    Program {
        name: "xtask",
        reason: "it builds and tests the others, and wine has no Cargo",
    },
];

/// Tests that are not run under wine; all others have to pass. On a real Windows all of them run. Of the platforms, one
/// is tested under wine, and what they share.
///
/// A program and the reason, and indented below it the tests, where `*` is every one.
const TESTS: &str = include_str!("not_under_wine.txt");

/// Tests of this system that Windows does not have, written alike. It has to have all others.
const ABSENT: &str = include_str!("not_on_windows.txt");

/// Whether a test program is one of them.
pub(super) fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|one| one.name == name)
}

/// Whether a test program is of a package whose tests are not compiled.
pub(super) fn is_untested(program: &str) -> bool {
    let package = program.split(' ').next().unwrap_or(program);
    UNTESTED.contains(&package)
}

/// The exceptions of one test program.
pub(super) fn tests(program: &str) -> impl Iterator<Item = Test> {
    of(TESTS, program)
}

/// The exceptions of one test program that Windows does not have.
pub(super) fn absent(program: &str) -> impl Iterator<Item = Test> {
    of(ABSENT, program)
}

fn of(groups: &'static str, program: &str) -> impl Iterator<Item = Test> {
    let mut reason = None;
    groups
        .lines()
        .filter_map(move |line| match line.strip_prefix("    ") {
            Some(name) => Some(Test {
                name: name.trim_start_matches('*'),
                reason: reason?,
            }),
            None => {
                let (named, why) = line.split_once(": ")?;
                reason = (named == program).then_some(why);
                None
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_like_a_module_covers_what_is_in_it() {
        let of = |name| Test { name, reason: "" };
        assert!(of("server::").covers("server::app::a"));
        assert!(!of("server::").covers("local::server::a"));
        assert!(of("a").covers("a"));
        assert!(!of("a").covers("ab"));
        assert!(of("").covers("a"));
    }
}
