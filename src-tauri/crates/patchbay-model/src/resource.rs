//! What MCP servers offer beside tools: resources to be read, prompts to be filled in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Content;

/// Something that a connector lets one read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// By which it is read, exactly as sent; of a template, with gaps in braces.
    pub uri: String,
    /// Its name, cleaned of control characters.
    pub name: String,
    /// Name for people, likewise.
    pub title: Option<String>,
    /// What it is, likewise.
    pub description: Option<String>,
    /// Media type of what is read, where the server tells.
    pub mime_type: Option<String>,
    /// What its URI is filled in with; `None` of a resource that is read as it is.
    #[serde(default)]
    #[specta(optional)]
    pub variables: Option<Vec<TemplateVariable>>,
}

/// A gap in the URI of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TemplateVariable {
    /// Its name, as the server sent it.
    pub name: String,
    /// Whether there is no address without it.
    pub is_required: bool,
}

/// A message, or several, that a server has prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Name on the wire, as the server sent it.
    pub name: String,
    /// Name for people, cleaned of control characters.
    pub title: Option<String>,
    /// What it is for, likewise.
    pub description: Option<String>,
    /// What it is filled in with.
    pub arguments: Vec<PromptArgument>,
}

/// A gap of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromptArgument {
    /// Its name.
    pub name: String,
    /// What belongs there, cleaned of control characters.
    pub description: Option<String>,
    /// Whether nothing works without it.
    pub is_required: bool,
}

/// A prompt that was filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilledPrompt {
    /// What it is for, cleaned of control characters.
    pub description: Option<String>,
    /// Its messages, in order.
    pub messages: Vec<PromptMessage>,
}

/// One message of a prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromptMessage {
    /// Who speaks: `user` or `assistant`, or the server's own word.
    pub role: String,
    /// What is said.
    pub content: Content,
}

/// A text that is being typed, to be completed by the server that asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompletionRequest {
    /// What it is typed for.
    pub target: CompletionTarget,
    /// Name of the argument or variable, as the server sent it.
    pub argument: String,
    /// What is typed so far.
    pub value: String,
    /// What the others are filled in with already, by their names.
    pub others: BTreeMap<String, String>,
}

/// What a text is typed for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CompletionTarget {
    /// An argument of a prompt.
    Prompt {
        /// Name of the prompt, as the server sent it.
        name: String,
    },
    /// A variable of a template.
    Template {
        /// The template, as the server sent it.
        uri: String,
    },
}
