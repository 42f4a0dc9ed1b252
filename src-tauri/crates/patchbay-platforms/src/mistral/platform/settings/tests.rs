//! Changing connectors on a fake.

mod creation;

use serde_json::json;

use super::*;
use crate::form::test_support::assert_fits;
use crate::mistral::platform::tests::fixture::Fixture;

fn methods() -> Value {
    json!([
        {"kind": "bearer", "headers": [{"name": "X-A", "is_required": false, "is_secret": true}]},
        {"kind": "oauth_app", "client_id": "cid", "client_secret": "sec-12345"},
    ])
}

#[tokio::test]
async fn the_form_shows_what_is_set_and_no_secret() {
    let fixture = Fixture::new("current").await;
    let id = fixture
        .created(json!({"title": "Wiki", "system_prompt": "Be brief", "auth_methods": methods()}))
        .await;
    fixture.fake.with(|mistral| {
        let shown = &mut mistral.connectors[0].shown;
        shown["supported_auth_methods"][0]["global_headers"] = json!({
            "X-Org": {"value": "acme", "is_secret": false}, "X-Key": {"value": "***", "is_secret": true},
        });
        shown["supported_auth_methods"][1]["token_endpoint_auth_method"] = "client_secret_post".into();
    });
    let form = fixture.settings_form(&id).await;
    assert_fits(&form, &form.values);
    assert_eq!(
        *form.values,
        json!({
            "name": "wiki", "title": "Wiki", "description": "The wiki",
            "server": "https://wiki.example/mcp", "system_prompt": "Be brief",
            "auth_methods": [
                {"kind": "bearer",
                    "headers": [{"name": "X-A", "is_required": false, "is_secret": true}],
                    "global_headers": [{"name": "X-Org", "value": "acme"}],
                    "secret_global_headers": [{"name": "X-Key"}]},
                {"kind": "oauth2"},
            ],
        })
    );
    assert_eq!(
        form.kept,
        [
            "/auth_methods/0/secret_global_headers/0/value",
            "/auth_methods/1/client_secret"
        ]
    );
    fixture.over();
}

#[tokio::test]
async fn only_what_changes_is_sent_and_null_clears() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({"title": "Wiki"})).await;
    let changes = json!({"title": null, "description": "Another"});
    fixture.change(&id, changes).await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({"title": null, "description": "Another", "protocol": "mcp"})
    );
    let now = fixture.settings_form(&id).await.values;
    assert_eq!(now["description"], "Another");
    assert!(now.get("title").is_none());
    fixture.over();
}

#[tokio::test]
async fn ways_to_sign_in_keep_the_secrets_that_are_not_given_anew() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({"auth_methods": methods()})).await;
    fixture.fake.with(|mistral| {
        let shown = &mut mistral.connectors[0].shown;
        shown["supported_auth_methods"][0]["global_headers"] =
            json!({"X-Key": {"value": "***", "is_secret": true}});
    });
    let mut now = fixture.settings_form(&id).await.values.0;
    now["auth_methods"][0]["headers"] = json!([{"name": "X-B"}]);
    now["auth_methods"][1]["client_secret"] = "next-12345".into();
    now["auth_methods"]
        .as_array_mut()
        .unwrap()
        .push(json!({"kind": "none"}));
    let changes = json!({"auth_methods": now["auth_methods"]});
    fixture.change(&id, changes).await.unwrap();
    let sent = fixture.sent();
    assert_eq!(
        sent["auth_methods"],
        json!([
            {"method_type": "bearer",
                "headers": [{"name": "X-B", "is_required": true, "is_secret": true}]},
            {"method_type": "oauth2", "oauth2_metadata_secrets": {"client_secret": "next-12345"}},
            {"method_type": "none"},
        ])
    );
    // One that is to be another needs all of them: those that stay cannot be told apart on the wire.
    let mut other = now.clone();
    other["auth_methods"][0]["global_headers"] = json!([{"name": "X-Org", "value": "acme"}]);
    let changes = json!({"auth_methods": other["auth_methods"]});
    let refused = fixture.change(&id, changes).await;
    assert_eq!(refused.unwrap_err().kind(), "usage");
    other["auth_methods"][0]["secret_global_headers"][0]["value"] = "key-12345".into();
    let changes = json!({"auth_methods": other["auth_methods"]});
    fixture.change(&id, changes).await.unwrap();
    assert_eq!(
        fixture.sent()["auth_methods"][0]["global_headers"],
        json!({
            "X-Org": {"value": "acme", "is_secret": false},
            "X-Key": {"value": "key-12345", "is_secret": true},
        })
    );
    fixture.over();
}

fn server(name: &str) -> Value {
    json!({
        "issuer": format!("https://{name}.example"),
        "token_endpoint": format!("https://{name}.example/token"),
    })
}

