//! What wine cannot run, each with its reason; the summary names all of it. On a Windows all of it runs.

/// A test program that is not run.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

/// A test that is not run, of a program that is.
pub(super) struct Test {
    program: &'static str,
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

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
const TESTS: [Test; 2] = [
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
