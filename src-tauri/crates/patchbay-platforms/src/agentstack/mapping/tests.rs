use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::agentstack::platform::tests::any_json;
use crate::form::test_support::with_members;

fn start() -> Timestamp {
    Timestamp::parse("2026-10-21T07:27:30Z").unwrap()
}

fn wire(more: Value) -> Connector {
    let json = json!({"id": "a", "url": "https://mcp.example.com:8443/mcp", "state": "created"});
    Connector::of(with_members(json, more)).unwrap()
}

fn map_connector(state: &str, known: &Observation) -> (Status, Option<String>) {
    let wire = wire(json!({"state": state, "disconnect_reason": "Client\u{7} request"}));
    let shown = connector(wire, known, start());
    assert_eq!(shown.word.as_deref(), Some(state));
    (shown.status, shown.reason)
}

#[test]
fn each_row_of_the_table_holds() {
    let relay = |relay| Observation {
        relay: Some(relay),
        ..Observation::default()
    };
    let consenting = |seconds| Observation {
        consent_until: Some(start() + Duration::from_secs(seconds)),
        ..Observation::default()
    };
    let failed = Observation {
        connect_failure: Some("Connector has returned an error".to_owned()),
        ..Observation::default()
    };
    let nothing = Observation::default();
    let (needed, failing) = (Status::NeedsAuthorization, Status::Failing);
    for (state, known, status, reason) in [
        ("created", &nothing, needed, "not connected"),
        ("created", &consenting(1), Status::Authorizing, ""),
        ("created", &consenting(0), needed, "not connected"),
        ("auth_required", &nothing, needed, ""),
        ("auth_required", &consenting(1), Status::Authorizing, ""),
        ("connected", &relay(Relay::Works), Status::Ready, ""),
        (
            "connected",
            &nothing,
            Status::Unknown,
            "connected, tools not loaded",
        ),
        (
            "connected",
            &relay(Relay::Refused),
            needed,
            "token rejected by the server",
        ),
        (
            "connected",
            &relay(Relay::Failed("status 502".to_owned())),
            failing,
            "status 502",
        ),
        (
            "disconnected",
            &nothing,
            Status::Disconnected,
            "Client request",
        ),
        (
            "created",
            &failed,
            needed,
            "Connector has returned an error",
        ),
        (
            "auth_required",
            &failed,
            needed,
            "Connector has returned an error",
        ),
        (
            "disconnected",
            &failed,
            Status::Disconnected,
            "Connector has returned an error",
        ),
        (
            "connected",
            &failed,
            Status::Unknown,
            "Connector has returned an error",
        ),
        ("paused", &nothing, Status::Unknown, "paused"),
    ] {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        assert_eq!(
            map_connector(state, known),
            (status, reason),
            "{state} {known:?}"
        );
    }
}

#[test]
fn a_connector_is_called_as_its_metadata_says_or_by_its_host() {
    let shown = connector(wire(json!({})), &Observation::default(), start());
    assert_eq!(
        (shown.name.as_str(), shown.title),
        ("mcp.example.com", None)
    );
    let metadata = json!({"name": "Docs\u{202e}", "description": "All\nof them"});
    let shown = connector(
        wire(json!({"metadata": metadata})),
        &Observation::default(),
        start(),
    );
    assert_eq!(
        (shown.name.as_str(), shown.title.as_deref()),
        ("Docs", Some("Docs"))
    );
    assert_eq!(shown.description.as_deref(), Some("All\nof them"));
}

#[test]
fn a_login_that_was_refused_ends_the_consent() {
    let of =
        |state: &str, reason| consent(&wire(json!({"state": state, "disconnect_reason": reason})));
    assert_eq!(of("connected", None), ConsentState::Given);
    assert_eq!(of("auth_required", None), ConsentState::Waiting);
    assert_eq!(of("created", None), ConsentState::Waiting);
    let ended = |reason: &str| ConsentState::Ended {
        reason: reason.to_owned(),
        is_refusal: false,
    };
    assert_eq!(of("disconnected", Some("401\u{1b}[31m")), ended("401 [31m"));
    assert_eq!(of("disconnected", None), ended("disconnected"));
}

#[test]
fn a_preset_is_called_by_its_name_its_host_or_its_url() {
    for (wire, title, endpoint) in [
        (
            json!({"url": "https://mcp.stripe.example/", "metadata": {"name": "Stripe"}}),
            "Stripe",
            Some("https://mcp.stripe.example/"),
        ),
        (
            json!({"url": "https://mcp.stripe.example/", "metadata": null}),
            "mcp.stripe.example",
            Some("https://mcp.stripe.example/"),
        ),
        (json!({"url": "mcp+stdio://github"}), "github", None),
        (json!({"url": "odd"}), "odd", None),
    ] {
        let definition = definition(&Preset::of(wire.clone()).unwrap());
        assert_eq!(definition.title, title, "{wire}");
        assert_eq!(definition.endpoint.as_deref(), endpoint, "{wire}");
        assert_eq!(definition.endpoint_field, None);
    }
}

proptest! {
    #[test]
    fn any_connector_is_shown(more in any_json()) {
        let mut json = json!({"id": "a", "url": "u", "state": "connected"});
        if let Value::Object(members) = more {
            for (name, value) in members {
                if !matches!(name.as_str(), "id" | "url" | "state") {
                    json[name] = value;
                }
            }
        }
        let wire = Connector::of(json).unwrap();
        let _ = consent(&wire);
        prop_assert!(!connector(wire, &Observation::default(), start()).name.is_empty());
    }
}
