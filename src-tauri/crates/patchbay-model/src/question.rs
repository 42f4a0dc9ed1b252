//! Questions that servers ask the user while a tool runs, and the answers.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use crate::{Content, Form, Json};

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
        /// Whether the answer has to wait until the user is done there, rather than until the page was opened.
        awaits_done: bool,
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
    /// Its parts, whose texts are cleaned.
    pub content: Vec<Content>,
}

impl SamplingMessage {
    /// Returns the text, with a placeholder for each other part.
    pub fn text(&self) -> String {
        let parts: Vec<_> = self.content.iter().map(text_of).collect();
        parts.join("\n")
    }
}

fn text_of(part: &Content) -> Cow<'_, str> {
    match part {
        Content::Text { text, .. } => text.into(),
        Content::Image { mime_type, .. } => format!("[image: {mime_type}]").into(),
        Content::Audio { mime_type, .. } => format!("[audio: {mime_type}]").into(),
        _ => "[other content]".into(),
    }
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
    pub fn message(&self) -> Cow<'_, str> {
        match self {
            Self::Form(QuestionForm { message, .. }) | Self::Page { message, .. } => message.into(),
            Self::Sampling(request) => {
                let last = request.messages.last();
                last.map(SamplingMessage::text).unwrap_or_default().into()
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
    /// The values are sent, or the page was opened, or the user is done there.
    Accept {
        /// The field values, an object; empty for a page, with the `text` for sampling.
        values: Json,
    },
    /// The user declined.
    Decline,
    /// The user declined, and so declines all further questions of what the server is doing.
    DeclineAll,
    /// The question was closed without an answer, or never shown.
    Cancel,
}

impl QuestionAnswer {
    /// Returns the kind of answer, without its values.
    pub fn reply(&self) -> Reply {
        match self {
            Self::Accept { .. } => Reply::Answered,
            Self::Decline | Self::DeclineAll => Reply::Declined,
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
    /// Nobody was asked: the question can't be shown, or there were too many.
    NotShown,
}
