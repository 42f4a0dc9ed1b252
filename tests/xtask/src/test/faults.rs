//! Many kills at each step that could lose data, and every case of a hostile peer. The ordinary tests run a few of
//! each.

use anyhow::Result;

use super::Report;
use crate::cargo;

/// Number of kills in each scenario.
const KILLS: &str = "200";

/// Runs the part. Each scenario prints its numbers.
pub(super) fn run(report: &mut Report) -> Result<()> {
    // One test binary in one thread: other scenarios would slow down the one that is measured.
    let mut tests = cargo::linted(&["test"]);
    tests
        .args(["--test", "hostile", "--", "faults::kills::"])
        .args(["--nocapture", "--test-threads=1"])
        .env("PATCHBAY_FAULTS_KILLS", KILLS);
    report.run_tests("kills", &mut tests);
    let mut tests = cargo::linted(&["test"]);
    tests
        .args(["--test", "hostile", "--", "--skip", "faults::kills::"])
        .env("PATCHBAY_HOSTILE_ALL", "1");
    report.run_tests("hostile peers, all cases", &mut tests);
    Ok(())
}
