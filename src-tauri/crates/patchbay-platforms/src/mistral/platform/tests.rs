pub(crate) mod fixture;

use patchbay_http::{CallOptions, SystemClock};
use serde_json::{Map, Value, json};

use super::*;
use crate::{AccountConfig, Effect, testing};

fn account(settings: Value, key: Option<&str>) -> AccountConfig {
    let secret = key.map(|key| ("api_key", key));
    testing::account(&settings, secret.as_slice(), Arc::new(SystemClock))
}

fn platform(surface: &str) -> Arc<dyn Platform> {
    // Nobody listens there: what arrives would fail as unreachable.
    let settings = json!({"base_url": "http://127.0.0.1:9", "surface": surface});
    (MISTRAL.sign_in)(account(settings, Some("k-12345"))).unwrap()
}

async fn kind(surface: &str, operation: &str, given: Value) -> &'static str {
    let options = CallOptions::default();
    let outcome = platform(surface).call(operation, given, &options).await;
    outcome.map_or_else(|error| error.kind(), |_| "success")
}

#[test]
fn settings_outside_the_words_are_refused() {
    for settings in [
        json!({"surface": "new"}),
        json!({"region": "asia"}),
        json!({"region": "us", "surface": "seed"}),
        json!({"base_url": "ftp://a"}),
        json!({"region": 1}),
    ] {
        assert!(matches!(
            (MISTRAL.sign_in)(account(settings, Some("k"))),
            Err(Error::Usage(_))
        ));
    }
    assert!(matches!(
        (MISTRAL.sign_in)(account(json!({}), Some(""))),
        Err(Error::Usage(_))
    ));
    for settings in [
        json!({}),
        json!({"region": "us"}),
        json!({"region": "eu", "surface": "seed"}),
    ] {
        assert!((MISTRAL.sign_in)(account(settings, None)).is_ok());
    }
}

#[test]
fn operations_are_known_by_the_settings_alone() {
    for surface in ["current", "seed"] {
        let settings = account(json!({"surface": surface}), None).settings;
        let known = MISTRAL.operations_of(&settings);
        assert!(std::ptr::eq(known, platform(surface).operations()));
    }
    let effect = |operations: &[OperationEntry]| {
        let mut operations = operations.iter();
        let share = operations.find(|operation| operation.name == "share");
        share.map(|share| share.effect)
    };
    let seed = account(json!({"surface": "seed"}), None).settings;
    assert_eq!(
        effect(MISTRAL.operations_of(&seed)),
        Some(Effect::Irreversible)
    );
    assert_eq!(
        effect(MISTRAL.operations_of(&Map::new())),
        Some(Effect::Write)
    );
}

#[test]
fn streams_are_operations_of_the_current_surface() {
    let streamed = |surface| {
        let table = platform(surface).operations().iter();
        let streamed = table.filter(|operation| operation.is_streamed);
        streamed.map(|operation| operation.name).collect::<Vec<_>>()
    };
    assert_eq!(streamed("current"), ["gateway_mcp", "gateway_http"]);
    assert!(streamed("seed").is_empty());
}

#[test]
fn a_region_that_the_older_surface_lacks_is_told_as_such() {
    let settings = json!({"region": "us", "surface": "seed"});
    let refused = (MISTRAL.sign_in)(account(settings, Some("k")))
        .map(drop)
        .unwrap_err();
    assert!(refused.to_string().contains("no us region"), "{refused}");
}

