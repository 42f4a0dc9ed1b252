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
