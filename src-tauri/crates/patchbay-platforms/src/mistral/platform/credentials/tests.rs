//! Credentials on a fake.

use patchbay_model::{AuthenticationMethod, CredentialStatus, Status};
use serde_json::json;

use super::*;
use crate::form::test_support::{assert_fits, members};
use crate::mistral::platform::tests::fixture::{Fixture, token};
use crate::testing::call;

async fn fixture(surface: &str) -> (Fixture, RemoteId) {
    let fixture = Fixture::new(surface).await;
    let id = fixture.created(json!({})).await;
    (fixture, id)
}

async fn refused(fixture: &Fixture, id: &RemoteId, credential: CredentialToSave) -> String {
    let error = fixture.save(id, credential).await.unwrap_err();
    assert_eq!(error.kind(), "usage");
    error.to_string()
}

/// Name and whether it is the default, of the user's.
async fn listed(fixture: &Fixture, id: &RemoteId) -> Vec<(String, bool)> {
    let listed = fixture.credentials(id, Level::User).await.unwrap();
    listed
        .into_iter()
        .map(|one| (one.name, one.is_default))
        .collect()
}

fn pairs(pairs: &[(&str, bool)]) -> Vec<(String, bool)> {
    pairs
        .iter()
        .map(|(name, is)| ((*name).to_owned(), *is))
        .collect()
}

#[tokio::test]
async fn the_rules_about_defaults_are_kept_before_anything_is_sent() {
    for surface in ["current", "seed"] {
        let (fixture, id) = fixture(surface).await;
        let words = refused(&fixture, &id, token("main", Some(false))).await;
        assert!(
            words.starts_with("the first credential for bearer"),
            "{words}"
        );
        let save = |credential| fixture.save(&id, credential);
        save(token("main", None)).await.unwrap();
        save(token("spare", Some(false))).await.unwrap();
        assert_eq!(
            listed(&fixture, &id).await,
            pairs(&[("main", true), ("spare", false)])
        );
        // Taken names, names outside the rule, and the default without another one.
        refused(&fixture, &id, token("spare", None)).await;
        refused(&fixture, &id, token("two words", None)).await;
        let demoted = CredentialToSave {
            is_replacement: true,
            ..token("main", Some(false))
        };
        let words = refused(&fixture, &id, demoted).await;
        assert!(words.contains("the default instead of main"), "{words}");
        let deleted = fixture.delete_credential(&id, Level::User, "main");
        assert_eq!(deleted.await.unwrap_err().kind(), "usage");
        assert!(
            fixture
                .fake
                .log()
                .iter()
                .all(|seen| seen.method != "DELETE")
        );

        let promoted = fixture.make_default(&id, Level::User, "spare");
        promoted.await.unwrap();
        assert_eq!(
            listed(&fixture, &id).await,
            pairs(&[("main", false), ("spare", true)])
        );
        for name in ["main", "spare"] {
            let deleted = fixture.delete_credential(&id, Level::User, name);
            deleted.await.unwrap();
        }
        assert_eq!(listed(&fixture, &id).await, pairs(&[]));
        let unknown = fixture.make_default(&id, Level::User, "main");
        assert_eq!(unknown.await.unwrap_err().kind(), "none_found");
        fixture.over();
    }
}

#[tokio::test]
async fn each_surface_replaces_in_its_own_way() {
    for (surface, method) in [("current", "PATCH"), ("seed", "POST")] {
        let (fixture, id) = fixture(surface).await;
        for level in [Level::User, Level::Workspace, Level::Organization] {
            for is_replacement in [false, true] {
                let credential = CredentialToSave {
                    level,
                    is_replacement,
                    ..token("main", None)
                };
                fixture.save(&id, credential).await.unwrap();
            }
            assert_eq!(fixture.fake.log().last().unwrap().method, method);
            let listed = fixture.credentials(&id, level).await.unwrap();
            assert_eq!(listed.len(), 1);
            assert_eq!(listed[0].level, level);
            assert_eq!(listed[0].method, Some(AuthenticationMethod::Bearer));
            assert_eq!(listed[0].status, CredentialStatus::Valid);
            assert!(listed[0].checked_at.is_some());
        }
        fixture.over();
    }
}

