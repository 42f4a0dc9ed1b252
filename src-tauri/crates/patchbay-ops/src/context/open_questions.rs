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
    /// Ours.
    pub id: QuestionId,
    /// The run that waits.
    pub run: RunId,
    /// The connector whose server asks.
    pub connector: ConnectorId,
    /// Its name for people.
    pub connector_title: String,
    /// Name of the tool that runs.
    pub tool: String,
    /// As who it runs.
    pub identity: IdentityLine,
    /// Since when it is open.
    pub asked_at: Timestamp,
    /// What is asked.
    pub question: Question,
}

/// The questions that are open in this process, the oldest first.
#[derive(Default)]
pub(crate) struct Questions(Mutex<Vec<Waiting>>);

/// One of them, and who waits for its answer.
pub(crate) struct Waiting {
    pub(crate) open: OpenQuestion,
    pub(crate) reach: Reach,
    pub(crate) answer: oneshot::Sender<QuestionAnswer>,
}

impl Questions {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
