//! `cargo xtask contract`: recorded traces of hosted platforms against Patchbay's clients.

use std::{
    path::{self, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result};

use crate::{
    cargo, shell,
    system::{self, Need},
};

/// The test binary that replays traces; it runs without the test harness.
pub(crate) const TEST: &str = "contract";

/// Replays `files`, or the traces kept with the tests.
pub(crate) fn contract(files: &[PathBuf]) -> Result<ExitCode> {
    system::prepare(Need::Build)?;
    let mut command = runner();
    command.arg("--");
    for file in files {
        // The binary runs in its package's folder.
        let file = path::absolute(file).with_context(|| format!("where is {}?", file.display()))?;
        command.arg(file);
    }
    shell::log(format_args!("$ {}", shell::describe(&command)));
    let status = command.status().context("could not start cargo")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The command that replays the traces kept with the tests.
pub(crate) fn runner() -> Command {
    let mut command = cargo::linted(&["test"]);
    command.args(["--quiet", "--test", TEST]);
    command
}
