use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::*;

fn connector() -> Value {
    json!({
        "id": "1", "name": "wiki", "description": "d",
        "created_at": "2026-03-04T05:06:07Z", "modified_at": "2026-03-05T06:07:08.123456Z"
    })
}

fn with(name: &str, value: Value) -> Connector {
    let mut connector = connector();
    connector[name] = value;
    serde_json::from_value(connector).unwrap()
}

#[test]
fn a_connector_needs_five_members_only() {
    for name in ["id", "name", "description", "created_at", "modified_at"] {
        let mut short = connector();
        short.as_object_mut().unwrap().remove(name);
        let error = serde_json::from_value::<Connector>(short).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let read: Connector = serde_json::from_value(connector()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), connector());
}

/// Source: Mistral contract, section 4, traces `list-broken-item`, `list-unknown-protocol`.
#[test]
fn what_does_not_fit_is_kept_as_it_came() {
    let broken = json!({"id": 7, "protocol": "mcp"});
    let page = json!({"items": [broken, connector()], "pagination": {"page_size": "2"}});
    let page: PaginatedConnectors = serde_json::from_value(page).unwrap();
    assert_eq!(page.items[0], Kept::AsSent(broken.clone()));
    assert!(page.items[1].read().is_some());
    assert_eq!(page.pagination.page_size, Number(2));

    assert!(serde_json::from_value::<OneConnector>(broken).is_ok());
    assert!(serde_json::from_value::<OneConnector>(json!({"id": 7})).is_err());
    assert!(serde_json::from_value::<OneConnector>(json!([])).is_err());
    let odd = with("supports_mcp", json!("maybe"));
    assert_eq!(odd.supports_mcp, Some(Kept::AsSent(json!("maybe"))));
}

#[test]
fn null_is_an_empty_list() {
    let page = json!({"items": null, "pagination": {"page_size": 1, "next_cursor": null}});
    let page: PaginatedConnectors = serde_json::from_value(page).unwrap();
    assert!(page.items.is_empty() && page.pagination.next_cursor.is_none());
    assert_eq!(
        serde_json::from_value::<ToolList>(Value::Null).unwrap().0,
        Vec::<Value>::new()
    );
    assert!(serde_json::from_value::<ToolList>(json!({})).is_err());
    assert!(
        serde_json::from_value::<PaginatedConnectors>(json!({"pagination": {"page_size": 1}}))
            .is_err()
    );
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
        assert_eq!(serde_json::from_value::<Flag>(sent).unwrap(), Flag(flag));
    }
    for sent in [json!(2), json!("maybe"), json!(null), json!([])] {
        assert!(serde_json::from_value::<Flag>(sent).is_err());
    }
    for (sent, number) in [
        (json!("90"), 90),
        (json!("1.0"), 1),
        (json!(3.0), 3),
        (json!(true), 1),
    ] {
        assert_eq!(
            serde_json::from_value::<Number>(sent).unwrap(),
            Number(number)
        );
    }
    for sent in [
        json!(1.5),
        json!("a"),
        json!(null),
        json!("1.5"),
        json!(1e300),
    ] {
        assert!(serde_json::from_value::<Number>(sent).is_err());
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
    ] {
        let moment: Moment = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(moment.0.to_string(), "2026-03-04T05:06:07Z", "{sent}");
    }
    let day: Moment = serde_json::from_value(json!("2026-03-04")).unwrap();
    assert_eq!(day.0.to_string(), "2026-03-04T00:00:00Z");
    for sent in [
        json!("soon"),
        json!("2026-13-04"),
        json!(1e300),
        json!(null),
        json!("ééééééé"),
    ] {
        assert!(serde_json::from_value::<Moment>(sent).is_err());
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
    let name = prop_oneof![
        prop::sample::select(vec![
            "id",
            "name",
            "description",
            "created_at",
            "modified_at",
            "protocol",
            "items",
            "pagination",
            "page_size",
            "next_cursor",
            "credentials",
            "status",
            "status_type",
            "authentication_type",
            "scope",
            "content",
            "auth_url",
            "ttl",
            "message",
            "method_type",
            "headers",
            "is_default",
            "connection_credentials",
            "supported_auth_methods",
            "blocked_by",
        ])
        .prop_map(str::to_owned),
        "[a-z]{0,4}",
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn survives<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(json: &Value) {
    if let Ok(read) = T::deserialize(json) {
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(serde_json::from_value::<T>(written).unwrap(), read);
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused_and_what_is_read_round_trips(json in any_json()) {
        survives::<Connector>(&json);
        survives::<OneConnector>(&json);
        survives::<PaginatedConnectors>(&json);
        survives::<AuthMethods>(&json);
        survives::<Credentials>(&json);
        survives::<AuthUrl>(&json);
        survives::<Message>(&json);
        survives::<ToolResult>(&json);
        survives::<ToolList>(&json);
    }
}
