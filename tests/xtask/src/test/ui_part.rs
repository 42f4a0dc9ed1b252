//! The window: types, lint, unit tests, build.

use anyhow::Result;

use super::Report;
use crate::{shell, ui};

pub(super) fn run(report: &mut Report) -> Result<()> {
    ui::install()?;
    report.check("types", || shell::run(&mut ui::script("typecheck")));
    report.check("eslint", || shell::run(&mut ui::script("lint")));
    report.run_tests("vitest", &mut ui::script("test"));
    report.check("build", ui::build);
    Ok(())
}
