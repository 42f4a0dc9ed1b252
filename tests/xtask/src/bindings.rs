//! `cargo xtask bindings`: generates the window's TypeScript types from the Rust ones.

use std::fs;

use anyhow::Result;

use crate::{
    cargo, paths, shell,
    system::{self, Need},
    ui,
};

/// Regenerates `ui/src/host/bindings.ts` by a test of the desktop app.
pub(crate) fn write() -> Result<()> {
    system::prepare(Need::Build)?;
    ui::build()?;
    let before = read();
    shell::run(cargo::linted(&["test"]).args(["--lib", "bindings"]))?;
    let change = if read() == before {
        "unchanged"
    } else {
        "written anew"
    };
    shell::print_result(format_args!("{}: {change}", paths::bindings().display()));
    Ok(())
}

/// The current bindings; empty when there are none.
pub(crate) fn read() -> Option<String> {
    fs::read_to_string(paths::bindings()).ok()
}
