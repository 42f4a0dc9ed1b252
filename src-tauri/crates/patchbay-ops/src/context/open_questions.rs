//! Open questions of servers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;
use patchbay_http::Reach;
use patchbay_model::{
    ConnectorId, IdentityLine, Question, QuestionAnswer, QuestionId, RunId, Timestamp,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::oneshot;

/// A question whose answer a server waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenQuestion {
    pub id: QuestionId,
    /// The connector whose server asks.
    pub connector: ConnectorId,
    pub connector_title: String,
    /// What waits for the answer.
    pub during: AskedDuring,
    /// The identity of the connector.
    pub identity: IdentityLine,
    pub asked_at: Timestamp,
    pub question: Question,
    /// Whether so many were asked before that all further ones can be declined with it.
    pub may_decline_all: bool,
}

/// What a server was doing when it asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum AskedDuring {
    /// Running a tool.
    Run {
        run: RunId,
        /// Name of the tool.
        tool: String,
    },
    /// Filling a prompt.
    Prompt {
        /// Name of the prompt.
        name: String,
    },
    /// Reading a resource.
    Resource { uri: String },
}

impl AskedDuring {
    /// The name of the tool or prompt, or the URI.
    pub fn name(&self) -> &str {
        match self {
            Self::Run { tool: name, .. } | Self::Prompt { name } | Self::Resource { uri: name } => {
                name
            }
        }
    }
}

/// The open questions of this process, the oldest first.
pub(crate) type Questions = Mutex<Vec<PendingQuestion>>;

/// An open question and the sender of its answer.
pub(crate) struct PendingQuestion {
    pub(crate) open: OpenQuestion,
    pub(crate) reach: Reach,
    pub(crate) answer: oneshot::Sender<QuestionAnswer>,
    /// Set to decline all further questions of the operation.
    pub(crate) declines_rest: Arc<AtomicBool>,
}
