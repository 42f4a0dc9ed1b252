//! Creating against a platform that keeps to the contract.

use patchbay_model::{Explain as _, Status};
use serde_json::{Value, json};

use crate::form::test_support::assert_fits;
use crate::mistral::platform::tests::fixture::{Fixture, wiki};

#[tokio::test]
async fn every_member_of_the_form_reaches_the_wire() {
    let fixture = Fixture::new("current").await;
    let metadata = json!({
        "kind": "given", "issuer": "https://id.example/", "token_endpoint": "https://id.example/token",
        "scopes_supported": ["read"],
    });
    fixture
        .created(json!({
            "title": "Wiki", "visibility": "shared_workspace", "system_prompt": "Be brief",
            "icon_url": "https://wiki.example/i.png", "headers": {"X-Team": "search"},
            "global_headers": [{"name": "X-Org", "value": "acme"}],
            "secret_global_headers": [{"name": "X-Key", "value": "key-12345"}],
            "authorization_server": metadata,
            "auth_methods": [
                {"kind": "bearer", "headers": [{"name": "X-A", "is_required": false}]},
                {"kind": "none"},
                {"kind": "oauth_app", "client_id": "cid", "client_secret": "sec-12345",
                    "client_scopes": ["read"], "authorization_server": {"kind": "discover"}},
                {"kind": "client_credentials", "token_endpoint_auth_method": "client_secret_post",
                    "authorization_server": {"issuer": "https://i.example", "token_endpoint": "https://t.example"}},
            ],
        }))
        .await;
    let body = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "title": "Wiki", "visibility": "shared_workspace", "system_prompt": "Be brief",
        "icon_url": "https://wiki.example/i.png", "headers": {"X-Team": "search"}, "protocol": "mcp",
        "global_headers": {
            "X-Org": {"value": "acme", "is_secret": false},
            "X-Key": {"value": "key-12345", "is_secret": true},
        },
        "oauth2_server_metadata": {
            "issuer": "https://id.example/", "token_endpoint": "https://id.example/token",
            "scopes_supported": ["read"],
        },
        "auth_methods": [
            {"method_type": "bearer",
                "headers": [{"name": "X-A", "is_required": false, "is_secret": true}]},
            {"method_type": "none"},
            {"method_type": "oauth2", "grant_type": "authorization_code",
                "auth_data": {"client_id": "cid", "client_secret": "sec-12345", "client_scopes": ["read"]}},
            {"method_type": "oauth2", "grant_type": "client_credentials",
                "token_endpoint_auth_method": "client_secret_post",
                "oauth2_server_metadata": {
                    "issuer": "https://i.example", "token_endpoint": "https://t.example"}},
        ],
    });
    assert_eq!(fixture.sent(), body);
    fixture.over();
}

#[tokio::test]
async fn the_older_surface_takes_an_app_of_ones_own() {
    let fixture = Fixture::new("seed").await;
    let creation = fixture.platform.creation().unwrap();
    let definitions = creation.list_definitions(&fixture.options).await.unwrap();
    assert_eq!(definitions.len(), 1);
    fixture
        .created(json!({
            "visibility": "shared_global",
            "oauth_app": {"kind": "given", "client_id": "cid", "client_secret": "sec-12345"},
            "headers": [{"name": "X-Key", "value": "key-12345"}],
            "authorization_server": {"kind": "url", "url": "https://id.example/.well-known/x"},
        }))
        .await;
    let sent = fixture.sent();
    assert_eq!(sent["auth_data"]["client_secret"], "sec-12345");
    assert_eq!(sent["headers"], json!({"X-Key": "key-12345"}));
    assert_eq!(
        sent["oauth2_server_metadata_url"],
        "https://id.example/.well-known/x"
    );
    assert_eq!(sent["protocol"], "mcp");
    fixture.over();
}

