use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::airbyte::platform::tests::any_json;

fn after(answer: Value) -> (Status, Option<String>) {
    let ready: CheckResult = serde_json::from_value(json!({"status": "succeeded"})).unwrap();
    let now = Timestamp::from_unix_millis(0).unwrap();
    let before = CheckRecord::after(None, &ready, now);
    let result = serde_json::from_value(answer).unwrap();
    let CheckRecord { state, .. } = CheckRecord::after(Some(before), &result, now);
    (state.status, state.reason)
}

#[test]
fn each_word_of_a_check_has_its_state() {
    let rows = r#"
        {"status": "succeeded"} => ready
        {"status": "failed", "error_message": "No route.", "failure_reason": "x"} => failing: No route
        {"status": "failed", "error_message": null, "failure_reason": "x"} => failing: x
        {"status": "failed", "error_message": "HTTP 401: Bad credentials"} => needs_authorization: HTTP 401: Bad credentials
        {"status": "failed", "entity_check_results": [{"status_code": 401}]} => needs_authorization
        {"status": "failed", "entity_check_results": [{"status_code": 403}]} => failing
        {"status": "failed", "failure_reason": "invalid_grant"} => needs_authorization: invalid_grant
        {"status": "failed", "error_message": "row 14015"} => failing: row 14015
        {"status": "pending"} => ready: checking
        {"status": "running"} => ready: checking
        {"status": "skipped"} => unknown: skipped
        {"status": "new word"} => unknown: new word
        {"status": null} => unknown: check returned no result
    "#;
    for row in rows.trim().lines() {
        let (answer, expected) = row.trim().split_once(" => ").unwrap();
        let (status, reason) = after(answer.parse().unwrap());
        let reason = reason.map(|reason| format!(": {reason}"));
        let mapped = format!("{}{}", status.as_str(), reason.unwrap_or_default());
        assert_eq!(mapped, expected, "{answer}");
    }
}

#[test]
fn a_check_that_has_not_ended_keeps_the_time_of_the_one_before() {
    let [first, second] = [1000, 2000].map(|at| Timestamp::from_unix_millis(at).unwrap());
    let check = |before, word: &str, at| {
        let result = serde_json::from_value(json!({ "status": word })).unwrap();
        CheckRecord::after(before, &result, at)
    };
    let ended = check(None, "succeeded", first);
    assert_eq!(check(Some(ended.clone()), "running", second).at, first);
    assert_eq!(check(Some(ended), "failed", second).at, second);
    assert_eq!(check(None, "pending", second).at, second);
}

fn shown(json: Value) -> RemoteConnector {
    connector(Parsed::of(json).unwrap(), &Observation::default())
}

#[test]
fn a_connector_was_tried_when_it_was_last_checked() {
    let result = serde_json::from_value(json!({"status": "succeeded"})).unwrap();
    let at = Timestamp::from_unix_millis(1000).unwrap();
    let found = Observation {
        check: Some(CheckRecord::after(None, &result, at)),
        ..Observation::default()
    };
    let shown = connector(Parsed::of(json!({"id": "a"})).unwrap(), &found);
    assert_eq!((shown.status, shown.checked_at), (Status::Ready, Some(at)));
}

#[test]
fn a_sparse_connector_is_shown_all_the_same() {
    let sparse = shown(json!({"id": 7, "future": 1}));
    assert_eq!(sparse.remote_id.as_str(), "7");
    assert_eq!(sparse.name, "7");
    assert_eq!(sparse.native["future"], 1);
    assert_eq!(sparse.status, Status::Unknown);
}

#[test]
fn only_sources_with_an_id_are_definitions() {
    let shown = |wire: Value| definition(serde_json::from_value(wire).unwrap());
    let github = shown(json!({
        "sourceDefinitionId": "d-1", "name": "GitHub", "supportLevel": "certified", "custom": null
    }));
    let github = github.unwrap();
    assert_eq!(github.title, "GitHub");
    assert_eq!(github.category.as_deref(), Some("Certified"));
    assert_eq!(
        shown(json!({"sourceDefinitionId": null, "name": "x"})),
        None
    );
    let bare = shown(json!({"sourceDefinitionId": "d-2", "supportLevel": "none"}));
    assert_eq!(bare.unwrap().category, None);
}

proptest! {
    #[test]
    fn any_answer_of_a_check_has_a_state(answer in any_json()) {
        let now = Timestamp::from_unix_millis(0).unwrap();
        if let Ok(result) = serde_json::from_value(answer) {
            let _ = CheckRecord::after(None, &result, now);
        }
    }

    #[test]
    fn any_connector_is_shown(mut json in any_json()) {
        if let Some(members) = json.as_object_mut() {
            members.insert("id".to_owned(), json!("a"));
            let shown = shown(json);
            prop_assert!(!shown.name.is_empty());
        }
    }
}