/// Source: Mistral contract, section 3.
#[tokio::test]
async fn arguments_that_do_not_fit_are_refused_before_anything_is_sent() {
    let create = |more: Value| {
        let mut given = json!({"name": "n", "description": "d", "server": "s", "protocol": "mcp"});
        for (name, value) in more.as_object().unwrap() {
            given[name] = value.clone();
        }
        kind("current", "create", given)
    };
    for more in [
        json!({"protocol": "grpc"}),
        json!({"protocol": null}),
        json!({"auth_data": {}}),
        json!({"global_headers": {"A": {"is_secret": true}}}),
        json!({"auth_methods": [{}]}),
        json!({"auth_methods": [{"method_type": "bearer", "secret": 1}]}),
        json!({"auth_methods": [{"method_type": "oauth2"}]}),
        json!({"auth_methods": [{"method_type": "oauth2", "grant_type": "authorization_code"}]}),
        json!({"auth_methods": [{"method_type": "oauth2", "grant_type": "client_credentials",
            "token_endpoint_auth_method": "client_secret_post"}]}),
        json!({"auth_methods": [{"method_type": "bearer", "global_headers": {}}]}),
        json!({"oauth2_server_metadata": {"issuer": "i"}}),
        json!({"oauth2_server_metadata": {"issuer": "i", "token_endpoint": "t", "odd": 1}}),
    ] {
        assert_eq!(create(more.clone()).await, "usage", "{more}");
    }
    let update = json!({"connector_id": "1", "protocol": "http", "system_prompt": null});
    assert_eq!(kind("current", "update", update).await, "usage");
    for id in ["", ".", "..", "%2e%2E"] {
        assert_eq!(
            kind("current", "get", json!({"connector_id_or_name": id})).await,
            "usage"
        );
    }
    let given = json!({"connector_id": "1", "consumer_scope": "org"});
    assert_eq!(
        kind("current", "activate_for_consumer", given).await,
        "usage"
    );
    let metadata = json!({"issuer": "i", "token_endpoint": "t"});
    let given =
        json!({"name": "n", "description": "d", "server": "s", "oauth2_server_metadata": metadata});
    assert_eq!(kind("seed", "create", given).await, "usage");
}

#[test]
fn every_secret_that_an_operation_takes_is_marked() {
    let names = [
        "client_secret",
        "client_private_key",
        "connection_secrets",
        "bearer_token",
    ];
    let mut marked = 0;
    for surface in ["current", "seed"] {
        for operation in platform(surface).operations() {
            let mut waiting = vec![operation.parameters().to_value()];
            while let Some(part) = waiting.pop() {
                for (name, member) in part["properties"].as_object().into_iter().flatten() {
                    if names.contains(&name.as_str()) {
                        assert_eq!(member["writeOnly"], true, "{} {name}", operation.name);
                        marked += 1;
                    }
                    if name == "headers" && member["type"] != json!(["array", "null"]) {
                        let values = &member["additionalProperties"];
                        assert_eq!(values["writeOnly"], true, "{}", operation.name);
                    }
                }
                match part {
                    Value::Object(members) => waiting.extend(members.into_values()),
                    Value::Array(items) => waiting.extend(items),
                    _ => {}
                }
            }
        }
    }
    assert!(marked > 8, "{marked}");
}

#[tokio::test]
async fn every_operation_of_a_surface_can_be_called() {
    let arguments = json!({
        "connector_id": "1", "connector_id_or_name": "w", "tool_name": "t", "name": "n",
        "description": "d", "server": "https://s.test", "protocol": "mcp",
        "consumer_scope": "user", "credentials_name": "c"
    });
    for surface in ["current", "seed"] {
        for operation in platform(surface).operations() {
            let schema = operation.parameters().to_value();
            let needed: Map<String, Value> = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|name| (name.to_owned(), arguments[name].clone()))
                .collect();
            let kind = kind(surface, operation.name, Value::Object(needed)).await;
            assert_eq!(kind, "transport", "{surface} {}", operation.name);
        }
    }
}

#[tokio::test]
async fn a_connector_of_an_unknown_form_stays_in_the_list() {
    let fixture = fixture::Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.show("description", Value::Null);
    fixture.show("client_secret", "app-secret-1".into());
    let connectors = fixture.platform.connectors().unwrap();
    let listed = connectors.list_connectors(&fixture.options).await.unwrap();
    let [listed] = listed.as_slice() else {
        panic!("{listed:?}");
    };
    assert_eq!((&listed.remote_id, &*listed.name), (&id, "wiki"));
    assert_eq!(listed.status, Status::Unknown);
    assert!(listed.reason.is_some());
    assert!(!listed.native.0.to_string().contains("app-secret-1"));
}

#[tokio::test]
async fn a_refused_key_says_nothing_about_a_connector() {
    let fixture = fixture::Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.fake.with(|mistral| mistral.keys.clear());
    let (platform, options) = (&fixture.platform, &fixture.options);
    let outcome = || platform.observations().unwrap().to_json()[id.as_str()]["tools"].clone();
    let refused = platform.tools().unwrap().list_tools(&id, options).await;
    assert_eq!(refused.unwrap_err().kind(), "unauthorized");
    assert_eq!(outcome(), "Unauthorized");
    let refused = platform.check(options).await;
    assert_eq!(refused.unwrap_err().kind(), "unauthorized");
    assert_eq!(outcome(), Value::Null);
    fixture.over();
}
