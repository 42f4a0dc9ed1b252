//! What wine cannot run, each with its reason; the summary names all of it. On a Windows all of it runs.

/// A test program that is not run.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

/// A test that is not run, of a program that is.
pub(super) struct Test {
    program: &'static str,
    /// Its name, or the beginning of the names of several, up to a `::`.
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

impl Test {
    /// Whether it is about the test of that name.
    pub(super) fn covers(&self, test: &str) -> bool {
        test == self.name || (self.name.ends_with("::") && test.starts_with(self.name))
    }
}

const PROTOCOL: &str = "nothing in it depends on the system, and wine takes a quarter of an hour";

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

/// What is not named here has to pass.
const TESTS: [Test; 8] = [
    Test {
        program: "tests hostile",
        name: "platforms::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "server::app::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "server::bodies::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "server::shapes::",
        reason: PROTOCOL,
    },
    Test {
        program: "patchbay-files",
        name: "folder::windows_tests::a_folder_that_everyone_may_open_is_closed",
        reason: "wine adds what the folder around allows, even where it is told not to",
    },
    Test {
        program: "patchbay-files",
        name: "folder::windows_tests::what_is_made_in_a_private_folder_is_private_too",
        reason: "wine hands nothing down from a folder to what is in it",
    },
    Test {
        program: "patchbay-vault processes",
        name: "a_kill_at_any_moment_loses_nothing_that_was_acknowledged",
        reason: "wine starts a process later than the kills come",
    },
    Test {
        program: "patchbay-vault processes",
        name: "a_reader_never_meets_a_half_written_file",
        reason: "wine refuses to replace a file while it is read, which Windows does at once",
    },
];

/// Whether a test program is one of them.
pub(super) fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|one| one.name == name)
}

/// Those of one test program.
pub(super) fn tests(program: &str) -> impl Iterator<Item = &'static Test> {
    TESTS.iter().filter(move |one| one.program == program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_like_a_module_covers_what_is_in_it() {
        let of = |name| Test {
            program: "tests",
            name,
            reason: "",
        };
        assert!(of("server::").covers("server::app::a"));
        assert!(!of("server::").covers("local::server::a"));
        assert!(of("a").covers("a"));
        assert!(!of("a").covers("ab"));
    }
}
