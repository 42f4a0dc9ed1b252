//! `cargo xtask bindings`: the window's TypeScript types, written from the Rust ones.

use std::fs;

use anyhow::Result;

use crate::{
    cargo, paths, shell,
    system::{self, Need},
    ui,
};

/// Writes `ui/src/host/bindings.ts` anew; the desktop's own test does it.
///
/// # Errors
/// When the desktop does not compile or exports nothing.
pub(crate) fn write() -> Result<()> {
    system::prepare(Need::Build)?;
    ui::bundle()?;
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

/// The bindings as they lie there now; nothing when there are none.
pub(crate) fn read() -> Option<String> {
    fs::read_to_string(paths::bindings()).ok()
}
