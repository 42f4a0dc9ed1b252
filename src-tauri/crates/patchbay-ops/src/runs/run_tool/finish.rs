//! The outcome of a run, as saved in the history.

use std::time::Instant;

use patchbay_http::Captured;
use patchbay_model::{
    Code, Explain, Json, RunState, RunTimings, ToolResult, ToolRun, clean_text, millis,
};
use serde_json::Value;

use crate::backend::CompletedCall;
use crate::error::Error;
use crate::redact::KnownSecrets;
use crate::redact::exchange::redact_exchange;

/// Maximum characters of the arguments in a row of the history.
const LINE_LIMIT: usize = 120;

/// Writes the outcome into the run, without secrets.
pub(in crate::runs) fn finish_run(
    run: &mut ToolRun,
    called: Result<CompletedCall, Error>,
    wire: Option<Captured>,
    began: Instant,
    secrets: &KnownSecrets,
) {
    run.exchange = wire.map(|wire| redact_exchange(wire, secrets));
    match called {
        Ok(called) => finish_answered(run, called, began, secrets),
        Err(error) => finish_failed(run, &error, secrets),
    }
    for question in &mut run.questions {
        question.message = secrets.redact_text(std::mem::take(&mut question.message));
    }
    if !secrets.is_empty() {
        run.arguments = Json(secrets.redact(std::mem::take(&mut run.arguments).0));
        run.summary.arguments_line = arguments_line(&run.arguments.0);
    }
    run.task = None;
    // A resumed run has an earlier part.
    let earlier = run.summary.duration_ms.unwrap_or_default();
    run.summary.duration_ms = Some(earlier.saturating_add(millis(began.elapsed())));
}

fn finish_answered(
    run: &mut ToolRun,
    called: CompletedCall,
    began: Instant,
    secrets: &KnownSecrets,
) {
    let outcome = called.outcome;
    run.summary.result_bytes = u32::try_from(outcome.bytes).ok();
    run.summary.state = RunState::Done;
    if outcome.result.is_error {
        let failed = Error::ToolFailed {
            tool: run.summary.tool.clone(),
        };
        run.summary.state = RunState::Failed;
        run.summary.problem = Some(failed.problem());
    }
    run.result = Some(redact_result(outcome.result, secrets));
    run.timings = Some(RunTimings {
        prepare_ms: millis(called.ready_at.duration_since(began)),
        wait_ms: millis(outcome.wait),
        read_ms: millis(called.answered_at.elapsed()),
        connection_reused: called.connection_reused,
    });
}

fn finish_failed(run: &mut ToolRun, error: &Error, secrets: &KnownSecrets) {
    let mut problem = error.problem();
    problem.message = secrets.redact_text(problem.message);
    problem.detail = problem.detail.map(|detail| secrets.redact_text(detail));
    run.summary.state = match error.code() {
        Code::Cancelled => RunState::Cancelled,
        _ => RunState::Failed,
    };
    run.summary.problem = Some(problem);
}

fn redact_result(result: ToolResult, secrets: &KnownSecrets) -> ToolResult {
    if secrets.is_empty() {
        return result;
    }
    let hidden = serde_json::to_value(&result).map(|value| secrets.redact(value));
    let hidden = hidden.and_then(serde_json::from_value);
    // Only strings were replaced, so parsing succeeds; otherwise nothing is the safe thing to save.
    hidden.unwrap_or_default()
}

/// The arguments in one short line, as a row of the history shows them.
pub(in crate::runs) fn arguments_line(arguments: &Value) -> Option<String> {
    let mut line = String::new();
    for (name, value) in arguments.as_object()? {
        let separator = if line.is_empty() { "" } else { ", " };
        line.extend([separator, name, "="]);
        match value {
            Value::String(text) => line.push_str(first_chars(text, LINE_LIMIT)),
            value => line.push_str(&value.to_string()),
        }
    }
    let line = clean_text(&line, LINE_LIMIT);
    (!line.is_empty()).then_some(line)
}

fn first_chars(text: &str, number: usize) -> &str {
    // Each takes a byte at least.
    let end = (text.len() > number).then(|| text.char_indices().nth(number));
    end.flatten().map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_summarized_in_one_line() {
        let line = |arguments| arguments_line(&arguments);
        assert_eq!(line(json!({})), None);
        let some = line(json!({"city": "Lisbon\nPorto", "days": 3, "units": ["c"]}));
        assert_eq!(
            some.as_deref(),
            Some("city=Lisbon Porto, days=3, units=[\"c\"]")
        );
        let long = line(json!({"text": "x".repeat(1000)})).unwrap();
        assert!(long.chars().count() <= LINE_LIMIT, "{long}");
    }
}
