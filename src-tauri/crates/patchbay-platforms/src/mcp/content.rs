//! Parses the results of tools.

use patchbay_model::{Annotations, Audience, Content, Json, Timestamp, ToolResult};
use serde_json::Value;

/// Parses the result of `tools/call`. Parts of an unknown type, or without a required member, are kept as raw JSON.
///
/// Source: MCP 2026-07-28, `CallToolResult`, `ContentBlock`.
pub(crate) fn tool_result(result: &Value) -> ToolResult {
    let parts = result.get("content").and_then(Value::as_array);
    // Some servers send every member, null if it is empty.
    let structured = result.get("structuredContent");
    let structured = structured.filter(|value| !value.is_null());
    ToolResult {
        content: parts.into_iter().flatten().map(content).collect(),
        structured: structured.cloned().map(Json),
        is_error: result.get("isError").and_then(Value::as_bool) == Some(true),
    }
}

/// Parses one part of any type.
pub(super) fn content(part: &Value) -> Content {
    parse_content(part).unwrap_or_else(|| Content::Other {
        value: Json(part.clone()),
    })
}

fn parse_content(part: &Value) -> Option<Content> {
    let annotations = annotations(part);
    Some(match part.get("type")?.as_str()? {
        "text" => Content::Text {
            text: text(part, "text")?,
            annotations,
        },
        "image" => Content::Image {
            data: text(part, "data")?,
            mime_type: text(part, "mimeType")?,
            annotations,
        },
        "audio" => Content::Audio {
            data: text(part, "data")?,
            mime_type: text(part, "mimeType")?,
            annotations,
        },
        "resource_link" => Content::ResourceLink {
            uri: text(part, "uri")?,
            name: text(part, "name")?,
            title: text(part, "title"),
            description: text(part, "description"),
            mime_type: text(part, "mimeType"),
            annotations,
        },
        "resource" => {
            let resource = part.get("resource")?;
            let (text_part, blob) = (text(resource, "text"), text(resource, "blob"));
            if text_part.is_none() && blob.is_none() {
                return None;
            }
            Content::Resource {
                uri: text(resource, "uri")?,
                mime_type: text(resource, "mimeType"),
                text: text_part,
                blob,
                annotations,
            }
        }
        _ => return None,
    })
}

/// Parses the annotations of a part or a resource; `None` if they tell nothing.
///
/// Source: MCP 2025-11-25, `Annotations`.
pub(super) fn annotations(of: &Value) -> Option<Annotations> {
    let raw = &of["annotations"];
    let words = raw["audience"].as_array().into_iter().flatten();
    let audience = words.filter_map(|word| match word.as_str()? {
        "user" => Some(Audience::User),
        "assistant" => Some(Audience::Assistant),
        _ => None,
    });
    let annotations = Annotations {
        audience: audience.take(2).collect(),
        priority: raw["priority"]
            .as_f64()
            .filter(|it| (0.0..=1.0).contains(it)),
        last_modified: raw["lastModified"].as_str().and_then(Timestamp::parse),
    };
    (annotations != Annotations::default()).then_some(annotations)
}

fn text(part: &Value, key: &str) -> Option<String> {
    part.get(key)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_and_broken_parts_are_kept_as_they_came() {
        let unknown = json!({"type": "hologram", "points": 3});
        let broken = json!({"type": "image", "data": "AAAA"});
        let result = tool_result(&json!({"content": [unknown, broken]}));
        assert_eq!(
            result.content,
            [
                Content::Other {
                    value: Json(unknown)
                },
                Content::Other {
                    value: Json(broken)
                }
            ]
        );
    }

    #[test]
    fn a_structured_result_that_is_null_is_none() {
        let result = tool_result(&json!({"content": [], "structuredContent": null}));
        assert_eq!(result.structured, None);
    }

    #[test]
    fn known_parts_are_read() {
        let result = tool_result(&json!({
            "content": [
                {"type": "text", "text": "hi", "annotations": {
                    "audience": ["assistant", "dog", 7], "priority": 1, "lastModified": "2025-01-12T15:00:58Z"
                }},
                {"type": "resource", "resource": {"uri": "a://b", "blob": "AAAA"}},
                {"type": "resource_link", "uri": "a://c", "name": "c", "title": "C", "description": "d", "size": 3}
            ],
            "structuredContent": {"n": 1},
            "isError": true
        }));
        assert_eq!(
            result.content[0],
            Content::Text {
                text: "hi".to_owned(),
                annotations: Some(Annotations {
                    audience: vec![Audience::Assistant],
                    priority: Some(1.0),
                    last_modified: Timestamp::parse("2025-01-12T15:00:58Z"),
                }),
            }
        );
        assert!(matches!(
            &result.content[1],
            Content::Resource {
                blob: Some(_),
                text: None,
                ..
            }
        ));
        assert_eq!(
            result.content[2],
            Content::ResourceLink {
                uri: "a://c".to_owned(),
                name: "c".to_owned(),
                title: Some("C".to_owned()),
                description: Some("d".to_owned()),
                mime_type: None,
                annotations: None,
            }
        );
        assert_eq!(result.structured, Some(Json(json!({"n": 1}))));
        assert!(result.is_error);
    }

    #[test]
    fn odd_annotations_tell_nothing() {
        for odd in [
            json!(null),
            json!({}),
            json!([1]),
            json!({"audience": "user", "priority": 7, "lastModified": "yesterday"}),
        ] {
            assert_eq!(annotations(&json!({ "annotations": odd })), None);
        }
        assert_eq!(annotations(&json!("text")), None);
    }

    #[test]
    fn a_result_without_content_is_empty() {
        assert_eq!(tool_result(&json!({})), ToolResult::default());
    }
}
