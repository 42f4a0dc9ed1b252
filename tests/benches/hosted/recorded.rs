//! Recorded answers, taken from the traces beside the contract tests.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The body that was answered first in a line of a platform's traces.
pub(crate) fn body(platform: &str, line: &str) -> Result<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/traces");
    let file = folder.join(format!("{platform}.wire.jsonl"));
    let text = fs::read_to_string(&file).with_context(|| format!("no {}", file.display()))?;
    for text in text.lines() {
        let mut trace: Value = serde_json::from_str(text)?;
        if trace["id"] == line {
            let body = trace["response"]["body"].take();
            return Some(body)
                .filter(|body| !body.is_null())
                .with_context(|| format!("{line} of {platform} has no JSON body"));
        }
    }
    anyhow::bail!("{platform} has no line {line}")
}

/// A page of `count` items out of the few that were recorded in its `member`, the first of which has
/// the number `first`. Each has an id and a name of its own.
pub(crate) fn page(mut page: Value, member: &str, first: usize, count: usize) -> Value {
    let recorded = match page[member].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    let items = (first..).zip(recorded.iter().cycle()).take(count);
    page[member] = items.map(|(number, item)| numbered(item, number)).collect();
    page
}

/// The id of item `number`, in the form that all platforms take.
pub(crate) fn id(number: usize) -> String {
    format!("5f0c1e00-0000-4000-8000-{number:012}")
}

fn numbered(item: &Value, number: usize) -> Value {
    let mut item = item.clone();
    item["id"] = Value::String(id(number));
    if item["name"].is_string() {
        item["name"] = json!(format!("connector_{number}"));
    }
    // Airbyte's kind, by which one connector is looked up.
    if let Some(slug) = item.pointer_mut("/summarized_source_template/connector_name") {
        *slug = json!(format!("kind-{number}"));
    }
    item
}
