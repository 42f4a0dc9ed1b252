//! Cargo with the same flags everywhere, so that nothing is compiled twice.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, ErrorKind},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{paths, shell};

/// What every step over the whole workspace selects.
///
/// xtask stands apart: it was just built alone, and Windows cannot replace a running program.
/// With `custom-protocol` the app carries its window instead of asking a development server.
pub(crate) const WORKSPACE: [&str; 6] = [
    "--workspace",
    "--exclude",
    "xtask",
    "--features",
    "tauri/custom-protocol",
    "--locked",
];

/// `cargo SUBCOMMAND`, run at the top of the repository.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = plain();
    command.arg(subcommand);
    command
}

fn plain() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root());
    command
}

/// `cargo SUBCOMMAND`, of one word or several, over the workspace, whose packages clippy compiles: linting takes no build of its own, in
/// which everything that they depend on would be checked besides.
pub(crate) fn linted(subcommand: &[&str]) -> Command {
    let mut command = plain();
    command
        .args(subcommand)
        .args(WORKSPACE)
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    command
}

/// Builds every binary and test in debug.
pub(crate) fn build_everything() -> Result<()> {
    shell::run(linted(&["build"]).arg("--all-targets"))
}

/// Deletes what was built in debug, but the programs.
pub(crate) fn delete_build() -> Result<()> {
    let build = paths::target().join("debug");
    for name in ["deps", "build", "examples", "incremental", ".fingerprint"] {
        match fs::remove_dir_all(build.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    shell::log(format_args!("Deleted the build in {}.", build.display()));
    Ok(())
}

/// Builds the same, and says what clippy and the compiler warn of; those of packages that were built before are
/// among them.
pub(crate) fn lint_everything() -> Result<()> {
    let mut build = linted(&["build"]);
    build.args(["--all-targets", "--message-format=json"]);
    shell::log(format_args!("$ {}", shell::describe(&build)));
    let mut building = build.stdout(Stdio::piped()).spawn()?;
    let messages = building.stdout.take().context("cargo has no output")?;
    let mut warned = 0;
    for line in BufReader::new(messages).lines() {
        let message: Value = serde_json::from_str(&line?)?;
        if let Some(text) = message["message"]["rendered"].as_str() {
            warned += 1;
            shell::log(text);
        }
    }
    let status = building.wait()?;
    ensure!(status.success(), "cargo ended with {status}");
    ensure!(warned == 0, "{warned} warnings");
    Ok(())
}

/// The workspace and everything it depends on, as `cargo metadata` describes it.
pub(crate) fn metadata() -> Result<Value> {
    let text = shell::read(cargo("metadata").args(["--format-version", "1", "--locked"]))?;
    serde_json::from_str(&text).context("cargo metadata did not answer with JSON")
}

/// The elements of a JSON list; none where it is no list.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// A text of a JSON object; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
