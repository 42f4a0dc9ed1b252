//! Static checks.

use std::process::Command;

use anyhow::{Result, ensure};

use super::{Report, dependencies, licences, platform_names, words, workflows};
use crate::{
    cargo::{self, cargo},
    paths, shell, system, ui,
};

/// The version of the spell checker on PyPI, which is prebuilt.
const TYPOS: &str = "typos==1.52.0";

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

/// The spell checker in PATH, or one that is installed in the build folder.
fn typos() -> Result<std::path::PathBuf> {
    if system::has_program("typos") {
        return Ok("typos".into());
    }
    let environment = paths::target().join("python");
    let tool = system::python_programs(&environment).join("typos");
    if !system::has_program(&tool) {
        let programs = system::make_python_environment(&environment)?;
        shell::run(system::pip_install(&programs).arg(TYPOS))?;
        ensure!(
            system::has_program(&tool),
            "{TYPOS} was installed but does not start"
        );
    }
    Ok(tool)
}
