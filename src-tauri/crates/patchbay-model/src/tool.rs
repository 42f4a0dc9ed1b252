//! What a connector can do, and what it answers.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectorId, Json, Timestamp};

/// One thing that a connector can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// Name on the wire, as the server sent it.
    pub name: String,
    /// Name for people, cleaned of control characters.
    pub title: Option<String>,
    /// What it does, likewise.
    pub description: Option<String>,
    /// JSON Schema of its arguments, exactly as sent.
    pub input_schema: Json,
    /// JSON Schema of its structured result, exactly as sent.
    pub output_schema: Option<Json>,
    /// What a call does to the world.
    pub effect: ToolEffect,
    /// Whether a second call with the same arguments changes nothing more.
    pub idempotent: bool,
    /// Whether it reaches beyond the server's own world.
    pub open_world: bool,
    /// Where its icon lies, as [`Connector::icon`](crate::Connector::icon).
    #[serde(default)]
    #[specta(optional)]
    pub icon: Option<String>,
    /// Whether it can be called as a task only: the server answers at once, and is asked for the result later.
    #[serde(default)]
    #[specta(optional)]
    pub needs_task: bool,
}

/// A tool as lists show it: schemas are large, and nobody looks at those of a thousand tools.
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

/// That a tool is not any more as it was when the user agreed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedTool {
    /// The connector that offers it, or did.
    pub connector: ConnectorId,
    /// As [`Tool::name`].
    pub name: String,
    /// When a list first showed the change.
    pub noticed_at: Timestamp,
}

/// What a call does to the world, from the tool's annotations; what is not annotated writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ToolEffect {
    /// Changes nothing.
    Read,
    /// Adds or changes.
    Write,
    /// May delete or overwrite: asks before it runs.
    Destructive,
}

/// What a tool answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolResult {
    /// The parts of the answer, in order.
    pub content: Vec<Content>,
    /// The answer as JSON, where the tool gives one.
    pub structured: Option<Json>,
    /// Whether the tool says that it failed.
    pub is_error: bool,
}

/// One part of an answer.
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
    },
    /// A picture.
    Image {
        /// Base64.
        data: String,
        /// Media type such as `image/png`.
        mime_type: String,
    },
    /// A sound.
    Audio {
        /// Base64.
        data: String,
        /// Media type such as `audio/wav`.
        mime_type: String,
    },
    /// A link to something that the server can be asked for.
    ResourceLink {
        /// Where.
        uri: String,
        /// What it is called.
        name: String,
        /// Media type, where known.
        mime_type: Option<String>,
    },
    /// A resource itself.
    Resource {
        /// Where it comes from.
        uri: String,
        /// Media type, where known.
        mime_type: Option<String>,
        /// Its text; `None` when it is binary.
        text: Option<String>,
        /// Its bytes in base64; `None` when it is text.
        blob: Option<String>,
    },
    /// A part of a kind that we do not know, as sent.
    Other {
        /// As sent.
        value: Json,
    },
}
