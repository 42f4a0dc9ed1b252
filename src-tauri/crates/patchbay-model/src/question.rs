//! What a server asks the person while one of its tools runs, and what they answer.

use serde::{Deserialize, Serialize};
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

impl Question {
    /// What the server says.
    pub fn message(&self) -> &str {
        match self {
            Self::Form(QuestionForm { message, .. }) | Self::Page { message, .. } => message,
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
        /// An object, by the names of the fields; empty for a page.
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
