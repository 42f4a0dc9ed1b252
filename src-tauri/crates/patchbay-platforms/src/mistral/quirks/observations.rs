//! What Patchbay observed about connectors that the platform does not report.
//!
//! Source: Mistral contract, section 13, rows 2 to 8.

use patchbay_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::observations::Observations;
use crate::{Error, Result};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Observation {
    /// Whether it was switched off for the user from here.
    pub(crate) is_switched_off: bool,
    /// Expiry of the sign-in page that was requested last.
    pub(crate) page_until: Option<Timestamp>,
    /// The named credential that a pending consent is to create.
    pub(crate) awaited: Option<ExpectedCredential>,
    /// Outcome of the last listing of its tools.
    pub(crate) tools: Option<ToolListOutcome>,
    /// Members about the user's own sign-in, without secrets, which lists leave out.
    pub(crate) user_data: Option<Map<String, Value>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExpectedCredential {
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ToolListOutcome {
    Well,
    Unauthorized,
    /// In the platform's words.
    Failed(String),
}

impl ToolListOutcome {
    /// `None` if the outcome says nothing about the connector.
    pub(crate) fn of<T>(outcome: &Result<T>) -> Option<Self> {
        Some(match outcome {
            Ok(_) => Self::Well,
            Err(Error::Unauthorized { .. }) => Self::Unauthorized,
            // Not sent, cancelled, or limited for the whole account; or the platform itself was not reached.
            Err(
                Error::Usage(_)
                | Error::Cancelled
                | Error::RateLimited { .. }
                | Error::Unreachable { .. }
                | Error::TimedOut { .. }
                | Error::Untrusted(_)
                | Error::PlainHttp { .. },
            ) => return None,
            Err(error) => Self::Failed(error.words()),
        })
    }
}

impl Observations<Observation> {
    /// Observations may be recorded under the id of a connector or under its name.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use patchbay_http::Unreachable;

    use super::*;

    #[test]
    fn an_outage_of_the_platform_says_nothing_about_a_connector() {
        let unreachable = Error::unreachable("api.example", Unreachable::Refused);
        let after = Duration::from_secs(1);
        for error in [unreachable, Error::TimedOut { after }] {
            assert_eq!(ToolListOutcome::of::<()>(&Err(error)), None);
        }
        let refused = Err(Error::Status(Box::default()));
        assert!(ToolListOutcome::of::<()>(&refused).is_some());
    }
}
