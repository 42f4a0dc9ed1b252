use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Error;
use crate::agentstack::platform::SECRET_NAMES;
use crate::agentstack::platform::tests::any_json;
use crate::testing::{self, with_sent_secret};

fn answer(body: &Value) -> Answer {
    Answer {
        secret_names: &SECRET_NAMES,
        ..testing::answer(body)
    }
}

fn what(outcome: Result<impl std::fmt::Debug>) -> String {
    let Err(Error::UnexpectedAnswer { what, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    what
}

#[test]
fn what_is_missing_is_named_with_its_operation() {
    let whole = json!({"id": "a", "url": "https://a", "state": "created"});
    assert!(Connector::read(&answer(&whole), "get").is_ok());
    for member in ["id", "url", "state"] {
        let mut sparse = whole.clone();
        sparse.as_object_mut().unwrap().remove(member);
        let what = what(Connector::read(&answer(&sparse), "get"));
        assert_eq!(what, format!("missing field `{member}`"));
    }
    let what = what(Page::<Connector>::read(&answer(&json!({})), "list"));
    assert_eq!(what, "missing field `items`");
}

#[test]
fn a_secret_that_was_given_does_not_come_back() {
    let body = json!({
        "id": "a", "url": "https://a", "state": "created", "client_secret": "other",
        "metadata": {"note": "my s3cr3t!", "token": "in the vault"}
    });
    let read = Connector::read(&with_sent_secret(answer(&body), "s3cr3t"), "create").unwrap();
    let json = read.into_json().to_string();
    assert!(
        !json.contains("s3cr3t") && !json.contains("other"),
        "{json}"
    );
    // Its maker chose the names in there.
    assert!(json.contains("in the vault"), "{json}");
}

#[test]
fn a_sign_in_is_of_kind_code_unless_told() {
    let read = |request: Value| {
        let json = json!({"id": "a", "url": "u", "state": "s", "auth_request": request});
        Connector::of(json)
    };
    let connector = read(json!({"authorization_endpoint": "https://a"})).unwrap();
    let request = connector.auth_request().unwrap();
    assert_eq!(request.kind, "code");
    assert_eq!(request.authorization_endpoint, Some("https://a"));
    let connector = read(json!({"type": "device", "authorization_endpoint": 1})).unwrap();
    let request = connector.auth_request().unwrap();
    assert_eq!(
        (request.kind, request.authorization_endpoint),
        ("device", None)
    );
    assert_eq!(read(Value::Null).unwrap().auth_request(), None);
}

#[test]
fn spellings_of_a_uuid_are_the_same_id() {
    let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    for other in [
        "7C9E6679-7425-40DE-944B-E07FC1F90AE7",
        "7c9e6679742540de944be07fc1f90ae7",
        "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "{7c9e6679-7425-40de-944b-e07fc1f90ae7}",
    ] {
        assert!(same_id(id, other), "{other}");
    }
    assert!(!same_id(id, "7c9e6679-7425-40de-944b-e07fc1f90ae8"));
    // What is no UUID has one spelling only.
    assert!(!same_id("a-b", "ab") && !same_id("A", "a"));
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(body in any_json()) {
        let answer = answer(&body);
        let _ = Page::<Connector>::read(&answer, "list");
        let _ = Page::<Preset>::read(&answer, "presets");
        if let Ok(connector) = Connector::read(&answer, "get") {
            let _ = (connector.auth_request(), connector.metadata("name"));
        }
    }

    #[test]
    fn a_connector_comes_out_as_it_came_in(more in "[a-z_]{9,12}", value in any_json()) {
        let mut json = json!({"id": "a", "url": "https://a", "state": "odd"});
        json[more] = value;
        // What the reader takes out by its name is not at stake here.
        redact_members(&mut json, &SECRET_NAMES);
        let read = Connector::read(&answer(&json), "get").unwrap();
        prop_assert_eq!(read.into_json(), json);
    }

    #[test]
    fn a_page_comes_out_as_it_came_in(total in any::<i64>(), more in any::<bool>(), ids in prop::collection::vec("\\PC{1,8}", 0..4)) {
        let items: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id, "url": "u", "state": "created", "metadata": null}))
            .collect();
        let json = json!({"items": items, "total_count": total, "has_more": more});
        let page = Page::<Connector>::read(&answer(&json), "list").unwrap();
        prop_assert_eq!(page.into_json(), json);
    }
}
