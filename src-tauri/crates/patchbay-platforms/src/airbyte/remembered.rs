//! What the platform does not say again: how checks ended, what is being deleted, what was looked up.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mapping::{self, State};
use super::wire::Connector;

/// Kept as long as the account is signed in.
#[derive(Default)]
pub(super) struct Remembered(Mutex<Inner>);

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Inner {
    states: HashMap<String, State>,
    checks: HashMap<String, Timestamp>,
    leaving: BTreeSet<String>,
    /// Looked up again in another process.
    #[serde(skip)]
    ids: HashMap<Kind, String>,
}

/// A kind of connector in a workspace.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// Name of the workspace.
    pub(super) workspace: String,
    /// Slug or id of the definition, in lower case.
    pub(super) kind: String,
}

impl Remembered {
    /// How a connector is, as far as it is known.
    pub(super) fn state(&self, id: &str) -> State {
        let inner = self.lock();
        if inner.leaving.contains(id) {
            return mapping::leaving();
        }
        inner
            .states
            .get(id)
            .cloned()
            .unwrap_or_else(mapping::unchecked)
    }

    /// When it was last checked from here; `None` when it was not.
    pub(super) fn checked_at(&self, id: &str) -> Option<Timestamp> {
        self.lock().checks.get(id).copied()
    }

    /// Notes the answer of a check that came now.
    pub(super) fn note_check(&self, id: &str, answer: &Value, now: Timestamp) {
        let mut inner = self.lock();
        let before = inner.states.get(id).cloned();
        let before = before.unwrap_or_else(mapping::unchecked);
        inner
            .states
            .insert(id.to_owned(), mapping::checked(answer, before));
        inner.checks.insert(id.to_owned(), now);
    }

    /// Notes that a deletion was accepted.
    pub(super) fn note_leaving(&self, id: &str) {
        self.lock().leaving.insert(id.to_owned());
    }

    /// Notes that a connector is gone.
    pub(super) fn note_gone(&self, id: &str) {
        let mut inner = self.lock();
        inner.leaving.remove(id);
        inner.states.remove(id);
        inner.checks.remove(id);
        inner.ids.retain(|_, kept| kept != id);
    }

    /// Forgets what is in no list any more.
    pub(super) fn note_listed(&self, connectors: &[Connector]) {
        let ids: HashSet<&str> = connectors.iter().map(Connector::id).collect();
        let mut inner = self.lock();
        inner.leaving.retain(|id| ids.contains(id.as_str()));
        inner.states.retain(|id, _| ids.contains(id.as_str()));
        inner.checks.retain(|id, _| ids.contains(id.as_str()));
    }

    pub(super) fn id(&self, kind: &Kind) -> Option<String> {
        self.lock().ids.get(kind).cloned()
    }

    pub(super) fn note_id(&self, kind: Kind, id: &str) {
        self.lock().ids.insert(kind, id.to_owned());
    }

    /// All of it, as JSON.
    pub(super) fn to_json(&self) -> Value {
        // Its keys are text.
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    /// Takes up what [`Self::to_json`] gave.
    pub(super) fn recall(&self, json: Value) {
        *self.lock() = serde_json::from_value(json).unwrap_or_default();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
