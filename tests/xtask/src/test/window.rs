//! Tests in the real web view, on a private display with a real Secret Service.

use anyhow::{Result, bail};

use super::{
    Report,
    rust::{Tests, runner, with_binaries},
};
use crate::{cargo, headless::Display, system, ui};

pub(super) fn run(report: &mut Report) -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("the journeys need WebKitWebDriver, which only Linux has");
    }
    ui::build()?;
    cargo::build_everything()?;
    let display = Display::start(1280, 900)?;
    let tests = runner(Tests::Window)?;
    report.run_tests("journeys", with_binaries(&mut display.wrap(&tests)));
    Ok(())
}
