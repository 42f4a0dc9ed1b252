//! Airbyte's words in ours.
//!
//! Source: Airbyte contract, section 9, state mapping.

use patchbay_http::text;
use patchbay_model::{Json, RemoteId, Status, Timestamp, Visibility, clean_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Connector;
use crate::RemoteConnector;

/// How a connector is, in our word and in the platform's, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) word: Option<String>,
    pub(super) reason: Option<String>,
}

/// Nobody has checked it: credentials are not verified when they are given.
pub(super) fn unchecked() -> State {
    State {
        status: Status::Unknown,
        word: None,
        reason: Some("not checked yet".to_owned()),
    }
}

/// Its deletion was accepted, and it is still in the list.
pub(super) fn leaving() -> State {
    State {
        status: Status::Disconnected,
        word: None,
        reason: Some("being deleted".to_owned()),
    }
}

/// What the answer of a check says, after how it was before.
pub(super) fn checked(answer: &Value, before: State) -> State {
    let word = text::filled(&answer["status"]).map(|word| clean_text(word, 100));
    let (status, reason) = match word.as_deref() {
        Some("succeeded") => (Status::Ready, None),
        Some("failed") if is_refused_by_provider(answer) => {
            (Status::NeedsAuthorization, failure(answer))
        }
        Some("failed") => (Status::Failing, failure(answer)),
        Some("pending" | "running") => (before.status, Some("checking".to_owned())),
        Some(other) => (Status::Unknown, Some(other.to_owned())),
        None => (Status::Unknown, Some("the check gave no result".to_owned())),
    };
    State {
        status,
        word,
        reason,
    }
}

fn failure(answer: &Value) -> Option<String> {
    ["error_message", "failure_reason"]
        .into_iter()
        .find_map(|member| text::filled(&answer[member]))
        .map(|words| clean_text(words, 500).trim_end_matches('.').to_owned())
}

/// Whether the provider refused the credentials: its 401 or 403, or a refresh token that lapsed.
///
/// The contract gives no member for it, so the words and numbers of the failed parts are looked at.
fn is_refused_by_provider(answer: &Value) -> bool {
    ["error_message", "failure_reason", "entity_check_results"]
        .into_iter()
        .any(|member| names_refusal(&answer[member]))
}

fn names_refusal(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let text = text.to_lowercase();
            let mut numbers = text.split(|sign: char| !sign.is_ascii_alphanumeric());
            numbers.any(|number| matches!(number, "401" | "403"))
                || ["invalid_grant", "refresh token", "refresh_token"]
                    .into_iter()
                    .any(|words| text.contains(words))
        }
        Value::Number(number) => matches!(number.as_u64(), Some(401 | 403)),
        Value::Array(items) => items.iter().any(names_refusal),
        Value::Object(members) => members.values().any(names_refusal),
        Value::Null | Value::Bool(_) => false,
    }
}

/// An item of the list, or a detail.
pub(super) fn connector(connector: Connector, state: State) -> RemoteConnector {
    let time = |member| connector.text(member).and_then(Timestamp::parse);
    let name = connector.text("name").map(|name| clean_text(name, 200));
    let kind = connector.kind().map(|kind| clean_text(kind, 200));
    RemoteConnector {
        remote_id: RemoteId::new(connector.id()),
        name: name
            .or_else(|| kind.clone())
            .unwrap_or_else(|| clean_text(connector.id(), 200)),
        title: None,
        description: kind,
        endpoint: None,
        // Whoever reaches the workspace reaches its connectors.
        visibility: Visibility::Workspace,
        status: state.status,
        word: state.word,
        reason: state.reason,
        methods: Vec::new(),
        credential: None,
        level: None,
        expires_at: None,
        created_at: time("created_at"),
        updated_at: time("updated_at"),
        native: Json(Value::Object(connector.into_json())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::airbyte::tests::any_json;

    fn after(answer: Value) -> (Status, Option<String>) {
        let before = State {
            status: Status::Ready,
            word: None,
            reason: None,
        };
        let state = checked(&answer, before);
        (state.status, state.reason)
    }

    #[test]
    fn each_word_of_a_check_has_its_state() {
        let reason = |text: &str| Some(text.to_owned());
        for (answer, expected) in [
            (json!({"status": "succeeded"}), (Status::Ready, None)),
            (
                json!({"status": "failed", "error_message": "No route.", "failure_reason": "x"}),
                (Status::Failing, reason("No route")),
            ),
            (
                json!({"status": "failed", "error_message": null, "failure_reason": "x"}),
                (Status::Failing, reason("x")),
            ),
            (
                json!({"status": "failed", "error_message": "HTTP 401: Bad credentials"}),
                (
                    Status::NeedsAuthorization,
                    reason("HTTP 401: Bad credentials"),
                ),
            ),
            (
                json!({"status": "failed", "entity_check_results": [{"status_code": 403}]}),
                (Status::NeedsAuthorization, None),
            ),
            (
                json!({"status": "failed", "failure_reason": "invalid_grant"}),
                (Status::NeedsAuthorization, reason("invalid_grant")),
            ),
            (
                json!({"status": "failed", "error_message": "row 14015"}),
                (Status::Failing, reason("row 14015")),
            ),
            (
                json!({"status": "pending"}),
                (Status::Ready, reason("checking")),
            ),
            (
                json!({"status": "running"}),
                (Status::Ready, reason("checking")),
            ),
            (
                json!({"status": "skipped"}),
                (Status::Unknown, reason("skipped")),
            ),
            (
                json!({"status": "new word"}),
                (Status::Unknown, reason("new word")),
            ),
            (
                json!({"status": null}),
                (Status::Unknown, reason("the check gave no result")),
            ),
        ] {
            assert_eq!(after(answer.clone()), expected, "{answer}");
        }
    }

    #[test]
    fn a_sparse_connector_is_shown_all_the_same() {
        let sparse = Connector::read(json!({"id": 7, "future": 1})).unwrap();
        let sparse = connector(sparse, unchecked());
        assert_eq!(sparse.remote_id.as_str(), "7");
        assert_eq!(sparse.name, "7");
        assert_eq!(sparse.native["future"], 1);
        assert_eq!(sparse.status, Status::Unknown);
    }

    proptest! {
        #[test]
        fn any_answer_of_a_check_has_a_state(answer in any_json()) {
            let _ = checked(&answer, unchecked());
        }

        #[test]
        fn any_connector_is_shown(mut json in any_json()) {
            if let Some(members) = json.as_object_mut() {
                members.insert("id".to_owned(), json!("a"));
                let shown = connector(Connector::read(json).unwrap(), unchecked());
                prop_assert!(!shown.name.is_empty());
            }
        }
    }
}
