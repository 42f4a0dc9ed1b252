//! What happened here to connectors of an account, where the platform does not tell.
//!
//! Source: Mistral contract, section 13, rows 2 to 8.

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::observations::Observations;
use crate::{Error, Result};

/// What happened to one connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Observation {
    /// Whether it was switched off for the user, and not on again.
    pub(crate) is_switched_off: bool,
    /// Until when a page that was asked for can be used.
    pub(crate) page_until: Option<Timestamp>,
    /// The credential that the consent under way is to bring, where it was named.
    pub(crate) awaited: Option<ExpectedCredential>,
    /// How the last list of its tools ended; `None` before the first.
    pub(crate) tools: Option<ToolListOutcome>,
    /// What the platform last said of the user's own sign-in, which its lists leave out; no secrets. `None`
    /// before it was asked.
    pub(crate) user_data: Option<Map<String, Value>>,
}

/// A credential that a consent is to bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExpectedCredential {
    /// Its name.
    pub(crate) name: String,
    /// What the platform showed of it before; `None` when there was none.
    pub(crate) before: Option<Value>,
}

/// How a list of tools ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ToolListOutcome {
    /// With tools.
    Well,
    /// With 401.
    Unauthorized,
    /// Otherwise, in the platform's words.
    Failed(String),
}

impl ToolListOutcome {
    /// What an outcome says of the connector; `None` when it says nothing.
    pub(crate) fn of<T>(outcome: &Result<T>) -> Option<Self> {
        Some(match outcome {
            Ok(_) => Self::Well,
            Err(Error::Unauthorized { .. }) => Self::Unauthorized,
            // What was not sent, was stopped, or is slow for everyone, says nothing of it.
            Err(Error::Usage(_) | Error::Cancelled | Error::RateLimited { .. }) => return None,
            Err(error) => Self::Failed(error.words()),
        })
    }
}

impl Observations<Observation> {
    /// What is known under any of the connector's names; the first that knows a thing tells it.
    pub(crate) fn of_any(&self, names: [&str; 2]) -> Observation {
        let [first, other] = names.map(|name| self.of(name));
        Observation {
            is_switched_off: first.is_switched_off || other.is_switched_off,
            page_until: first.page_until.max(other.page_until),
            awaited: first.awaited.or(other.awaited),
            tools: first.tools.or(other.tools),
            user_data: first.user_data.or(other.user_data),
        }
    }
}
