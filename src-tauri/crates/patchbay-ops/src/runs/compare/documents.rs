//! The documents of a run that are compared.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use patchbay_model::{CaptureLevel, Content, ToolResult, ToolRun};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::RunPart;
use super::paths::{PathPattern, Step, mask};

/// The parts of a run, with ignored values masked.
pub(super) struct Documents([(RunPart, Value); 4]);

impl Documents {
    pub(super) fn of(run: &ToolRun, ignored: &[PathPattern]) -> Self {
        let parts = [
            (RunPart::Arguments, run.arguments.0.clone()),
            (RunPart::Outcome, outcome(run)),
            (RunPart::Identity, identity(run)),
            (RunPart::Timing, timing(run)),
        ];
        Self(parts.map(|(part, value)| {
            let mut path = vec![step_of(part)];
            (part, mask(value, &mut path, ignored))
        }))
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = (RunPart, &Value)> {
        self.0.iter().map(|(part, value)| (*part, value))
    }

    /// Returns a part as text: a text result as it is, anything else as JSON.
    pub(super) fn text(&self, part: RunPart) -> String {
        let value = self.parts().find(|(own, _)| *own == part);
        let value = value.map_or(&Value::Null, |(_, value)| value);
        let shown = match part {
            RunPart::Outcome => value.get("result").or_else(|| value.get("problem")),
            _ => None,
        };
        match shown.unwrap_or(value) {
            Value::String(text) => text.clone(),
            other => serde_json::to_string_pretty(other).unwrap_or_default(),
        }
    }
}

/// Returns the first step of the paths of a part.
pub(super) fn step_of(part: RunPart) -> Step {
    let name = match part {
        RunPart::Arguments => "arguments",
        RunPart::Outcome => "outcome",
        RunPart::Identity => "identity",
        RunPart::Timing => "timing",
    };
    Step::Member(name.to_owned())
}

fn outcome(run: &ToolRun) -> Value {
    let summary = &run.summary;
    let mut outcome = present_members([("state", word(&summary.state))]);
    if let Some(problem) = &summary.problem {
        let problem = present_members([
            ("code", word(&problem.code)),
            ("message", Value::from(problem.message.as_str())),
            ("detail", word(&problem.detail)),
            ("status", word(&problem.status)),
        ]);
        outcome.insert("problem".to_owned(), Value::Object(problem));
    }
    if let Some(result) = &run.result {
        // What was not kept of texts can't be told from what it repeats.
        let is_whole = summary.capture == CaptureLevel::Full;
        outcome.insert("result".to_owned(), result_value(result, is_whole));
    }
    Value::Object(outcome)
}

/// The result as one value. Texts that repeat structured content are left out.
fn result_value(result: &ToolResult, is_whole: bool) -> Value {
    let mut parts: Vec<Value> = result.content.iter().map(part_value).collect();
    let only_text = result
        .content
        .iter()
        .all(|part| matches!(part, Content::Text { .. }));
    match &result.structured {
        Some(structured)
            if only_text && (!is_whole || result.unrepeated_structured().is_none()) =>
        {
            structured.0.clone()
        }
        Some(structured) => json!({ "structured": structured, "content": parts }),
        None if parts.len() == 1 => parts.remove(0),
        None => Value::Array(parts),
    }
}

/// Text, parsed if it is JSON; of binary content only a hash and its size.
fn part_value(part: &Content) -> Value {
    match part {
        Content::Text { text, .. } => text_value(text),
        Content::Image {
            data, mime_type, ..
        } => bytes_value("image", mime_type, data),
        Content::Audio {
            data, mime_type, ..
        } => bytes_value("audio", mime_type, data),
        Content::Resource {
            uri,
            text: Some(text),
            ..
        } => json!({ "uri": uri, "text": text_value(text) }),
        Content::Resource {
            uri,
            blob: Some(blob),
            mime_type,
            ..
        } => bytes_value(uri, mime_type.as_deref().unwrap_or_default(), blob),
        other => word(other),
    }
}

fn text_value(text: &str) -> Value {
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    let read = looks_like_json.then(|| serde_json::from_str(text).ok());
    read.flatten().unwrap_or_else(|| Value::from(text))
}

fn bytes_value(what: &str, mime_type: &str, base64: &str) -> Value {
    let mut fingerprint = DefaultHasher::new();
    base64.hash(&mut fingerprint);
    json!({
        "kind": what,
        "mimeType": mime_type,
        // Without padding, which stands for no byte.
        "bytes": base64.trim_end_matches('=').len() * 3 / 4,
        "fingerprint": format!("{:016x}", fingerprint.finish()),
    })
}

fn identity(run: &ToolRun) -> Value {
    let identity = &run.summary.identity;
    Value::Object(present_members([
        (
            "connector",
            Value::from(run.summary.connector_title.as_str()),
        ),
        ("tool", Value::from(run.summary.tool.as_str())),
        ("platform", word(&identity.platform)),
        ("account", Value::from(identity.account.as_str())),
        ("credential", word(&identity.credential)),
        ("user", word(&identity.user)),
        ("level", word(&identity.level)),
        ("origin", word(&run.summary.origin)),
    ]))
}

fn timing(run: &ToolRun) -> Value {
    let timings = run.timings.as_ref();
    Value::Object(present_members([
        ("durationMs", word(&run.summary.duration_ms)),
        ("prepareMs", word(&timings.map(|one| one.prepare_ms))),
        ("waitMs", word(&timings.map(|one| one.wait_ms))),
        ("readMs", word(&timings.map(|one| one.read_ms))),
        (
            "connectionReused",
            word(&timings.and_then(|one| one.connection_reused)),
        ),
        ("resultBytes", word(&run.summary.result_bytes)),
    ]))
}

/// Serializes a part of the model, which never fails.
fn word<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Returns the members that are not null.
fn present_members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
