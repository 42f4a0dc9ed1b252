//! How the tools of a connector may be used, asked when it is switched on.
//!
//! Source: Mistral contract, sections 4 and 9, tool configuration.

use serde_json::{Value, json};

use crate::form::Members;
use crate::variants::list;

/// The schema of what is asked, every member of which may be left out.
pub(super) fn configuration() -> Value {
    Members::default()
        .with(
            "include",
            names("Only these tools", "Left empty, all of them."),
        )
        .with(
            "exclude",
            names("Without these tools", "They are not offered."),
        )
        .with(
            "requires_confirmation",
            some("Ask before", "Tools that ask before they run."),
        )
        .with(
            "skip_confirmation",
            some("Never ask before", "Tools that run without asking."),
        )
        .closed()
}

fn names(title: &str, description: &str) -> Value {
    list(title, description, json!({"type": "string"}))
}

/// Some of the tools: by name, by what they do, or joined.
fn some(title: &str, description: &str) -> Value {
    let mut plain = simple();
    let item = json!({"oneOf": simple()});
    plain.push(titled(
        "Several of these",
        Members::default()
            .needs(
                "type",
                json!({
                    "type": "string", "title": "Joined", "oneOf": [
                        {"const": "and", "title": "In all of them"},
                        {"const": "or", "title": "In any of them"},
                    ],
                }),
            )
            .needs("expressions", list("Choices", "What is joined.", item))
            .closed(),
    ));
    json!({"title": title, "description": description, "oneOf": plain})
}

fn simple() -> Vec<Value> {
    let by_name = json!({"type": "array", "items": {"type": "string"}});
    let by_effect = Members::default().needs(
        "read_only",
        json!({
            "type": "boolean", "title": "Read only",
            "description": "Those that change nothing, or those that do.",
        }),
    );
    vec![
        titled("By name", by_name),
        titled("By what they do", by_effect.closed()),
    ]
}

fn titled(title: &str, mut schema: Value) -> Value {
    schema["title"] = title.into();
    schema
}
