use patchbay_http::{Answer, redact_members};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::cohere::platform::SECRET_NAMES;
use crate::cohere::platform::tests::any_json;
use crate::testing::{self, with_sent_secret};
use crate::{Output, Raw};

fn answer(body: &Value) -> Answer {
    Answer {
        secret_names: &SECRET_NAMES,
        ..testing::answer(body)
    }
}

#[test]
fn what_is_required_is_missed_by_name() {
    for (body, what) in [
        (json!({"total_count": 1}), "missing field `connectors`"),
        (json!({"connectors": "a"}), "expected a sequence"),
        (json!({"connectors": [{"name": "a"}]}), "missing field `id`"),
        (json!({"connectors": [{"id": 7}]}), "expected a string"),
        (
            json!({"connectors": [{"id": "a", "name": 7}]}),
            "expected a string",
        ),
        (json!({"connectors": [null]}), "expected an object"),
    ] {
        let error = Raw::<Page>::read(&answer(&body), "list").unwrap_err();
        assert!(error.to_string().ends_with(what), "{error}");
        assert_eq!(error.kind(), "decode");
    }
    let none = Raw::<Page>::read(&answer(&json!({"connectors": null})), "list").unwrap();
    assert!(none.value.connectors.is_empty());
}

#[test]
fn secrets_do_not_come_back() {
    let body = json!({"connector": {
        "id": "a", "description": "made with shh-12345",
        "oauth": {"client_secret": "shh-12345", "token_url": "https://a"}
    }});
    let read = Raw::<Envelope>::read(&with_sent_secret(answer(&body), "shh-12345"), "get")
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
        let members = json!({"id": "a", "active": active});
        let connector: Connector = serde_json::from_value(members).unwrap();
        assert_eq!(connector.is_active(), is_active, "{active}");
    }
}

proptest! {
    #[test]
    fn no_json_breaks_a_reader(body in any_json()) {
        let answer = answer(&body);
        drop(Raw::<Page>::read(&answer, "list"));
        drop(Raw::<Envelope>::read(&answer, "get"));
    }

    #[test]
    fn what_is_read_comes_back(name in "\\PC{1,20}", extra in any_json()) {
        // A member of a secret's name is dropped, so the random part stands as a list.
        let mut body = json!({"connectors": [{"id": name, "name": name}], "more": [extra]});
        let read = Raw::<Page>::read(&answer(&body), "list").unwrap().into_json();
        redact_members(&mut body["connectors"], &SECRET_NAMES);
        prop_assert_eq!(read, body);
    }
}
