//! npm packages and the build of the window.

use std::{fs, io, path::Path, process::Command, time::SystemTime};

use anyhow::{Context as _, Result};

use crate::{paths, shell, system};

/// Installs the locked npm packages unless they are there already.
pub(crate) fn install() -> Result<()> {
    let lock = paths::ui().join("package-lock.json");
    let wanted = modified(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    // npm writes this file last, so it shows whether and when an install finished.
    let installed = paths::ui().join("node_modules/.package-lock.json");
    if modified(&installed).is_ok_and(|finished| finished >= wanted) {
        return Ok(());
    }
    shell::run(
        system::npm()
            .current_dir(paths::ui())
            .args(["ci", "--no-audit", "--no-fund"]),
    )
}

fn modified(file: &Path) -> io::Result<SystemTime> {
    fs::metadata(file)?.modified()
}

/// Builds the window into `ui/dist`, which the build of the app needs, unless it is newer than all of its sources:
/// new files there make Cargo compile the app again. Checks no types, which the part `ui` does.
pub(crate) fn build() -> Result<()> {
    install()?;
    let built = modified(&paths::ui().join("dist/index.html"));
    if built.is_ok_and(|built| last_change(&paths::ui()).is_ok_and(|changed| changed < built)) {
        return Ok(());
    }
    shell::run(&mut script("build"))
}

/// Time of the last change below a folder, without build output and installed packages.
fn last_change(folder: &Path) -> io::Result<SystemTime> {
    let mut last = modified(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "dist" || name == "node_modules" {
            continue;
        }
        last = last.max(match entry.file_type()?.is_dir() {
            true => last_change(&entry.path())?,
            false => modified(&entry.path())?,
        });
    }
    Ok(last)
}

/// A script of `ui/package.json`.
pub(crate) fn script(name: &str) -> Command {
    let mut command = system::npm();
    command
        .current_dir(paths::ui())
        .args(["run", "--silent", name]);
    command
}

/// Tauri's own command line, run in its folder.
pub(crate) fn tauri(subcommand: &str) -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(paths::src_tauri())
        .arg(paths::ui().join("node_modules/@tauri-apps/cli/tauri.js"))
        .arg(subcommand);
    command
}
