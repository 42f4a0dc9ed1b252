//! `cargo xtask dev`: the app with hot reload.

use anyhow::{Result, bail};

use crate::{
    cargo::cargo,
    playground::{Consent, Playground},
    run::PLAYGROUND_VARIABLE,
    shell,
    system::{self, Need},
    ui,
};

/// Opens the app from Vite's server; changes of the window show at once, changes of Rust rebuild.
pub(crate) fn dev() -> Result<()> {
    if !system::has_display() {
        bail!("hot reload needs a display; `cargo xtask run` works without one");
    }
    system::prepare(Need::Build)?;
    ui::install()?;
    shell::run(cargo("build").args(["--locked", "--package", "patchbay-playground"]))?;
    let playground = Playground::start(Consent::Ask)?;
    shell::run(ui::tauri("dev").env(PLAYGROUND_VARIABLE, playground.url()?))
}
