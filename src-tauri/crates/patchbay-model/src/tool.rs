//! Tools of connectors, and their results.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::{ConnectorId, Json, Timestamp};

/// A tool of a connector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// Name on the wire, as the server sent it.
    pub name: String,
    /// Display name, cleaned of control characters.
    pub title: Option<String>,
    /// Description, cleaned of control characters.
    pub description: Option<String>,
    /// JSON Schema of its arguments, exactly as sent.
    pub input_schema: Json,
    /// JSON Schema of its structured result, exactly as sent.
    pub output_schema: Option<Json>,
    /// The effect of a call.
    pub effect: ToolEffect,
    /// Whether a second call with the same arguments has no further effect.
    pub idempotent: bool,
    /// Whether it interacts with external systems.
    pub open_world: bool,
    /// Address of its icon, as [`Connector::icon`](crate::Connector::icon).
    #[serde(default)]
    #[specta(optional)]
    pub icon: Option<String>,
    /// Whether it can only be called as a task, whose result is fetched later.
    #[serde(default)]
    #[specta(optional)]
    pub needs_task: bool,
    /// Whether the caller may choose to call it as a task.
    #[serde(default)]
    #[specta(optional)]
    pub may_be_task: bool,
}

/// A tool as lists show it, without its schemas, which are large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolSummary {
    /// The connector that offers it.
    pub connector: ConnectorId,
    /// As [`Tool::name`].
    pub name: String,
    /// As [`Tool::title`].
    pub title: Option<String>,
    /// The start of [`Tool::description`].
    pub description: Option<String>,
    /// As [`Tool::effect`].
    pub effect: ToolEffect,
}

/// A tool that changed since the user accepted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedTool {
    /// The connector that offers or offered it.
    pub connector: ConnectorId,
    /// As [`Tool::name`].
    pub name: String,
    /// When the change was first noticed.
    pub noticed_at: Timestamp,
}

/// The effect of a call, from the tool's annotations; tools without annotations write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ToolEffect {
    /// Changes nothing.
    Read,
    /// Adds or changes.
    #[default]
    Write,
    /// May delete or overwrite, so it needs a confirmation.
    Destructive,
}

impl ToolEffect {
    /// Whether the user has to confirm the call, wherever it is made from.
    pub const fn needs_confirmation(self) -> bool {
        matches!(self, Self::Destructive)
    }
}

/// The result of a tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolResult {
    /// Its parts, in order.
    pub content: Vec<Content>,
    /// The structured result, if there is one.
    pub structured: Option<Json>,
    /// Whether the tool reported an error.
    pub is_error: bool,
}

impl ToolResult {
    /// Returns the structured result, unless the texts repeat it: as its JSON (MCP 2025-11-25, Tools, Structured
    /// Content), or as what its only member `result` holds, which is how servers wrap what is no object.
    pub fn unrepeated_structured(&self) -> Option<&Value> {
        let structured = &self.structured.as_ref()?.0;
        let parts = self.content.iter();
        let texts: Vec<&str> = parts
            .filter_map(|part| match part {
                Content::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let wrapped = structured.as_object().filter(|members| members.len() == 1);
        let wrapped = wrapped.and_then(|members| members.get("result"));
        let is_repeated = [Some(structured), wrapped]
            .into_iter()
            .flatten()
            .any(|value| repeats(&texts, value));
        (!is_repeated).then_some(structured)
    }
}

/// Whether a text says the value, or all of them its items.
fn repeats(texts: &[&str], value: &Value) -> bool {
    let says = |text: &str, value: &Value| {
        value.as_str() == Some(text)
            || serde_json::from_str(text).is_ok_and(|said: Value| said == *value)
    };
    let items = value.as_array().filter(|items| items.len() == texts.len());
    texts.iter().any(|text| says(text, value))
        || items.is_some_and(|items| texts.iter().zip(items).all(|(text, item)| says(text, item)))
}

/// A part of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Content {
    /// Text, often Markdown.
    Text {
        /// The text.
        text: String,
        /// For whom it is, and how important.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        annotations: Option<Annotations>,
    },
    /// An image.
    Image {
        /// Base64.
        data: String,
        /// Media type such as `image/png`.
        mime_type: String,
        /// For whom it is, and how important.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        annotations: Option<Annotations>,
    },
    /// A sound.
    Audio {
        /// Base64.
        data: String,
        /// Media type such as `audio/wav`.
        mime_type: String,
        /// For whom it is, and how important.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        annotations: Option<Annotations>,
    },
    /// A link to a resource of the server.
    ResourceLink {
        /// URI of the resource.
        uri: String,
        /// Name of the resource.
        name: String,
        /// Display name of the resource.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        title: Option<String>,
        /// What the resource is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        description: Option<String>,
        /// Media type, if known.
        mime_type: Option<String>,
        /// For whom it is, and how important.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        annotations: Option<Annotations>,
    },
    /// A resource itself.
    Resource {
        /// URI of the resource.
        uri: String,
        /// Media type, if known.
        mime_type: Option<String>,
        /// Its text; `None` if it is binary.
        text: Option<String>,
        /// Its bytes in base64; `None` if it is text.
        blob: Option<String>,
        /// For whom it is, and how important.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[specta(optional)]
        annotations: Option<Annotations>,
    },
    /// A part of an unknown kind.
    Other {
        /// The part as sent.
        value: Json,
    },
}

impl Content {
    /// Creates a text without annotations.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            annotations: None,
        }
    }
}

/// What a server tells of a part or a resource besides its content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Annotations {
    /// For whom it is; empty for everybody.
    pub audience: Vec<Audience>,
    /// From 0 for optional to 1 for required.
    pub priority: Option<f64>,
    /// When it last changed.
    pub last_modified: Option<Timestamp>,
}

/// A reader of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The person.
    User,
    /// The language model.
    Assistant,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_structured_result_is_repeated_by_its_text_or_not() {
        let is_repeated = |structured: Value, texts: &[&str]| {
            let result = ToolResult {
                content: texts.iter().copied().map(Content::text).collect(),
                structured: Some(Json(structured)),
                is_error: false,
            };
            result.unrepeated_structured().is_none()
        };
        let ok = json!({ "ok": true });
        assert!(is_repeated(ok.clone(), &["{\n  \"ok\": true\n}"]));
        assert!(is_repeated(ok.clone(), &["Done:", "{\"ok\":true}"]));
        assert!(!is_repeated(ok.clone(), &["Nothing was deleted"]));
        assert!(!is_repeated(ok, &[]));
        assert!(is_repeated(json!({ "result": "12" }), &["12"]));
        assert!(is_repeated(json!({ "result": [1, "b"] }), &["1", "b"]));
        assert!(!is_repeated(json!({ "result": [1, "b"] }), &["1", "c"]));
    }
}
