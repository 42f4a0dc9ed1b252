//! What Patchbay itself found out about the connectors of an account, beside what the platform says.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{Connector, plain_id};

/// Findings by connector, for as long as the account is signed in to.
#[derive(Default)]
pub(super) struct Remembered(Mutex<HashMap<String, Known>>);

/// What was found out about one connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Known {
    /// Until when a consent that was started here is waited for.
    pub(super) consent_until: Option<Timestamp>,
    /// What the platform said when it failed to connect.
    pub(super) connect_failure: Option<String>,
    /// Whether the connector was seen not connected since that failure.
    pub(super) was_apart: bool,
    /// How the relay did since it was connected.
    pub(super) relay: Option<Relay>,
}

/// How the relay to a connector did when it was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Relay {
    /// The MCP server answered.
    Works,
    /// The MCP server does not take the platform's token.
    Refused,
    /// It failed otherwise; status and words.
    Failed(String),
}

impl Remembered {
    /// What is known of a connector, which is now as the platform says. What was found out while it was
    /// connected ends with that state, and a failure to connect ends with success. The platform leaves the
    /// state as it was when it fails, so that one that was connected already has not succeeded by that.
    pub(super) fn of(&self, connector: &Connector) -> Known {
        let mut all = self.lock();
        let Some(known) = all.get_mut(&plain_id(connector.id())) else {
            return Known::default();
        };
        if connector.is_connected() {
            known.consent_until = None;
            if known.was_apart || known.relay == Some(Relay::Works) {
                known.connect_failure = None;
            }
        } else {
            known.relay = None;
        }
        known.was_apart = !connector.is_connected();
        known.clone()
    }

    /// Notes that the platform failed to connect a connector, and what it said. How the relay did before
    /// tells nothing of it now.
    pub(super) fn note_failure(&self, id: &str, words: String) {
        self.note(id, |known| {
            known.connect_failure = Some(words);
            known.was_apart = false;
            known.relay = None;
        });
    }

    /// Changes what is known of a connector.
    pub(super) fn note(&self, id: &str, change: impl FnOnce(&mut Known)) {
        change(self.lock().entry(plain_id(id)).or_default());
    }

    /// A connector that is gone, or begins anew.
    pub(super) fn forget(&self, id: &str) {
        self.lock().remove(&plain_id(id));
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

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
