//! Cancelling runs.

use patchbay_model::{RunId, RunState, ToolRun};

use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;
use crate::runs::follow_run::cancel_abandoned;

/// Cancels a run of this process, or of one that is gone.
///
/// # Errors
/// [`Error::RunsElsewhere`]; [`Error::NotFound`] when it is not running.
pub async fn cancel_run(cx: &Context, run: &RunId) -> Result<(), Error> {
    if cx.running().cancel(run) || cancel_abandoned(cx, run).await? {
        return Ok(());
    }
    match find_run(cx, run).await {
        Ok(ToolRun { summary, .. }) if summary.state == RunState::Running => {
            Err(Error::RunsElsewhere {
                tool: summary.tool,
                origin: summary.origin,
            })
        }
        _ => Err(Error::not_found("active run", run)),
    }
}
