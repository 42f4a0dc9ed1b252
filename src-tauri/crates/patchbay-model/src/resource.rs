//! Resources and prompts of MCP servers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Annotations, Content};

/// A resource of a connector, or a template for resources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// URI exactly as sent by the server; that of a template has variables in braces.
    pub uri: String,
    /// Its name, cleaned of control characters.
    pub name: String,
    /// Display name, cleaned of control characters.
    pub title: Option<String>,
    /// Description, cleaned of control characters.
    pub description: Option<String>,
    /// Media type, if the server tells it.
    pub mime_type: Option<String>,
    /// Variables of a template; `None` for a resource.
    #[serde(default)]
    #[specta(optional)]
    pub variables: Option<Vec<TemplateVariable>>,
    /// For whom it is, and how important.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[specta(optional)]
    pub annotations: Option<Annotations>,
}

/// A variable of a resource template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TemplateVariable {
    /// Its name, as the server sent it.
    pub name: String,
    /// Whether the template needs it.
    pub is_required: bool,
}

/// A prompt of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Name on the wire, as the server sent it.
    pub name: String,
    /// Display name, cleaned of control characters.
    pub title: Option<String>,
    /// Description, cleaned of control characters.
    pub description: Option<String>,
    /// Its arguments.
    pub arguments: Vec<PromptArgument>,
}

/// An argument of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromptArgument {
    /// Its name.
    pub name: String,
    /// Description, cleaned of control characters.
    pub description: Option<String>,
    /// Whether the prompt needs it.
    pub is_required: bool,
}

/// A filled-in prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilledPrompt {
    /// Description, cleaned of control characters.
    pub description: Option<String>,
    /// Its messages, in order.
    pub messages: Vec<PromptMessage>,
}

/// One message of a prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PromptMessage {
    /// The author: `user`, `assistant` or the server's own word.
    pub role: String,
    /// The content.
    pub content: Content,
}

/// A request for completions of a text that is being typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompletionRequest {
    /// The prompt or template that is filled in.
    pub target: CompletionTarget,
    /// Name of the argument or variable, as the server sent it.
    pub argument: String,
    /// The text so far.
    pub value: String,
    /// Values of the other arguments or variables, by name.
    pub others: BTreeMap<String, String>,
}

/// The target of a completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CompletionTarget {
    /// A prompt.
    Prompt {
        /// Name of the prompt, as the server sent it.
        name: String,
    },
    /// A resource template.
    Template {
        /// The template, as the server sent it.
        uri: String,
    },
}
