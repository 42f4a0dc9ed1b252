//! What happened here to connectors of an account, where the platform does not tell.
//!
//! Source: Mistral contract, section 13, rows 2 to 8.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;

/// Kept for as long as the account is signed in to, by id or name, as each call named the connector.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<String, Remembered>>);

/// What happened to one connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Remembered {
    /// Whether it was switched off for the user, and not on again.
    pub(super) is_switched_off: bool,
    /// Until when a page that was asked for can be used.
    pub(super) page_until: Option<Timestamp>,
    /// The credential that the consent under way is to bring, where it was named.
    pub(super) awaited: Option<Awaited>,
    /// How the last list of its tools ended; `None` before the first.
    pub(super) tools: Option<Listed>,
    /// What the platform last said of the user's own sign-in, which its lists leave out; no secrets. `None`
    /// before it was asked.
    pub(super) user_data: Option<Map<String, Value>>,
}

/// A credential that a consent is to bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Awaited {
    /// Its name.
    pub(super) name: String,
    /// What the platform showed of it before; `None` when there was none.
    pub(super) before: Option<Value>,
}

/// How a list of tools ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Listed {
    /// With tools.
    Well,
    /// With 401.
    Unauthorized,
    /// Otherwise, in the platform's words.
    Failed(String),
}

impl Listed {
    /// What an outcome says of the connector; `None` when it says nothing.
    pub(super) fn of<T>(outcome: &Result<T, Error>) -> Option<Self> {
        Some(match outcome {
            Ok(_) => Self::Well,
            Err(Error::Unauthorized { .. }) => Self::Unauthorized,
            // What was not sent, was stopped, or is slow for everyone, says nothing of it.
            Err(Error::Usage(_) | Error::Cancelled | Error::RateLimited { .. }) => return None,
            Err(error) => Self::Failed(error.words()),
        })
    }
}

impl Memory {
    /// What is remembered under any of the connector's names; the first that knows a thing tells it.
    pub(super) fn of(&self, names: &[&str]) -> Remembered {
        let memory = self.lock();
        let mut found = names.iter().filter_map(|name| memory.get(*name));
        let Some(mut first) = found.next().cloned() else {
            return Remembered::default();
        };
        for other in found {
            first.is_switched_off |= other.is_switched_off;
            first.page_until = first.page_until.max(other.page_until);
            first.awaited = first.awaited.or_else(|| other.awaited.clone());
            first.tools = first.tools.or_else(|| other.tools.clone());
            first.user_data = first.user_data.or_else(|| other.user_data.clone());
        }
        first
    }

    /// Changes what is remembered.
    pub(super) fn note(&self, name: &str, change: impl FnOnce(&mut Remembered)) {
        change(self.lock().entry(name.to_owned()).or_default());
    }

    /// A connector that is gone.
    pub(super) fn forget(&self, name: &str) {
        self.lock().remove(name);
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

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