#[tokio::test]
async fn an_http_service_is_one_of_the_current_surface() {
    let fixture = Fixture::new("current").await;
    let creation = fixture.platform.creation().unwrap();
    let definitions = creation.list_definitions(&fixture.options).await.unwrap();
    let ids: Vec<&str> = definitions.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["mcp", "http"]);
    assert!(
        definitions
            .iter()
            .all(|one| one.endpoint_field.as_deref() == Some("/server"))
    );
    let values = wiki(json!({"auth_methods": [{"kind": "none"}]}));
    let made = fixture.try_create("http", values).await.unwrap();
    assert_eq!(made.name, "wiki");
    assert_eq!(fixture.sent()["protocol"], "http");
    assert!(fixture.creation_form("grpc").await.is_err());
    fixture.over();
}

#[tokio::test]
async fn a_refused_field_is_named_by_its_place_in_the_form() {
    for surface in ["current", "seed"] {
        let fixture = Fixture::new(surface).await;
        let values = wiki(json!({"name": "bad name"}));
        let refused = fixture.try_create("mcp", values).await;
        let fields = refused.unwrap_err().problem().fields;
        assert_eq!(fields[0].path, "/name", "{surface}");
        fixture.over();
    }
    let fixture = Fixture::new("current").await;
    let methods = json!([{"kind": "none"}, {"kind": "oauth_app", "client_id": "c"}]);
    let values = wiki(json!({"auth_methods": methods}));
    let refused = fixture.try_create("mcp", values).await;
    let fields = refused.unwrap_err().problem().fields;
    assert_eq!(fields[0].path, "/auth_methods/1/client_id");
    fixture.over();
}

#[tokio::test]
async fn the_rules_of_the_contract_stand_in_the_form() {
    let fixture = Fixture::new("current").await;
    let form = fixture.creation_form("mcp").await.unwrap();
    assert_fits(&form, &wiki(json!({})));
    let validator = jsonschema::validator_for(&form.schema).unwrap();
    for wrong in [
        json!({"name": "two words"}),
        json!({"name": "n".repeat(65)}),
        json!({"server": format!("https://{}", "s".repeat(2083))}),
        json!({"title": "t".repeat(256)}),
        json!({"visibility": "shared_global"}),
        json!({"authorization_server": {"kind": "url", "url": "https://a", "issuer": "https://b"}}),
        json!({"auth_methods": [{"kind": "bearer", "client_id": "c"}]}),
        json!({"auth_methods": [{"kind": "client_credentials"}]}),
        json!({"auth_data": {}}),
    ] {
        assert!(!validator.is_valid(&wiki(wrong.clone())), "{wrong}");
    }
    assert!(!validator.is_valid(&json!({"name": "wiki"})));
    assert!(fixture.fake.log().is_empty());
}

#[tokio::test]
async fn a_header_cannot_be_there_twice() {
    let fixture = Fixture::new("current").await;
    let values = wiki(json!({
        "global_headers": [{"name": "X-A", "value": "1"}],
        "secret_global_headers": [{"name": "X-A", "value": "2"}],
    }));
    let refused = fixture.try_create("mcp", values).await;
    assert_eq!(refused.unwrap_err().kind(), "usage");
    assert!(fixture.fake.log().is_empty());
}

#[tokio::test]
async fn a_created_connector_that_lacks_the_sign_in_is_read_again() {
    let methods = json!({"auth_methods": [{"kind": "bearer"}]});
    for is_readable in [true, false] {
        let fixture = Fixture::new("current").await;
        fixture
            .fake
            .tamper(move |asked, answer| match asked.method.as_str() {
                "POST" => {
                    let mut made: Value = serde_json::from_slice(&answer.body).unwrap();
                    let made = made.as_object_mut().unwrap();
                    made.remove("is_authenticated");
                    made.remove("supported_auth_methods");
                    answer.body = serde_json::to_vec(made).unwrap();
                }
                _ if !is_readable && asked.path.len() == 3 => answer.status = 500,
                _ => {}
            });
        let made = fixture.try_create("mcp", wiki(methods.clone())).await;
        let made = made.unwrap().status;
        let connectors = fixture.platform.connectors().unwrap();
        fixture.fake.clear_tamper();
        let listed = connectors.list_connectors(&fixture.options).await.unwrap();
        let known = match is_readable {
            true => Status::NeedsAuthorization,
            false => Status::Unknown,
        };
        assert_eq!(
            (made, listed[0].status),
            (known, Status::NeedsAuthorization)
        );
        fixture.over();
    }
}
