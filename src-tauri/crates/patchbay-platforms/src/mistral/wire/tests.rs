use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::mistral::platform::SECRET_NAMES;
use crate::testing::{self, nested_json};

fn connector() -> Value {
    json!({
        "id": "1", "name": "wiki", "description": "d",
        "created_at": "2026-03-04T05:06:07Z", "modified_at": "2026-03-05T06:07:08.123456Z"
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut connector = connector();
    connector[name] = value;
    Object::<Connector>::of(connector).unwrap().json
}

#[test]
fn a_connector_needs_five_members_only() {
    for name in ["id", "name", "description", "created_at", "modified_at"] {
        let mut short = connector();
        short.as_object_mut().unwrap().remove(name);
        let (_, error) = Object::<Connector>::of(short).unwrap_err();
        assert!(error.contains(name), "{error}");
        let mut odd = connector();
        odd[name] = json!(["x"]);
        let (_, error) = Object::<Connector>::of(odd).unwrap_err();
        assert!(error.contains(name), "{error}");
    }
    let read = Object::<Connector>::of(connector()).unwrap();
    assert_eq!(read.json, connector());
}

/// Source: Mistral contract, section 4, traces `list-broken-item`, `list-unknown-protocol`.
#[test]
fn what_does_not_fit_is_kept_as_it_came() {
    let broken = json!({"id": 7, "protocol": "mcp", "supports_mcp": "yes", "title": null});
    let page = json!({"items": [broken, connector()], "pagination": {"page_size": "2"}});
    let page = PaginatedConnectors::of(page).unwrap();
    assert_eq!(page.items[0], LenientConnector::Unparsed(broken.clone()));
    assert!(page.items[1].read().is_some());
    assert_eq!(page.into_json()["pagination"]["page_size"], 2);
    assert!(Items::<Tool>::of(json!({})).is_err());
    for refused in [
        json!({"items": [1], "pagination": {"page_size": 1}}),
        json!({"items": [], "pagination": {"page_size": 1, "next_cursor": 2}}),
        json!({"items": [], "pagination": {}}),
    ] {
        assert!(
            PaginatedConnectors::of(refused.clone()).is_err(),
            "{refused}"
        );
    }

    assert!(LenientConnector::of_response(broken).is_ok());
    assert!(LenientConnector::of_response(json!({"id": 7})).is_err());
    assert!(LenientConnector::of_response(json!([])).is_err());
    assert_eq!(
        with("supports_mcp", json!("maybe"))["supports_mcp"],
        "maybe"
    );
}

#[test]
fn known_members_come_in_one_form_at_any_depth() {
    let credential = |status: Value, is_default: Value| {
        json!({
            "name": "a", "authentication_type": "bearer", "scope": "user", "status": status,
            "is_default": is_default, "future": null,
        })
    };
    let sent = with(
        "connection_credentials",
        json!([
            credential(
                json!({"status_type": "error", "error_http_code": "401", "error_message": null,
                    "last_checked_at": 1_772_600_767}),
                json!("yes"),
            ),
            credential(json!({"error_http_code": "401"}), json!(null)),
            {"name": 1, "is_default": "yes"},
        ]),
    );
    let mut second = credential(json!({"error_http_code": "401"}), json!(null));
    second.as_object_mut().unwrap().remove("is_default");
    assert_eq!(
        sent["connection_credentials"],
        json!([
            credential(
                json!({"status_type": "error", "error_http_code": 401,
                    "last_checked_at": "2026-03-04T05:06:07Z"}),
                json!(true),
            ),
            second,
            {"name": 1, "is_default": "yes"},
        ])
    );
    let without = with("title", Value::Null);
    assert_eq!(without, connector());
}

#[test]
fn flags_and_numbers_come_in_many_spellings() {
    for (sent, flag) in [
        (json!(true), true),
        (json!(1.0), true),
        (json!("Yes"), true),
        (json!("ON"), true),
        (json!(0), false),
        (json!("f"), false),
    ] {
        assert_eq!(lenient::flag(&sent), Some(flag));
    }
    for sent in [json!(2), json!("maybe"), json!(null), json!([])] {
        assert_eq!(lenient::flag(&sent), None);
    }
    for (sent, number) in [
        (json!("90"), 90),
        (json!("1.0"), 1),
        (json!(3.0), 3),
        (json!(true), 1),
    ] {
        assert_eq!(lenient::number(&sent), Some(number));
    }
    for sent in [
        json!(1.5),
        json!("a"),
        json!(null),
        json!("1.5"),
        json!(1e300),
    ] {
        assert_eq!(lenient::number(&sent), None);
    }
}

#[test]
fn times_come_in_many_spellings() {
    for sent in [
        json!("2026-03-04T05:06:07Z"),
        json!("2026-03-04T06:06:07+01:00"),
        json!("2026-03-04T05:06:07"),
        json!("2026-03-04 05:06:07"),
        json!(1_772_600_767),
        json!("1772600767"),
        json!(1_772_600_767.0),
        json!("2026-03-04T05:06:07.000Z"),
        json!("2026-03-04t05:06:07z"),
    ] {
        assert_eq!(
            with("created_at", sent)["created_at"],
            "2026-03-04T05:06:07Z"
        );
    }
    let day = with("created_at", json!("2026-03-04"));
    assert_eq!(day["created_at"], "2026-03-04T00:00:00Z");
    for sent in [
        json!("soon"),
        json!("2026-13-04"),
        json!(1e300),
        json!(null),
        json!("ééééééé"),
    ] {
        assert_eq!(lenient::moment(&sent), None);
    }
}

/// Any JSON, with the names of our members in its objects.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("2026-03-04 05:06:07")),
    ];
    let names = "id name description created_at modified_at protocol items pagination page_size next_cursor \
                 credentials status status_type authentication_type scope content auth_url ttl message method_type \
                 headers is_default connection_credentials supported_auth_methods blocked_by";
    nested_json(leaf, names)
}

