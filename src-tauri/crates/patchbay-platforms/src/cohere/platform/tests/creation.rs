//! Creating connectors on a fake.

use serde_json::json;

use super::fixture::{Fixture, app, docs};

#[tokio::test]
async fn each_sign_in_becomes_its_member_of_the_wire() {
    let fixture = Fixture::new().await;
    let service = json!({"kind": "service_auth", "type": "basic", "token": "tok-12345"});
    let mut oauth = app();
    oauth.as_object_mut().unwrap().remove("kind");
    for (given, member, sent) in [
        (json!({"kind": "none"}), None, json!(null)),
        (app(), Some("oauth"), oauth),
        (
            service,
            Some("service_auth"),
            json!({"type": "basic", "token": "tok-12345"}),
        ),
    ] {
        fixture.created(json!({ "authentication": given })).await;
        let mut body = json!({"name": "docs", "url": "https://docs.example/search"});
        if let Some(member) = member {
            body[member] = sent;
        }
        assert_eq!(fixture.sent(), body);
    }
    fixture.over();
}

#[tokio::test]
async fn what_is_left_out_is_not_sent_and_the_rest_is() {
    let fixture = Fixture::new().await;
    let more = json!({
        "description": "Our docs", "excludes": ["text"], "active": false, "continue_on_failure": true,
    });
    fixture.created(more.clone()).await;
    assert_eq!(fixture.sent(), docs(more));
    fixture.over();
}

#[tokio::test]
async fn two_sign_ins_cannot_be_given_together() {
    let fixture = Fixture::new().await;
    let form = fixture.creation_form("search").await.unwrap();
    let validator = jsonschema::validator_for(&form.schema).unwrap();
    let mut both = app();
    both["token"] = "tok-12345".into();
    for wrong in [
        json!({ "authentication": both }),
        json!({"authentication": {"kind": "service_auth", "type": "bearer"}}),
        json!({"authentication": {"kind": "oauth", "client_id": "cid"}}),
        json!({"oauth": {}}),
        json!({"name": ""}),
    ] {
        assert!(!validator.is_valid(&docs(wrong.clone())), "{wrong}");
    }
    for name in ["name", "url"] {
        let mut less = docs(json!({}));
        less.as_object_mut().unwrap().remove(name);
        assert!(!validator.is_valid(&less), "{name}");
    }
    let unknown = fixture.try_create("mcp", docs(json!({}))).await;
    assert_eq!(unknown.unwrap_err().kind(), "usage");
    assert!(fixture.fake.log().is_empty());
}

#[test]
fn a_place_on_the_wire_is_found_in_the_form() {
    for (wire, form) in [
        ("/oauth/client_id", "/authentication/client_id"),
        ("/service_auth/token", "/authentication/token"),
        ("/service_auth", "/authentication"),
        ("/oauthx", "/oauthx"),
        ("/url", "/url"),
    ] {
        assert_eq!(super::super::forms::form_pointer(wire), form);
    }
}
