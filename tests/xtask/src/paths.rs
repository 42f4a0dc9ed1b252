//! Paths in the repository and in the build folder.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

/// The repository's top folder.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The window's source folder, `ui/`.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// Tauri's folder, with the app's configuration.
pub(crate) fn src_tauri() -> PathBuf {
    root().join("src-tauri")
}

/// The file that the Rust types are exported to.
pub(crate) fn bindings() -> PathBuf {
    ui().join("src/host/bindings.ts")
}

/// Cargo's build folder.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |set| root().join(set))
}

pub(crate) fn debug_binary(name: &str) -> PathBuf {
    binary("debug", name)
}

pub(crate) fn debug_example(name: &str) -> PathBuf {
    binary("debug/examples", name)
}

pub(crate) fn release_binary(name: &str) -> PathBuf {
    binary("release", name)
}

/// The files below a folder. Files and folders for which `is_wanted` is false are left out.
pub(crate) fn files_below(
    folder: &Path,
    is_wanted: &dyn Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !is_wanted(&path) {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path, is_wanted)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn binary(profile: &str, name: &str) -> PathBuf {
    target()
        .join(profile)
        .join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
