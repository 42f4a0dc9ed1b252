//! What can be said about the code without running it.

use std::process::Command;

use anyhow::{Result, ensure};

use super::{Report, dependencies, licences, platform_names, words, workflows};
use crate::{
    cargo::{self, cargo},
    paths, shell, system, ui,
};

/// The spell checker's version on PyPI, where it comes ready-made.
const TYPOS: &str = "typos==1.52.0";

/// Runs the part.
///
/// # Errors
/// When the window, which the app embeds, cannot be built.
pub(super) fn run(report: &mut Report) -> Result<()> {
    report.check("format", || {
        shell::run(cargo("fmt").args(["--all", "--check"]))
    });
    report.check("spelling", spelling);
    report.check("words for users", words::check);
    report.check("names of platforms", platform_names::check);
    let metadata = cargo::metadata()?;
    report.check("licences and sources", || licences::check(&metadata));
    report.check("actions of workflows", workflows::check);
    report.check("unused dependencies", || dependencies::check(&metadata));
    ui::build()?;
    report.check("clippy", cargo::lint_everything);
    report.check("clippy of xtask", || {
        shell::run(cargo("clippy").args([
            "--package",
            "xtask",
            "--locked",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    });
    Ok(())
}

fn spelling() -> Result<()> {
    let tool = typos()?;
    shell::run(
        Command::new(tool)
            .current_dir(paths::root())
            .args(["--config", ".typos.toml"]),
    )
}

/// The spell checker on the path, or else one of our own in the build folder.
fn typos() -> Result<std::path::PathBuf> {
    if system::has_program("typos") {
        return Ok("typos".into());
    }
    let environment = paths::target().join("python");
    let (folder, python) = system::python_tools();
    let tool = environment.join(folder).join("typos");
    if !system::has_program(&tool) {
        shell::run(Command::new(python).args(["-m", "venv"]).arg(&environment))?;
        let mut install = Command::new(environment.join(folder).join("python"));
        shell::run(install.args(["-m", "pip", "install", "--quiet", TYPOS]))?;
        ensure!(
            system::has_program(&tool),
            "{TYPOS} was installed but does not start"
        );
    }
    Ok(tool)
}
