//! Many kills at each step of what may lose something, and every case of a hostile peer; the tests have a few of each.

use anyhow::Result;

use super::Report;
use crate::cargo;

/// How often each course is cut off.
const KILLS: &str = "200";

/// Runs the part. Each course says its numbers on standard output.
///
/// # Errors
/// None of its own.
pub(super) fn run(report: &mut Report) -> Result<()> {
    // One test binary alone, and in one thread: another course would stretch the one that is measured.
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