fn survives<T: Output + Clone + PartialEq + std::fmt::Debug, E: PartialEq + std::fmt::Debug>(
    json: &Value,
    of: impl Fn(Value) -> Result<T, E>,
) {
    if let Ok(read) = of(json.clone()) {
        let written = read.clone().into_json();
        assert_eq!(of(written), Ok(read));
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused_and_what_is_read_round_trips(json in any_json()) {
        survives(&json, LenientConnector::of_response);
        survives(&json, PaginatedConnectors::of);
        survives(&json, Items::<AuthMethod>::of);
        survives(&json, Object::<Credentials>::of);
        survives(&json, Object::<AuthUrl>::of);
        survives(&json, Object::<Message>::of);
        survives(&json, Object::<ToolResult>::of);
        survives(&json, Items::<Tool>::of);
    }

    /// A time in canonical form stays unchanged.
    #[test]
    fn a_plain_moment_is_written_as_it_was(
        text in "20[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,8}[1-9])?Z"
    ) {
        if let Some(at) = lenient::moment(&Value::from(text.clone())) {
            prop_assert_eq!(at.to_string(), text);
        }
    }
}

/// A header that isn't secret, a masked value and the result of a tool stay as they came.
#[test]
fn texts_that_are_secret_by_name_are_removed() {
    let answer = |body: &Value| Answer {
        secret_names: &SECRET_NAMES,
        ..testing::answer(body)
    };
    let given = |name: &str, value: Value| {
        let mut given = connector();
        given[name] = value;
        given
    };
    let methods = |headers: Value| json!([{ "method_type": "bearer", "global_headers": headers }]);
    let sent = methods(json!({
        "X-Org": {"value": "acme", "is_secret": "false"}, "X-Masked": {"value": "***", "is_secret": true},
        "X-Key": {"value": "hush", "is_secret": true}, "X-Old": {"value": "hush"},
    }));
    let shown = methods(json!({
        "X-Org": {"value": "acme", "is_secret": false}, "X-Masked": {"value": "***", "is_secret": true},
        "X-Key": {"is_secret": true}, "X-Old": {},
    }));
    let connector = given("supported_auth_methods", sent.clone());
    let kept = given("supported_auth_methods", shown.clone());
    let read = <LenientConnector as Output>::read(&answer(&connector), "get").unwrap();
    assert_eq!(read.into_json(), kept);
    let page =
        json!({"items": [connector], "pagination": {"page_size": 1}, "access_token": "hush"});
    let page = PaginatedConnectors::read(&answer(&page), "list").unwrap();
    let kept = json!({"items": [kept], "pagination": {"page_size": 1}});
    assert_eq!(page.into_json(), kept);
    let methods = Items::<AuthMethod>::read(&answer(&sent), "methods").unwrap();
    assert_eq!(methods.into_json(), shown);
    let done = json!({"message": "done", "bearer_token": "hush"});
    let done = Acknowledgement::read(&answer(&done), "create").unwrap();
    assert_eq!(done.into_json(), json!({"message": "done"}));

    let result = json!({"content": [{"type": "text", "text": "a", "value": "b"}]});
    let read = ToolAnswer::read(&answer(&result), "call").unwrap();
    assert_eq!(read.into_json(), result);
}
