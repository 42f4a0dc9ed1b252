//! What the history keeps of a run.

use std::time::{Duration, Instant};

use patchbay_model::{Code, Explain, Json, RunState, RunTimings, ToolResult, ToolRun};
use serde_json::Value;

use crate::backend::Called;
use crate::error::Error;
use crate::redact::KnownSecrets;

/// Raw requests and answers beyond this are not kept beside the result.
const RAW_LIMIT: u64 = 1024 * 1024;

/// Writes into the run what became of it.
pub(super) fn close(
    run: &mut ToolRun,
    called: Result<Called, Error>,
    began: Instant,
    secrets: &KnownSecrets,
) {
    match called {
        Ok(called) => close_answered(run, called, began, secrets),
        Err(error) => close_failed(run, &error, secrets),
    }
    run.arguments = Json(secrets.hide(std::mem::take(&mut run.arguments).0));
    run.summary.duration_ms = Some(millis(began.elapsed()));
}

fn close_answered(run: &mut ToolRun, called: Called, began: Instant, secrets: &KnownSecrets) {
    let outcome = called.outcome;
    let keep = |raw: Value| (outcome.bytes <= RAW_LIMIT).then(|| Json(secrets.hide(raw)));
    run.request = keep(outcome.request);
    run.answer = keep(outcome.answer);
    run.summary.result_bytes = u32::try_from(outcome.bytes).ok();
    run.summary.state = RunState::Done;
    if outcome.result.is_error {
        let failed = Error::ToolFailed {
            tool: run.summary.tool.clone(),
        };
        run.summary.state = RunState::Failed;
        run.summary.problem = Some(failed.problem());
    }
    run.result = Some(hide_result(outcome.result, secrets));
    run.timings = Some(RunTimings {
        prepare_ms: millis(called.ready_at.duration_since(began)),
        wait_ms: millis(outcome.wait),
        read_ms: millis(called.answered_at.elapsed()),
        connection_reused: called.connection_reused,
    });
}

fn close_failed(run: &mut ToolRun, error: &Error, secrets: &KnownSecrets) {
    let mut problem = error.problem();
    problem.message = secrets.hide_text(problem.message);
    problem.detail = problem.detail.map(|detail| secrets.hide_text(detail));
    run.summary.state = match error.code() {
        Code::Cancelled => RunState::Cancelled,
        _ => RunState::Failed,
    };
    run.summary.problem = Some(problem);
}

fn hide_result(result: ToolResult, secrets: &KnownSecrets) -> ToolResult {
    if secrets.is_empty() {
        return result;
    }
    let hidden = serde_json::to_value(&result).map(|value| secrets.hide(value));
    let hidden = hidden.and_then(serde_json::from_value);
    // Only texts were replaced, so it reads back; were it not to, nothing is the safe thing to keep.
    hidden.unwrap_or_default()
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
