//! What a caller may ask for besides the operation's own arguments.

use std::future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use patchbay_model::{Secret, Timestamp};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::{Capture, RetryPolicy};

/// How far a call is.
#[derive(Clone, Debug, PartialEq)]
pub struct CallProgress {
    /// How far, in the tool's own unit.
    pub progress: f64,
    /// How much there is, where the tool says so.
    pub total: Option<f64>,
    /// In words, cleaned.
    pub message: Option<String>,
}

/// Hears how far a call is, in order and never backwards; must not block.
pub type OnProgress = Arc<dyn Fn(CallProgress) + Send + Sync>;

/// Options of one call; the same for every operation of every platform. `Debug` leaves out what may hold
/// secrets.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// Longest time until the answer to one attempt begins, and then from one piece of it to the next, as
    /// the platforms' own clients have it; `None` for the operation's own.
    pub timeout: Option<Duration>,
    /// How often a failure is repeated; `None` for what the platform's contract says.
    pub retries: Option<Retries>,
    /// Longest wait for the next attempt: where more is asked for, the refusal is the answer at once;
    /// `None` to wait as long as the platform's contract says.
    pub max_retry_wait: Option<Duration>,
    /// Headers that replace those of the same name, in any letter case. They may hold secrets.
    pub headers: Vec<(String, Secret)>,
    /// Secrets among what is given beside the operation's own arguments, to be taken out of what the server
    /// says.
    pub secrets: Vec<Secret>,
    /// Query parameters that are appended: a list repeats its name, an object gives `name[key]`, and
    /// null is left out.
    pub query: Vec<(String, Value)>,
    /// Members of the JSON body that override the operation's own.
    pub body: Map<String, Value>,
    /// Name of the connector's credential that a tool is to be called with; `None` for its default. Of no
    /// effect but where a platform's tools take one.
    pub credential: Option<String>,
    /// A token that is still good, so that no exchange of credentials comes first. Of no effect where
    /// nothing is exchanged, and where the account has a good token already.
    pub cached_token: Option<CachedToken>,
    /// Refuses to be pointed to another origin, whose answer would say nothing of the credentials: they do
    /// not go there.
    pub same_origin_only: bool,
    /// Brings back what was on the wire, beside the data.
    pub capture: Capture,
    /// Brings back what was sent as credentials, so that it is hidden in what is shown.
    pub sent: SentSecrets,
    /// Asks the service behind the platform anew, where that keeps what the service said before.
    pub anew: bool,
    /// Hears how far a call is that tells; `None` where nobody listens. Of no effect but where a platform passes
    /// on what its tools say.
    pub progress: Option<OnProgress>,
    /// Stops the call, also while it waits for the next attempt; `None` when nobody will.
    pub cancel: Option<CancellationToken>,
}

impl std::fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("max_retry_wait", &self.max_retry_wait)
            .field("credential", &self.credential)
            .field("same_origin_only", &self.same_origin_only)
            .finish_non_exhaustive()
    }
}

impl CallOptions {
    /// Waits until the call is to stop.
    pub async fn cancelled(&self) {
        match &self.cancel {
            Some(cancel) => cancel.cancelled().await,
            None => future::pending().await,
        }
    }

    /// What stops the call, for whoever takes it along.
    pub fn stop(&self) -> CancellationToken {
        self.cancel.clone().unwrap_or_default()
    }
}

/// A token from an earlier exchange of credentials.
#[derive(Clone, Debug)]
pub struct CachedToken {
    /// The token itself, without a scheme.
    pub token: Secret,
    /// When it is no longer used.
    pub good_until: Timestamp,
}

/// Credentials that a call sent, also those that were had for it, such as a token; kept where they are
/// [wanted](SentSecrets::enabled). Clones are the same.
#[derive(Clone, Default)]
pub struct SentSecrets(Option<Arc<Mutex<Vec<Secret>>>>);

impl SentSecrets {
    /// Keeps them; by default nothing is kept.
    pub fn enabled() -> Self {
        Self(Some(Arc::default()))
    }

    /// What was sent until now.
    pub fn all(&self) -> Vec<Secret> {
        let kept = self.0.as_ref();
        let kept = kept.map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner).clone());
        kept.unwrap_or_default()
    }

    pub(super) fn record(&self, credentials: &[(String, Secret)]) {
        if let Some(kept) = &self.0 {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(credentials.iter().map(|(_, secret)| secret.clone()));
        }
    }
}

impl std::fmt::Debug for SentSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentSecrets").finish_non_exhaustive()
    }
}

/// How often a failure is repeated. What an operation must not repeat stays unrepeated.
#[derive(Clone, Debug)]
pub enum Retries {
    /// So many times, otherwise by the platform's rules; of no effect where they name no status.
    Times(u32),
    /// By these rules in place of the platform's.
    Policy(RetryPolicy),
}

/// The pairs that a query parameter of free JSON stands for.
pub(super) fn query_pairs(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        Value::Bool(_) | Value::Number(_) => vec![(name.to_owned(), value.to_string())],
        Value::Array(items) => items
            .iter()
            .flat_map(|item| query_pairs(name, item))
            .collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| query_pairs(&format!("{name}[{key}]"), member))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn debug_hides_what_may_hold_secrets() {
        let options = CallOptions {
            query: vec![("key".to_owned(), json!("hunter2"))],
            body: Map::from_iter([("pin".to_owned(), json!("hunter2"))]),
            headers: vec![("x-key".to_owned(), Secret::new("hunter2"))],
            secrets: vec![Secret::new("hunter2")],
            ..CallOptions::default()
        };
        let path = crate::Path::new("/a");
        let request = crate::Request::new(http::Method::POST, path)
            .query("key", "hunter2")
            .header("x-key", "hunter2")
            .json(&json!({"pin": "hunter2"}))
            .unwrap();
        let shown = format!("{options:?} {request:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    /// Source: trace `list-extra-query` of the Cohere contract.
    #[test]
    fn lists_repeat_objects_nest_and_null_is_left_out() {
        let given = json!({"tag": ["a", "b"], "f": {"x": true}, "n": null, "i": 2});
        let pairs: Vec<_> = given
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(name, value)| query_pairs(name, value))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut pairs = pairs;
        pairs.sort();
        assert_eq!(pairs, ["f[x]=true", "i=2", "tag=a", "tag=b"]);
    }
}
