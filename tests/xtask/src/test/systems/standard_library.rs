//! The standard library for another system, compiled once from the compiler's own sources.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};

use super::{WINDOWS, compiler::Compiler, cross::flags_variable, folder};
use crate::shell;

/// The crates that programs and tests link; Cargo finds the rest.
const CRATES: &str = "-Zbuild-std=std,proc_macro,panic_abort,panic_unwind,test";

/// Compiles metadata only.
const DECLARATIONS_ALONE: &str = "-Zno-codegen";

/// The package whose build compiles the standard library.
const EMPTY: &str = "empty";

/// Installs the library in the compiler's folder if necessary. Cargo then needs no `RUSTC_BOOTSTRAP`, which makes some
/// build scripts enable nightly features.
///
/// Where nothing is linked, its metadata is enough and takes a quarter of the time.
pub(super) fn prepare(compiler: &Compiler, target: &str) -> Result<()> {
    let library = compiler.library(target);
    if library.exists() {
        return Ok(());
    }
    let place = tempfile::Builder::new()
        .prefix("std-")
        .tempdir_in(folder())?;
    write_empty_package(place.path())?;
    let flags = if target == WINDOWS {
        ""
    } else {
        DECLARATIONS_ALONE
    };
    shell::run(
        compiler
            .program("cargo")
            .current_dir(&place)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", place.path().join("target"))
            .env(flags_variable(target), flags)
            .args(["build", "--quiet", "--release", CRATES])
            .args(["--target", target]),
    )?;
    let made = place
        .path()
        .join("target")
        .join(target)
        .join("release/deps");
    let parts = place.path().join("lib");
    fs::create_dir(&parts)?;
    copy_libraries(&made, &parts)?;
    if target == WINDOWS {
        start_files(compiler, &parts)?;
    }
    fs::create_dir_all(library.with_file_name(""))?;
    fs::rename(&parts, &library).with_context(|| format!("could not place {}", library.display()))
}

fn write_empty_package(place: &Path) -> Result<()> {
    let manifest = format!(
        "[package]\nname = \"{EMPTY}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n"
    );
    fs::write(place.join("Cargo.toml"), manifest)?;
    fs::create_dir(place.join("src"))?;
    fs::write(place.join("src/lib.rs"), "")?;
    Ok(())
}

/// Copies all libraries but our own.
fn copy_libraries(made: &Path, parts: &Path) -> Result<()> {
    let mut found = false;
    for file in fs::read_dir(made)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with(&format!("lib{EMPTY}-")) {
            fs::copy(file.path(), parts.join(&name))?;
            found |= name.starts_with("libstd-");
        }
    }
    ensure!(found, "there is no standard library in {}", made.display());
    Ok(())
}

/// The two startup objects of mingw, which rustc takes from its own folder.
fn start_files(compiler: &Compiler, parts: &Path) -> Result<()> {
    for name in ["rsbegin", "rsend"] {
        let source = compiler.source(&format!("rtstartup/{name}.rs"));
        shell::run(
            compiler
                .program("rustc")
                .env("RUSTC_BOOTSTRAP", "1")
                .args(["--target", WINDOWS, "--emit=obj", "-o"])
                .arg(parts.join(format!("{name}.o")))
                .arg(source),
        )?;
    }
    Ok(())
}