#[tokio::test]
async fn what_a_way_to_sign_in_no_longer_has_is_cleared() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({"auth_methods": methods()})).await;
    fixture.fake.with(|mistral| {
        let shown = &mut mistral.connectors[0].shown;
        shown["supported_auth_methods"][0]["global_headers"] =
            json!({"X-Key": {"value": "***", "is_secret": true}});
        shown["supported_auth_methods"][1]["oauth2_server_metadata"] = server("id");
    });
    let now = fixture.settings_form(&id).await.values.0;
    let change = async |methods: Value| {
        let changes = json!({ "auth_methods": methods });
        fixture.change(&id, changes).await.unwrap();
        fixture.sent()["auth_methods"].clone()
    };
    let shown = now["auth_methods"][1].clone();
    assert_eq!(shown["authorization_server"]["kind"], "given");
    let cleared = json!([
        {"method_type": "bearer", "headers": null, "global_headers": {}},
        {"method_type": "oauth2", "oauth2_server_metadata": null},
    ]);
    let automatic = json!({"kind": "oauth2", "authorization_server": {"kind": "discover"}});
    for app in [automatic, json!({"kind": "oauth2"})] {
        fixture.fake.with(|mistral| {
            let shown = &mut mistral.connectors[0].shown;
            shown["supported_auth_methods"][0]["headers"] = json!([{"name": "X-A"}]);
            shown["supported_auth_methods"][0]["global_headers"] =
                json!({"X-Key": {"value": "***", "is_secret": true}});
            shown["supported_auth_methods"][1]["oauth2_server_metadata"] = server("id");
        });
        assert_eq!(change(json!([{"kind": "bearer"}, app])).await, cleared);
    }
    fixture.over();
}

#[tokio::test]
async fn each_of_two_alike_ways_to_sign_in_is_compared_with_itself() {
    let fixture = Fixture::new("current").await;
    let app = methods()[1].clone();
    let id = fixture.created(json!({"auth_methods": [app, app]})).await;
    let shown = json!([
        {"method_type": "oauth2", "oauth2_server_metadata": server("one")},
        {"method_type": "oauth2", "oauth2_server_metadata": server("two"),
            "global_headers": {"X-Key": {"value": "***", "is_secret": true}}},
    ]);
    fixture.show("supported_auth_methods", shown.clone());
    let now = fixture.settings_form(&id).await.values.0;
    let change = async |methods: Value| {
        fixture.show("supported_auth_methods", shown.clone());
        let changes = json!({ "auth_methods": methods });
        fixture.change(&id, changes).await.unwrap();
        fixture.sent()["auth_methods"].clone()
    };
    let kept = json!({"method_type": "oauth2"});
    let mut edited = now["auth_methods"].clone();
    edited[0]["client_secret"] = "next-12345".into();
    let secrets = json!({"client_secret": "next-12345"});
    let sent = change(edited).await;
    assert_eq!(sent[0]["oauth2_metadata_secrets"], secrets);
    assert_eq!(sent[1], kept);
    // The first one is removed.
    let rest = json!([now["auth_methods"][1]]);
    assert_eq!(change(rest).await, json!([kept]));
    fixture.over();
}

#[tokio::test]
async fn the_older_surface_keeps_what_it_does_not_tell() {
    let fixture = Fixture::new("seed").await;
    let id = fixture.created(json!({})).await;
    fixture.show("connection_config", json!({"space": "docs"}));
    let form = fixture.settings_form(&id).await;
    assert_fits(&form, &form.values);
    assert_eq!(form.values["oauth_app"], json!({"kind": "kept"}));
    assert_eq!(form.values["connection_config"], json!({"space": "docs"}));
    let changes = json!({
        "oauth_app": {"kind": "given", "client_id": "cid", "client_secret": "sec-12345"},
        "connection_config": {"space": "wiki"},
        "connection_secrets": [{"name": "pin", "value": "pin-12345"}],
        "headers": [{"name": "X-Key", "value": "key-12345"}],
    });
    fixture.change(&id, changes).await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({
            "connection_config": {"space": "wiki"}, "connection_secrets": {"pin": "pin-12345"},
            "protocol": "mcp", "headers": {"X-Key": "key-12345"},
            "auth_data": {"client_id": "cid", "client_secret": "sec-12345"},
        })
    );
    let changes = json!({"oauth_app": {"kind": "none"}});
    fixture.change(&id, changes).await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({"auth_data": null, "protocol": "mcp"})
    );
    fixture.over();
}

#[tokio::test]
async fn an_http_service_has_no_advice_to_models() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.show("protocol", "http".into());
    let form = fixture.settings_form(&id).await;
    assert!(form.schema["properties"].get("system_prompt").is_none());
    let changes = json!({"title": "Wiki"});
    fixture.change(&id, changes).await.unwrap();
    assert_eq!(fixture.sent()["protocol"], "http");
    fixture.over();
}

#[tokio::test]
async fn what_the_platform_does_not_tell_blocks_no_edit() {
    for surface in ["current", "seed"] {
        let fixture = Fixture::new(surface).await;
        let id = fixture.created(json!({})).await;
        fixture.show("server", Value::Null);
        fixture.show("description", "".into());
        let form = fixture.settings_form(&id).await;
        assert_fits(&form, &form.values);
        assert_eq!(form.schema["required"], json!(["name"]), "{surface}");
        fixture.over();
    }
}

#[tokio::test]
async fn a_new_app_is_offered_no_shared_headers() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    let form = fixture.settings_form(&id).await;
    let methods = &form.schema["properties"]["auth_methods"]["items"]["oneOf"];
    let methods = methods.as_array().unwrap().iter();
    let members = methods.map(|method| &method["properties"]);
    let with_headers = members.filter(|members| members.get("global_headers").is_some());
    let kinds: Vec<&Value> = with_headers
        .map(|members| &members["kind"]["const"])
        .collect();
    assert_eq!(kinds, ["bearer", "none", "oauth2", "other"]);
    fixture.over();
}
