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
    use Status::{Authorizing, Disconnected, Failing, Ready, Unknown};
    let relay = |relay| Observation {
        relay: Some(relay),
        ..Observation::default()
    };
    let consenting = |seconds| Observation {
        consent_until: Some(start() + Duration::from_secs(seconds)),
        ..Observation::default()
    };
    let error = "Connector has returned an error";
    let failed = Observation {
        connect_failure: Some(error.to_owned()),
        ..Observation::default()
    };
    let needed = Status::NeedsAuthorization;
    let none = Observation::default();
    let (works, refused) = (relay(Relay::Works), relay(Relay::Refused));
    let bad_gateway = relay(Relay::Failed("status 502".to_owned()));
    let unused = "connected, tools not loaded";
    let rejected = "token rejected by the server";
    // An empty reason stands for none.
    let row = |state: &str, known: &Observation, status: Status, reason: &str| {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        let mapped = map_connector(state, known);
        assert_eq!(mapped, (status, reason), "{state} {known:?}");
    };
    row("created", &none, needed, "not connected");
    row("created", &consenting(1), Authorizing, "");
    row("created", &consenting(0), needed, "not connected");
    row("auth_required", &none, needed, "");
    row("auth_required", &consenting(1), Authorizing, "");
    row("connected", &works, Ready, "");
    row("connected", &none, Unknown, unused);
    row("connected", &refused, needed, rejected);
    row("connected", &bad_gateway, Failing, "status 502");
    row("disconnected", &none, Disconnected, "Client request");
    row("created", &failed, needed, error);
    row("auth_required", &failed, needed, error);
    row("disconnected", &failed, Disconnected, error);
    row("connected", &failed, Unknown, error);
    row("paused", &none, Unknown, "paused");
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
