//! What a server asks the person while one of its tools runs, and what they answer.

use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use crate::{Form, Json};

/// A question of a server. Its words are cleaned; they are the server's all the same, and never Patchbay's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Question {
    /// Values to be filled in.
    Form(QuestionForm),
    /// A page to be opened in the browser; what happens there is between the person and the page.
    Page {
        /// What the server says.
        message: String,
        /// The whole address, `https`, or `http` of this computer.
        url: String,
        /// Its host, as the address has it: in ASCII, whatever letters it stands for.
        host: String,
    },
    /// A text that a language model would write; the person writes it, or nobody does.
    Sampling(SamplingRequest),
}

/// Values that a server asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuestionForm {
    /// What the server says.
    pub message: String,
    /// The fields, one level deep, with the defaults of the server as values.
    pub form: Form,
    /// Names for people of the fields that ask for what no server may ask for in this way: passwords, keys, cards.
    pub secrets: Vec<String>,
}

/// What a server would have a language model say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SamplingRequest {
    /// What the model would be told beforehand.
    pub system_prompt: Option<String>,
    /// What was said so far, the oldest first.
    pub messages: Vec<SamplingMessage>,
    /// Longest text that the server wants, in tokens; a token is about four letters.
    pub max_tokens: Option<u32>,
    /// Names of the models that the server would rather have.
    pub models: Vec<String>,
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SamplingMessage {
    /// Whose turn it is.
    pub role: SamplingRole,
    /// What was said. Of an image or a sound it says what there is.
    pub text: String,
}

/// Whose turn it is in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SamplingRole {
    /// Whoever asks the model: the server.
    User,
    /// The model.
    Assistant,
}

impl SamplingRequest {
    /// JSON Schema of what is sent back: an object with the `text`.
    pub fn answer_schema() -> Json {
        Json(json!({
            "type": "object",
            "properties": { "text": { "type": "string", "minLength": 1, "maxLength": 100_000 } },
            "required": ["text"],
        }))
    }
}

impl Question {
    /// What the server says; of a conversation the last that was said.
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

/// What the person answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum QuestionAnswer {
    /// Here it is, or: the page was opened.
    Accept {
        /// An object, by the names of the fields; empty for a page; with the `text` that was asked for.
        values: Json,
    },
    /// No.
    Decline,
    /// Nothing: the question was closed, or never seen.
    Cancel,
}

impl QuestionAnswer {
    /// The answer without its values.
    pub fn reply(&self) -> Reply {
        match self {
            Self::Accept { .. } => Reply::Answered,
            Self::Decline => Reply::Declined,
            Self::Cancel => Reply::Cancelled,
        }
    }
}

/// How a question was answered, without what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Values were sent, or the page was opened.
    Answered,
    /// The person said no.
    Declined,
    /// Nobody answered.
    Cancelled,
}
