//! Questions that servers ask the user while a tool runs, and the answers.

use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use crate::{Form, Json};

/// A question of a server. Its text is cleaned, but still the server's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Question {
    /// A form to fill in.
    Form(QuestionForm),
    /// A page to open in the browser.
    Page {
        /// The server's message.
        message: String,
        /// The whole URL: `https`, or `http` on this computer.
        url: String,
        /// Its host in ASCII (punycode).
        host: String,
    },
    /// A text that a language model would write, and that the user may write.
    Sampling(SamplingRequest),
}

/// A form of a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuestionForm {
    /// The server's message.
    pub message: String,
    /// The fields, one level deep, with the server's defaults as values.
    pub form: Form,
    /// Display names of the fields that ask for passwords, keys or cards, which servers must not request this way.
    pub secrets: Vec<String>,
}

/// A server's request for a text of a language model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SamplingRequest {
    /// The system prompt.
    pub system_prompt: Option<String>,
    /// The conversation so far, oldest first.
    pub messages: Vec<SamplingMessage>,
    /// Maximum length of the text in tokens, about four letters each.
    pub max_tokens: Option<u32>,
    /// Names of the models that the server prefers.
    pub models: Vec<String>,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SamplingMessage {
    /// The author.
    pub role: SamplingRole,
    /// The text; for an image or a sound, a description of it.
    pub text: String,
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SamplingRole {
    /// The server, which asks the model.
    User,
    /// The model.
    Assistant,
}

impl SamplingRequest {
    /// Returns the JSON Schema of the answer: an object with the `text`.
    pub fn answer_schema() -> Json {
        Json(json!({
            "type": "object",
            "properties": { "text": { "type": "string", "minLength": 1, "maxLength": 100_000 } },
            "required": ["text"],
        }))
    }
}

impl Question {
    /// Returns the server's message; for sampling, the last message of the conversation.
    pub fn message(&self) -> &str {
        match self {
            Self::Form(QuestionForm { message, .. }) | Self::Page { message, .. } => message,
            Self::Sampling(request) => {
                let last = request.messages.last();
                last.map_or("", |last| last.text.as_str())
            }
        }
    }
}

/// The user's answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum QuestionAnswer {
    /// The values are sent, or the page was opened.
    Accept {
        /// The field values, an object; empty for a page, with the `text` for sampling.
        values: Json,
    },
    /// The user declined.
    Decline,
    /// The question was closed without an answer, or never shown.
    Cancel,
}

impl QuestionAnswer {
    /// Returns the kind of answer, without its values.
    pub fn reply(&self) -> Reply {
        match self {
            Self::Accept { .. } => Reply::Answered,
            Self::Decline => Reply::Declined,
            Self::Cancel => Reply::Cancelled,
        }
    }
}

/// The kind of answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Values were sent, or the page was opened.
    Answered,
    /// The user declined.
    Declined,
    /// There was no answer.
    Cancelled,
}
