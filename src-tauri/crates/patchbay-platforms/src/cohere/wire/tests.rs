use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cohere::arguments::{Create, Update};
use crate::cohere::tests::any_json;
use crate::operations::arguments;

/// The answer to a request that gave this secret.
fn giving(body: &Value, secret: &str) -> Answer {
    Answer {
        given: vec![patchbay_model::Secret::new(secret)],
        ..answer(body)
    }
}

fn answer(body: &Value) -> Answer {
    Answer {
        status: 200,
        headers: HeaderMap::new(),
        body: Bytes::from(body.to_string()),
        ..Answer::default()
    }
}

#[test]
fn a_page_comes_back_as_it_came() {
    let body = json!({
        "connectors": [{"id": "a", "badge": {"k": 1}, "active": "yes", "excludes": "acl"}],
        "total_count": 20.0, "next": "x"
    });
    let page = Page::read(&answer(&body)).unwrap();
    assert_eq!(page.total(), Some(20.0));
    assert_eq!(page.into_json(), body);
}

#[test]
fn what_is_required_is_missed_by_name() {
    for (body, what) in [
        (json!({"total_count": 1}), "connectors is missing"),
        (json!({"connectors": "a"}), "connectors is no list"),
        (
            json!({"connectors": [{"name": "a"}]}),
            "a connector has no id",
        ),
        (
            json!({"connectors": [{"id": 7}]}),
            "the id of a connector is no text",
        ),
        (
            json!({"connectors": [{"id": "a", "name": 7}]}),
            "the name of a connector is no text",
        ),
        (json!({"connectors": [null]}), "a connector is no object"),
    ] {
        let error = Page::read(&answer(&body)).unwrap_err();
        assert!(error.to_string().ends_with(what), "{error}");
        assert_eq!(error.kind(), "decode");
    }
    let none = Page::read(&answer(&json!({"connectors": null}))).unwrap();
    assert!(none.connectors.is_empty());
}

#[test]
fn secrets_do_not_come_back() {
    let body = json!({"connector": {
        "id": "a", "description": "made with shh-12345",
        "oauth": {"client_secret": "shh-12345", "token_url": "https://a"}
    }});
    let read = Envelope::read(&giving(&body, "shh-12345"))
        .unwrap()
        .into_json();
    let left = json!({"connector": {
        "id": "a", "description": "made with <redacted>", "oauth": {"token_url": "https://a"}
    }});
    assert_eq!(read, left);
}

#[test]
fn activity_is_read_as_the_official_client_reads_it() {
    for (active, is_active) in [
        (json!(true), true),
        (json!(false), false),
        (json!(null), true),
        (json!("TRUE"), true),
        (json!("1"), true),
        (json!("yes"), false),
    ] {
        let connector = Connector::read(json!({"id": "a", "active": active})).unwrap();
        assert_eq!(connector.is_active(), is_active, "{active}");
    }
}

#[test]
fn absent_and_null_are_sent_apart() {
    let given = json!({"id": "i", "excludes": null, "active": null, "oauth": {"scope": null}});
    let update: Update = arguments(given).unwrap();
    let sent = json!({"excludes": null, "active": null, "oauth": {"scope": null}});
    assert_eq!(
        patchbay_http::revealed(|| serde_json::to_value(update))
            .0
            .unwrap(),
        sent
    );
}

#[test]
fn a_body_keeps_the_order_of_the_contract() {
    let given = json!({
        "service_auth": {"token": "t", "type": "digest"}, "active": true, "url": "u", "name": "n"
    });
    let create: Create = arguments(given).unwrap();
    assert_eq!(
        patchbay_http::revealed(|| serde_json::to_string(&create))
            .0
            .unwrap(),
        r#"{"name":"n","url":"u","active":true,"service_auth":{"type":"digest","token":"t"}}"#
    );
}

proptest! {
    #[test]
    fn no_json_breaks_a_reader(body in any_json()) {
        let answer = answer(&body);
        drop(Page::read(&answer));
        drop(Envelope::read(&answer));
    }

    #[test]
    fn what_is_read_comes_back(name in "\\PC{1,20}", extra in any_json()) {
        // A member of a secret's name is dropped, so the random part stands as a list.
        let mut body = json!({"connectors": [{"id": name, "name": name}], "more": [extra]});
        let read = Page::read(&answer(&body)).unwrap().into_json();
        without_secrets(&mut body["connectors"], &SECRET_NAMES);
        prop_assert_eq!(read, body);
    }

    #[test]
    fn what_is_sent_is_what_was_given(
        name in "\\PC{0,20}", excludes in prop::collection::vec("\\PC{0,5}", 0..3), active in any::<bool>()
    ) {
        let given = json!({"name": name, "url": name, "excludes": excludes, "active": active});
        let create: Create = arguments(given.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(create).unwrap(), given);
    }
}