#[tokio::test]
async fn the_form_has_what_the_ways_to_sign_in_want() {
    let fixture = Fixture::new("current").await;
    let server = json!({"issuer": "https://i.example", "token_endpoint": "https://t.example"});
    let id = fixture
        .created(json!({"auth_methods": [
            {"kind": "bearer", "headers": [
                {"name": "X-Key"}, {"name": "X-Team", "is_required": false, "is_secret": false}]},
            {"kind": "client_credentials", "authorization_server": server,
                "token_endpoint_auth_method": "client_secret_post"},
            {"kind": "none", "headers": [{"name": "X-Only"}]},
            {"kind": "oauth_app", "client_id": "cid"},
        ]}))
        .await;
    let form = fixture.credential_form(&id, Level::User).await.unwrap();
    let kinds = form.schema["properties"]["credential"]["oneOf"]
        .as_array()
        .unwrap();
    let kinds: Vec<&str> = kinds
        .iter()
        .filter_map(|kind| kind["properties"]["kind"]["const"].as_str())
        .collect();
    assert_eq!(kinds, ["bearer", "client_credentials", "none"]);
    let header = &form.schema["properties"]["credential"]["oneOf"][0]["properties"]["headers"];
    assert_eq!(header["properties"]["X-Key"]["writeOnly"], true);
    assert!(header["properties"]["X-Team"].get("writeOnly").is_none());
    let app = json!({
        "title": "App", "credential": {
            "kind": "client_credentials", "client_id": "cid", "client_secret": "sec-12345",
        },
    });
    assert_fits(&form, &app);
    let headers = json!({"credential": {"kind": "none", "headers": {"X-Only": "only-12345"}}});
    assert_fits(&form, &headers);
    for (values, sent) in [
        (
            app,
            json!({"oauth": {
            "client_id": "cid", "grant_type": "client_credentials", "client_secret": "sec-12345"}}),
        ),
        (headers, json!({"headers": {"X-Only": "only-12345"}})),
    ] {
        let credential = CredentialToSave {
            name: sent.to_string().len().to_string(),
            values: members(values),
            ..token("", None)
        };
        fixture.save(&id, credential).await.unwrap();
        assert_eq!(fixture.sent()["credentials"], sent);
    }
    fixture.over();
}

#[tokio::test]
async fn the_older_surface_takes_stored_tokens_and_installations() {
    let (fixture, id) = fixture("seed").await;
    let methods = json!([
        {"method_type": "oauth2", "has_default_credentials": false},
        {"method_type": "github_app", "has_default_credentials": false},
    ]);
    fixture.show("supported_auth_methods", methods);
    let form = fixture.credential_form(&id, Level::User).await.unwrap();
    for (given, sent) in [
        (
            json!({"kind": "oauth_token", "access_token": "acc-12345", "expires_in": 60}),
            json!({"oauth": {"access_token": "acc-12345", "expires_in": 60}}),
        ),
        (
            json!({"kind": "github_app", "github_installation_id": "77"}),
            json!({"github_installation_id": "77"}),
        ),
    ] {
        let values = json!({ "credential": given });
        assert_fits(&form, &values);
        let credential = CredentialToSave {
            name: format!("as-{}", given["kind"].as_str().unwrap()),
            values: members(values),
            ..token("", None)
        };
        fixture.save(&id, credential).await.unwrap();
        assert_eq!(fixture.sent()["credentials"], sent);
    }
    fixture.over();
}

#[tokio::test]
async fn where_one_signs_in_on_a_page_there_is_nothing_to_type_in() {
    let fixture = Fixture::new("current").await;
    let methods = json!([{"kind": "oauth_app", "client_id": "cid"}]);
    let id = fixture.created(json!({"auth_methods": methods})).await;
    let form = fixture.credential_form(&id, Level::User).await;
    assert_eq!(form.unwrap_err().kind(), "not_supported");
    fixture.over();
}

#[tokio::test]
async fn a_refused_tool_list_says_nothing_after_a_credential_was_saved_by_name() {
    for (surface, operation) in [
        ("current", "create_credentials"),
        ("seed", "create_or_update_user_credentials"),
    ] {
        let (fixture, id) = fixture(surface).await;
        fixture.show("is_authenticated", json!(false));
        fixture.show("supported_auth_methods", json!([{"method_type": "bearer"}]));
        let tools = fixture.platform.tools().unwrap();
        tools.list_tools(&id, &fixture.options).await.unwrap_err();
        let mut given = json!({
            "connector_id_or_name": id, "name": "main", "credentials": {"bearer_token": "tok-12345"},
        });
        if surface == "current" {
            given["consumer_scope"] = "user".into();
        }
        call(&*fixture.platform, operation, given).await.unwrap();
        fixture.show("is_authenticated", json!(true));
        let connectors = fixture.platform.connectors().unwrap();
        let found = connectors.find_connector(&id, &fixture.options).await;
        assert_eq!(found.unwrap().status, Status::Unknown, "{surface}");
    }
}
