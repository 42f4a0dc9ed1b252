//! Options of a call besides the operation's own arguments.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use patchbay_model::{Secret, Timestamp, debug_fields};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::{Capture, RetryPolicy};

/// Progress of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallProgress {
    /// Progress so far, in the tool's own unit.
    pub progress: f64,
    /// The total in the same unit, if the tool knows it.
    pub total: Option<f64>,
    /// A message for people, cleaned.
    pub message: Option<String>,
}

/// Progress callback: called in order, never backwards; must not block.
pub type OnProgress = Arc<dyn Fn(CallProgress) + Send + Sync>;

/// Options of one call; the same for every operation of every platform. `Debug` leaves out what may contain
/// secrets.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// Time limit of each attempt until its response begins, and of each wait between two pieces of the response, as
    /// in the platforms' own clients; `None` for the operation's default.
    pub timeout: Option<Duration>,
    /// How often a failure is retried; `None` for the platform's default.
    pub retries: Option<Retries>,
    /// Maximum wait before a retry: if more is required, the call fails at once; `None` to wait as long as the
    /// platform's contract says.
    pub max_retry_wait: Option<Duration>,
    /// Headers that replace those of the same name, in any letter case. They may contain secrets.
    pub headers: Vec<(String, Secret)>,
    /// Secrets among these options, to be redacted in error responses.
    pub secrets: Vec<Secret>,
    /// Query parameters to append: a list repeats its name, an object gives `name[key]`, and null is left out.
    pub query: Vec<(String, Value)>,
    /// Properties of the JSON body that override the operation's own.
    pub body: Map<String, Value>,
    /// Name of the connector's credential with which a tool is called; `None` for its default. Ignored unless the
    /// platform's tools take one.
    pub credential: Option<String>,
    /// A token that is still valid, so that no credentials have to be exchanged first. Ignored if the platform
    /// exchanges none, or the account has a valid token already.
    pub cached_token: Option<CachedToken>,
    /// Refuses redirects to another origin: credentials aren't sent there, so its response would not prove them.
    pub same_origin_only: bool,
    /// Captures the request and the response.
    pub capture: Capture,
    /// Collects the credentials that were sent, so that they can be redacted.
    pub sent: SentSecrets,
    /// Bypasses a cache that the platform has in front of a service.
    pub anew: bool,
    /// Progress callback. Ignored unless the platform passes on the progress of its tools.
    pub progress: Option<OnProgress>,
    /// Cancels the call, also while it waits for a retry.
    pub cancel: Option<CancellationToken>,
}

debug_fields! { CallOptions: timeout, retries, max_retry_wait, credential, same_origin_only }

impl CallOptions {
    /// Waits until the call is cancelled.
    pub async fn cancelled(&self) {
        match &self.cancel {
            Some(cancel) => cancel.cancelled().await,
            None => future::pending().await,
        }
    }

    /// The token that cancels the call; one that never does if there is none.
    pub fn stop(&self) -> CancellationToken {
        self.cancel.clone().unwrap_or_default()
    }
}

/// A token from an earlier exchange of credentials.
#[derive(Clone, Debug)]
pub struct CachedToken {
    /// The token, without a scheme.
    pub token: Secret,
    /// When it is no longer used.
    pub good_until: Timestamp,
}

/// Collects the credentials that a call sent, including tokens that were obtained for it, if
/// [enabled](SentSecrets::enabled). Clones share them.
#[derive(Clone, Default)]
pub struct SentSecrets(Option<Arc<Mutex<Vec<Secret>>>>);

impl SentSecrets {
    /// Collects credentials; the default collects nothing.
    pub fn enabled() -> Self {
        Self(Some(Arc::default()))
    }

    /// The credentials sent so far.
    pub fn all(&self) -> Vec<Secret> {
        let sent = self.0.as_ref();
        sent.map(|sent| sent.lock().clone()).unwrap_or_default()
    }

    pub(super) fn record(&self, credentials: &[(String, Secret)]) {
        if let Some(sent) = &self.0 {
            let secrets = credentials.iter().map(|(_, secret)| secret.clone());
            sent.lock().extend(secrets);
        }
    }
}

debug_fields! { SentSecrets: }

/// How often a failure is retried. An operation that must not be repeated is never retried.
#[derive(Clone, Debug)]
pub enum Retries {
    /// That many times, otherwise by the platform's policy; without effect if that names no status.
    Times(u32),
    /// By this policy instead of the platform's.
    Policy(RetryPolicy),
}

/// The query parameters that JSON expands to.
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
