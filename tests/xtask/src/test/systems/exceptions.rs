//! Tests that wine cannot run, each with its reason. On a Windows all of them run.

/// A test that is not run.
pub(super) struct Exception {
    program: &'static str,
    pub(super) test: &'static str,
    pub(super) reason: &'static str,
}

/// All of them; what is not named here has to pass.
const EXCEPTIONS: [Exception; 0] = [];

/// Those of one test program.
pub(super) fn of(program: &str) -> impl Iterator<Item = &'static Exception> {
    EXCEPTIONS.iter().filter(move |one| one.program == program)
}
