//! The official conformance suite of MCP, in both eras of the protocol.

use anyhow::Result;

use super::Report;
use crate::{
    conformance::{REVISIONS, Suite},
    tally::Heard,
};

/// Runs the part.
///
/// # Errors
/// When the suite cannot be installed, or the client does not compile.
pub(super) fn run(report: &mut Report) -> Result<()> {
    let suite = Suite::prepare()?;
    for revision in REVISIONS {
        report.step(revision, || suite.run(revision).map(Heard::of));
    }
    Ok(())
}
