//! Parses the results of tools.

use patchbay_model::{Content, Json, ToolResult};
use serde_json::Value;

/// Parses the result of `tools/call`. Parts of an unknown type, or without a required member, are kept as raw JSON.
///
/// Source: MCP 2026-07-28, `CallToolResult`, `ContentBlock`.
pub(crate) fn tool_result(result: &Value) -> ToolResult {
    let parts = result.get("content").and_then(Value::as_array);
    ToolResult {
        content: parts.into_iter().flatten().map(content).collect(),
        structured: result.get("structuredContent").cloned().map(Json),
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
    Some(match part.get("type")?.as_str()? {
        "text" => Content::Text {
            text: text(part, "text")?,
        },
        "image" => Content::Image {
            data: text(part, "data")?,
            mime_type: text(part, "mimeType")?,
        },
        "audio" => Content::Audio {
            data: text(part, "data")?,
            mime_type: text(part, "mimeType")?,
        },
        "resource_link" => Content::ResourceLink {
            uri: text(part, "uri")?,
            name: text(part, "name")?,
            mime_type: text(part, "mimeType"),
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
            }
        }
        _ => return None,
    })
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
    fn known_parts_are_read() {
        let result = tool_result(&json!({
            "content": [
                {"type": "text", "text": "hi", "annotations": {"priority": 1}},
                {"type": "resource", "resource": {"uri": "a://b", "blob": "AAAA"}},
                {"type": "resource_link", "uri": "a://c", "name": "c"}
            ],
            "structuredContent": {"n": 1},
            "isError": true
        }));
        assert_eq!(
            result.content[0],
            Content::Text {
                text: "hi".to_owned()
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
        assert!(matches!(
            &result.content[2],
            Content::ResourceLink {
                mime_type: None,
                ..
            }
        ));
        assert_eq!(result.structured, Some(Json(json!({"n": 1}))));
        assert!(result.is_error);
    }

    #[test]
    fn a_result_without_content_is_empty() {
        assert_eq!(tool_result(&json!({})), ToolResult::default());
    }
}
