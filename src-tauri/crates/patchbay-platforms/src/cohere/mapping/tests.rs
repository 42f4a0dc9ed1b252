use std::time::Duration;

use serde_json::json;

use super::*;

fn wire(mut members: Value) -> Connector {
    members["id"] = json!("intranet-9kx2");
    serde_json::from_value(members).unwrap()
}

fn mapped(members: Value, found: &Observation) -> RemoteConnector {
    connector(&wire(members), Value::Null, found, now())
}

fn now() -> Timestamp {
    Timestamp::parse("2026-10-21T07:27:30Z").unwrap()
}

fn stated(members: Value, found: &Observation) -> (Status, Option<String>) {
    let mapped = mapped(members, found);
    (mapped.status, mapped.reason)
}

/// Source: Cohere contract, section 10.
#[test]
fn each_row_of_the_state_mapping_holds() {
    use Status::{Authorizing, Disabled, Failing, Ready, Unknown};
    let needed = Status::NeedsAuthorization;
    let none = Observation::default();
    let consenting = Observation {
        consent_until: Some(now() + Duration::from_secs(1)),
        ..Observation::default()
    };
    let failed = Observation {
        test: Some(Err("no such index".to_owned())),
        ..Observation::default()
    };
    let configured = json!({"oauth": {"scope": "a"}});
    let unset = json!({"auth_type": "oauth", "auth_status": null});
    let oauth = |status: &str| json!({"auth_type": "oauth", "auth_status": status});
    // An empty reason stands for none.
    let row = |members: Value, found: &Observation, status: Status, reason: &str| {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        let stated = stated(members.clone(), found);
        assert_eq!(stated, (status, reason), "{members}");
    };
    row(json!({"active": false}), &consenting, Disabled, "");
    row(configured.clone(), &consenting, Authorizing, "");
    row(configured.clone(), &none, needed, "not signed in");
    row(configured, &failed, needed, "not signed in");
    row(oauth(""), &none, needed, "not signed in");
    row(unset, &none, needed, "not signed in");
    row(oauth("expired"), &none, needed, "expired");
    row(oauth("revoked"), &none, Unknown, "revoked");
    row(oauth("valid"), &failed, Failing, "no such index");
    row(oauth("valid"), &consenting, Ready, "");
    row(json!({"auth_type": "service_auth"}), &none, Ready, "");
    row(json!({}), &none, Ready, "");
}

#[test]
fn a_connector_is_told_in_our_words() {
    let mapped = mapped(
        json!({
            "name": "In\ntranet", "description": "One\u{7}\ntwo", "url": "https://s.test/search",
            "auth_type": "oauth", "auth_status": "valid",
            "created_at": "2026-03-04T05:06:07+02:00", "updated_at": "yesterday"
        }),
        &Observation::default(),
    );
    assert_eq!(mapped.name, "In tranet");
    assert_eq!(mapped.description.as_deref(), Some("One\ntwo"));
    assert_eq!(mapped.endpoint.as_deref(), Some("https://s.test/search"));
    assert_eq!(mapped.methods, [AuthenticationMethod::Oauth]);
    assert_eq!(mapped.level, Some(Level::User));
    assert_eq!(mapped.word.as_deref(), Some("valid"));
    assert_eq!(mapped.created_at, Timestamp::parse("2026-03-04T03:06:07Z"));
    assert_eq!(mapped.updated_at, None);
    let nameless = connector(
        &wire(json!({})),
        Value::Null,
        &Observation::default(),
        now(),
    );
    assert_eq!(nameless.name, "intranet-9kx2");
}
