use std::time::Duration;

use serde_json::{Map, Value, json};

use super::*;
use crate::tenex::quirks::settings::Settings;
use crate::tenex::quirks::table::Table;
use crate::testing::answer;

fn wire(mut members: Value) -> Connector {
    members["id"] = json!("con_1");
    members["provider"] = json!("gmail");
    Connector::read(&answer(&members), "get").unwrap()
}

fn states() -> States {
    Table::read(&Settings(&Map::new())).unwrap().states
}

fn now() -> Timestamp {
    Timestamp::parse("2026-10-21T07:27:30Z").unwrap()
}

/// Source: 10ex contract, section 7.
#[test]
fn each_row_of_the_state_mapping_holds() {
    use Status::{Authorizing, Disabled, Disconnected, Failing, Ready, Unknown};
    let needed = Status::NeedsAuthorization;
    let none = Observation::default();
    let until = |seconds| Observation {
        consent_until: Some(now() + Duration::from_secs(seconds)),
        ..Observation::default()
    };
    let tested = |test| Observation {
        test: Some(test),
        ..Observation::default()
    };
    let failed = tested(Err("401 from provider".to_owned()));
    let worked = tested(Ok(()));
    let error = json!({"code": "token_expired", "message": "Sign in again"});
    let reauth_error = json!({"status": "needs_reauth", "error": error});
    let status_error = json!({"status": "error", "error": error});
    let health_error = json!({"status": "connected", "health": "failing", "error": error});
    let null_health = json!({"status": "connected", "health": null});
    let word = |status: &str| json!({"status": status});
    let is = |status: &str, health: &str| json!({"status": status, "health": health});
    let (unauthorized, untested) = ("401 from provider", "connected, not tested");
    // An empty reason stands for none.
    let row = |members: Value, found: &Observation, status: Status, reason: &str| {
        let mapped = connector(wire(members.clone()), &states(), found, now());
        let mapped = (mapped.status, mapped.reason.as_deref());
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        assert_eq!(mapped, (status, reason), "{members}");
    };
    row(is("disabled", "ok"), &none, Disabled, "");
    row(word("revoked"), &none, Disconnected, "revoked");
    row(word("pending"), &none, Authorizing, "");
    row(word("pending"), &until(1), Authorizing, "");
    row(word("pending"), &until(0), needed, "sign-in timed out");
    row(reauth_error, &none, needed, "Sign in again");
    row(word("needs_reauth"), &none, needed, "");
    row(status_error, &none, Failing, "Sign in again");
    row(health_error, &worked, Failing, "Sign in again");
    row(is("connected", "failing"), &failed, Failing, unauthorized);
    row(is("connected", "ok"), &failed, Failing, unauthorized);
    row(is("connected", "ok"), &none, Ready, "");
    row(is("connected", "degraded"), &none, Ready, "degraded");
    row(null_health, &worked, Ready, "");
    row(is("connected", "unknown"), &none, Unknown, untested);
    row(word("connected"), &none, Unknown, untested);
    row(word("warming_up"), &none, Unknown, "warming_up");
}

#[test]
fn words_of_the_settings_decide() {
    let settings = json!({"status.success": ["live"], "status.pending": "waiting", "status.failure": ["broken"]});
    let states = Table::read(&Settings(settings.as_object().unwrap()))
        .unwrap()
        .states;
    let status = |word: &str| {
        let members = json!({"status": word, "health": "ok"});
        connector(wire(members), &states, &Observation::default(), now()).status
    };
    assert_eq!(status("live"), Status::Ready);
    assert_eq!(status("waiting"), Status::Authorizing);
    assert_eq!(status("broken"), Status::Failing);
    assert_eq!(status("connected"), Status::Unknown);
}

#[test]
fn a_connector_is_told_in_our_words() {
    let members = json!({
        "status": "connected", "auth_type": "oauth", "account_label": "ops@acme.com",
        "created_at": "2026-05-08T14:22:01Z", "last_checked_at": "2026-05-08T14:30:00Z",
        "name": null
    });
    let mapped = connector(wire(members), &states(), &Observation::default(), now());
    assert_eq!(mapped.name, "gmail");
    assert_eq!(mapped.title.as_deref(), Some("gmail (ops@acme.com)"));
    assert_eq!(mapped.credential.as_deref(), Some("ops@acme.com"));
    assert_eq!(mapped.level, Some(Level::User));
    assert_eq!(mapped.methods, [AuthenticationMethod::Oauth]);
    assert_eq!(mapped.word.as_deref(), Some("connected"));
    assert_eq!(mapped.created_at, Timestamp::parse("2026-05-08T14:22:01Z"));
    assert_eq!(mapped.checked_at, Timestamp::parse("2026-05-08T14:30:00Z"));
}

/// Source: 10ex contract, section 3, "Polling"; RFC 6749, section 4.1.2.1.
#[test]
fn a_consent_was_refused_where_the_platform_says_so_and_failed_elsewhere() {
    let state = |members: Value| consent(&serde_json::from_value(members).unwrap(), &states());
    assert_eq!(state(json!({"status": "pending"})), ConsentState::Waiting);
    assert_eq!(state(json!({"status": "connected"})), ConsentState::Given);
    for (code, is_refusal) in [("access_denied", true), ("server_error", false)] {
        let error = json!({"code": code, "message": "It said no"});
        let reason = "It said no".to_owned();
        assert_eq!(
            state(json!({"status": "error", "error": error})),
            ConsentState::Ended { reason, is_refusal }
        );
    }
}
