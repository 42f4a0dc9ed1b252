//! What servers ask and nobody has answered yet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_http::Reach;
use patchbay_model::{
    ConnectorId, IdentityLine, Question, QuestionAnswer, QuestionId, RunId, Timestamp,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::oneshot;

/// A server waits for the answer to this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenQuestion {
    pub id: QuestionId,
    /// The connector whose server asks.
    pub connector: ConnectorId,
    /// Its name for people.
    pub connector_title: String,
    /// What waits for the answer.
    pub during: AskedDuring,
    /// As who that is done.
    pub identity: IdentityLine,
    /// Since when it is open.
    pub asked_at: Timestamp,
    /// What is asked.
    pub question: Question,
}

/// What a server does while it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum AskedDuring {
    /// It runs a tool.
    Run {
        run: RunId,
        /// Name of the tool.
        tool: String,
    },
    /// It fills a prompt in.
    Prompt {
        /// Name of the prompt.
        name: String,
    },
    /// It gives a resource.
    Resource { uri: String },
}

impl AskedDuring {
    /// What it does that to: the name of a tool or a prompt, or a URI.
    pub fn name(&self) -> &str {
        match self {
            Self::Run { tool: name, .. } | Self::Prompt { name } | Self::Resource { uri: name } => {
                name
            }
        }
    }
}

/// The questions that are open in this process, the oldest first.
#[derive(Default)]
pub(crate) struct Questions(Mutex<Vec<PendingQuestion>>);

/// One of them, and who waits for its answer.
pub(crate) struct PendingQuestion {
    pub(crate) open: OpenQuestion,
    pub(crate) reach: Reach,
    pub(crate) answer: oneshot::Sender<QuestionAnswer>,
}

impl Questions {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<PendingQuestion>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
