//! What is pinned in `tests/servers`, installed into the build folder.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{paths, shell, system};

/// Where `server-everything` lies in the folder of npm.
pub(crate) const EVERYTHING: &str =
    "node_modules/@modelcontextprotocol/server-everything/dist/index.js";

/// Where the command line of the MCP Inspector lies there: the last one for every Node that is supported here.
pub(crate) const INSPECTOR: &str = "node_modules/@modelcontextprotocol/inspector-cli/build/cli.js";

/// The server of this repository over packages of npm, which looks for them where it lies.
pub(super) const SIGNED_IN: &str = "signed_in.mjs";

/// Installs the packages of npm by their lock file; gives the folder.
pub(crate) fn npm() -> Result<PathBuf> {
    let folder = folder("npm");
    let locks = ["package.json", "package-lock.json"];
    if !is_installed(&folder, &locks)? {
        let mut npm = system::npm();
        npm.current_dir(&folder)
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        shell::run(&mut npm).context("the servers of npm cannot be installed")?;
        keep_installed(&folder, &locks)?;
    }
    fs::copy(source(SIGNED_IN), folder.join(SIGNED_IN))?;
    Ok(folder)
}

/// Installs the packages of PyPI by their hashes; gives the interpreter.
pub(crate) fn python() -> Result<PathBuf> {
    let folder = folder("python");
    let locks = ["requirements.txt"];
    if !is_installed(&folder, &locks)? {
        let mut pip = system::pip_install(&system::make_python_environment(&folder)?);
        pip.arg("--disable-pip-version-check")
            // The list is complete. For what is named with an extra, pip takes the newest there is.
            .args(["--require-hashes", "--no-deps", "--requirement"])
            .arg(source("requirements.txt"));
        shell::run(&mut pip).context("the servers of PyPI cannot be installed")?;
        keep_installed(&folder, &locks)?;
    }
    let python = system::python_programs(&folder).join("python");
    Ok(python.with_extension(env::consts::EXE_EXTENSION))
}

/// Whether exactly what these lock files name was installed whole; puts them into the folder where it was not.
fn is_installed(folder: &Path, locks: &[&str]) -> Result<bool> {
    fs::create_dir_all(folder)?;
    let is_same = |lock: &&str| {
        let kept = fs::read(folder.join(format!("{lock}.installed"))).ok();
        kept.is_some() && kept == fs::read(source(lock)).ok()
    };
    if locks.iter().all(is_same) {
        return Ok(true);
    }
    for lock in locks {
        fs::copy(source(lock), folder.join(lock))?;
    }
    Ok(false)
}

fn keep_installed(folder: &Path, locks: &[&str]) -> Result<()> {
    for lock in locks {
        fs::copy(source(lock), folder.join(format!("{lock}.installed")))?;
    }
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    paths::target().join("servers").join(name)
}

/// A file of `tests/servers`.
pub(super) fn source(name: &str) -> PathBuf {
    paths::root().join("tests/servers").join(name)
}
