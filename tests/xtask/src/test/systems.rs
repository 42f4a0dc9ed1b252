//! Windows and macOS, as far as Debian can test them: everything is checked with clippy, the programs for Windows are
//! linked, and tests run against them under wine.
//!
//! All output is in `target/systems`, apart from the build of this system.

mod compiler;
mod console;
mod cross;
mod desktop;
mod exceptions;
mod standard_library;
mod windows;
mod wine;

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::Report;
use crate::{
    cargo, paths, shell,
    system::{self, Need},
    ui,
};
use compiler::Compiler;
use cross::Cross;
use wine::Wine;

/// macOS on Apple silicon. The code for Intel is the same.
const MAC: &str = "aarch64-apple-darwin";

/// Windows, with the C compiler and linker of Debian.
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Needs 7 GB of disk beside the build of this system, which is deleted first if `deletes_build`.
pub(super) fn run(report: &mut Report, deletes_build: bool) -> Result<()> {
    if !system::is_debian() {
        bail!("the compilers for other systems are packages of Debian, which this is not");
    }
    system::prepare(Need::Systems)?;
    let tests = report.set_up("tests of this system", windows::tests_of_this_system)?;
    if deletes_build {
        cargo::delete_build()?;
    }
    let compiler = report.set_up("compiler", Compiler::prepare)?;
    let cross = report.set_up("standard libraries", || Cross::prepare(compiler))?;
    ui::build()?;
    report.check("clippy for macOS", || cross.clippy(MAC));
    let build = report.set_up("clippy and build for Windows", || {
        windows::Build::make(&cross)
    })?;
    let wine = report.set_up("wine", || Wine::prepare(&folder().join("wine")))?;
    build.test(report, &wine, tests);
    console::test(report, &build, &wine);
    desktop::test(report, &build, &wine);
    Ok(())
}

/// The output folder of this part.
fn folder() -> PathBuf {
    paths::target().join("systems")
}

/// Removes the entries of a folder whose name has that prefix, but not the given one.
fn clear_older(beginning: &str, current: &str) -> Result<()> {
    for entry in std::fs::read_dir(folder())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(beginning) && name != current {
            shell::log(format_args!("Removing {name}, which is out of date."));
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
