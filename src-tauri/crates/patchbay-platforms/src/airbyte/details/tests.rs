use patchbay_model::Timestamp;
use serde_json::Value;

use super::*;

#[test]
fn the_context_store_says_what_is_waited_for() {
    let search_fact = |readiness: Value| {
        let inspected = json!({"context_store_readiness": readiness});
        context_store(&serde_json::from_value(inspected).unwrap())
    };
    assert_eq!(search_fact(json!(null)), "Not used");
    assert_eq!(
        search_fact(json!({"configured_cache_entities": [
            {"entity": "issues", "ready_for_search": true},
            {"entity": "users", "ready_for_search": false}
        ]})),
        "1 of 2 entities ready · waiting for users"
    );
    assert_eq!(
        search_fact(
            json!({"configured_cache_entities": [{"entity": "a", "ready_for_search": true}]})
        ),
        "1 of 1 entities ready"
    );
}

#[test]
fn the_last_check_is_told_in_the_platforms_word() {
    let now = Timestamp::from_unix_millis(0).unwrap();
    let mut last = None;
    for (answer, told) in [
        (json!({"status": "succeeded"}), "succeeded"),
        (json!({"status": "running"}), "running: checking"),
        (
            json!({"status": "failed", "error_message": "No route"}),
            "failed: No route",
        ),
        (json!({"status": "skipped"}), "skipped"),
        (json!({}), "No result: check returned no result"),
    ] {
        let result = serde_json::from_value(answer).unwrap();
        let record = CheckRecord::after(last, &result, now);
        let [outcome, _] = last_check(Some(record.clone()));
        assert_eq!(outcome.unwrap().value, told);
        last = Some(record);
    }
}
