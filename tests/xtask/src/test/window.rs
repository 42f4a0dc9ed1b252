//! Tests in the real web view, on private displays, each with a real Secret Service.

use anyhow::{Result, bail};

use super::{
    Report,
    rust::{window_runners, with_binaries},
};
use crate::{cargo, headless::Display, servers::install, system, ui};

pub(super) fn run(report: &mut Report) -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("the journeys need WebKitWebDriver, which only Linux has");
    }
    ui::build()?;
    cargo::build_everything()?;
    let (everything, python) = (
        install::npm()?.join(install::EVERYTHING),
        install::python()?,
    );
    let shares = window_runners(SESSIONS)?;
    let mut displays = Vec::new();
    let mut runners = Vec::new();
    for share in &shares {
        let display = Display::start(1280, 900)?;
        let mut wrapped = display.wrap(share);
        with_binaries(&mut wrapped)
            .env("PATCHBAY_TEST_EVERYTHING", &everything)
            .env("PATCHBAY_TEST_PYTHON", &python);
        runners.push(wrapped);
        displays.push(display);
    }
    report.run_tests_at_once("journeys", &mut runners);
    Ok(())
}

/// How many sessions, each with a display of its own, share the journeys: one leaves a third of two cores unused.
const SESSIONS: usize = 2;
