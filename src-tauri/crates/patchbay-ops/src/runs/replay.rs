//! Repeating a run, on the same connector or another.

use patchbay_model::{CaptureLevel, ConnectorId, Origin, RunId, ToolRun};
use serde::Deserialize;
use serde_json::Value;
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::redact::is_redacted;
use crate::runs::find_run;
use crate::runs::run_tool::{RunProgress, RunTool, run_tool};

/// Where and with which credential a run is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReplayTarget {
    /// A connector that offers the tool.
    pub connector: ConnectorId,
    /// Name of a credential that its platform stores; `None` for the connector's default.
    pub credential: Option<String>,
}

/// Runs the same tool with the same arguments, as before or on another connector that offers it.
///
/// # Errors
/// As for [`run_tool`]; [`Error::ArgumentsNotKept`] when arguments were not saved, such as secret ones.
pub async fn replay_run(
    cx: &Context,
    run: &RunId,
    elsewhere: Option<ReplayTarget>,
    origin: Origin,
    confirmed: bool,
    timeout_seconds: Option<u32>,
    on_progress: impl Fn(RunProgress) + Send + Sync + 'static,
) -> Result<ToolRun, Error> {
    let earlier = find_run(cx, run).await?;
    let capture = earlier.summary.capture;
    if capture == CaptureLevel::Metadata || contains_redacted(&earlier.arguments) {
        return Err(Error::ArgumentsNotKept {
            tool: earlier.summary.tool,
            is_secret: capture == CaptureLevel::Full,
        });
    }
    // Another connector may not offer it.
    let as_task = earlier.as_task && elsewhere.is_none();
    let target = elsewhere.unwrap_or(ReplayTarget {
        connector: earlier.summary.connector,
        credential: earlier.credential,
    });
    let (tool, arguments) = (earlier.summary.tool, earlier.arguments);
    let request = RunTool {
        credential: target.credential,
        confirmed,
        timeout_seconds,
        replay_of: Some(run.clone()),
        as_task,
        ..RunTool::new(target.connector, tool, arguments, origin)
    };
    run_tool(cx, request, on_progress).await
}

/// Whether a secret was redacted anywhere in the value, including keys and parts of strings.
pub(crate) fn contains_redacted(value: &Value) -> bool {
    match value {
        Value::String(text) => is_redacted(text),
        Value::Array(items) => items.iter().any(contains_redacted),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| is_redacted(name) || contains_redacted(member)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::Secret;
    use serde_json::json;

    use super::*;
    use crate::redact::{KnownSecrets, redact_marked};

    #[test]
    fn redacted_values_are_detected() {
        let known = KnownSecrets::new([Secret::new("tok-123456")]);
        for arguments in [
            json!({"token": "tok-123456"}),
            json!({"headers": [{"Authorization": "Bearer tok-123456"}]}),
            json!({"by": {"key tok-123456": 1}}),
        ] {
            assert!(!contains_redacted(&arguments), "{arguments}");
            assert!(contains_redacted(&known.redact(arguments)));
        }
        let schema = json!({"properties": {"pin": {"writeOnly": true}}});
        assert!(contains_redacted(&redact_marked(
            &json!({"pin": 1234}),
            &schema
        )));
    }
}
