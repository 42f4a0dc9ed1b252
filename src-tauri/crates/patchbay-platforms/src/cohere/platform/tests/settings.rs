//! Changing connectors on a fake.

use serde_json::json;

use super::fixture::{Fixture, app};
use super::*;
use crate::form::test_support::assert_fits;

#[tokio::test]
async fn the_form_shows_what_is_set_and_no_secret() {
    let fixture = Fixture::new().await;
    let id = fixture
        .created(
            json!({"excludes": ["text"], "continue_on_failure": true, "authentication": app()}),
        )
        .await;
    let form = fixture.settings_form(&id).await;
    assert_fits(&form, &form.values);
    let mut shown = app();
    shown.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(
        *form.values,
        json!({
            "name": "docs", "url": "https://docs.example/search", "excludes": ["text"],
            "active": true, "continue_on_failure": true, "authentication": shown,
        })
    );
    assert_eq!(form.kept, ["/authentication/client_secret"]);
    fixture.over();
}

#[tokio::test]
async fn only_what_changes_is_sent() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({"excludes": ["text"]})).await;
    let changes = json!({"name": "Docs", "active": false, "excludes": null});
    fixture.change(&id, changes.clone()).await.unwrap();
    assert_eq!(fixture.sent(), changes);
    let now = fixture.settings_form(&id).await;
    assert_eq!(now.values["name"], "Docs");
    assert_eq!(now.values["active"], false);
    assert!(now.values.get("excludes").is_none());
    fixture.over();
}

#[tokio::test]
async fn a_sign_in_can_be_switched_and_what_it_was_is_cleared() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({"authentication": app()})).await;
    let change = async |authentication: Value| {
        let changes = json!({ "authentication": authentication });
        fixture.change(&id, changes).await
    };
    // The secret of the app stays, and its scope goes.
    let mut other = app();
    for gone in ["client_secret", "scope"] {
        other.as_object_mut().unwrap().remove(gone);
    }
    change(other.clone()).await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({"oauth": {
            "client_id": "cid", "authorize_url": "https://id.example/authorize",
            "token_url": "https://id.example/token", "scope": null,
        }})
    );
    let service = json!({"kind": "service_auth", "type": "bearer", "token": "tok-12345"});
    change(service).await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({"oauth": null, "service_auth": {"type": "bearer", "token": "tok-12345"}})
    );
    let now = fixture.settings_form(&id).await;
    assert_eq!(
        now.values["authentication"],
        json!({"kind": "service_auth"})
    );
    assert_eq!(now.kept, ["/authentication/token"]);
    assert_fits(&now, &now.values);
    // Half of a token is refused, by the form and before anything is sent.
    let half = json!({"kind": "service_auth", "type": "basic"});
    let validator = jsonschema::validator_for(&now.schema).unwrap();
    let mut values = now.values.0.clone();
    values["authentication"] = half.clone();
    assert!(!validator.is_valid(&values));
    assert_eq!(change(half).await.unwrap_err().kind(), "usage");
    assert_eq!(change(other).await.unwrap_err().kind(), "usage");
    change(json!({"kind": "none"})).await.unwrap();
    assert_eq!(fixture.sent(), json!({"service_auth": null}));
    let now = fixture.settings_form(&id).await;
    assert_eq!(now.values["authentication"], json!({"kind": "none"}));
    assert!(now.kept.is_empty());
    fixture.over();
}

#[tokio::test]
async fn a_url_that_is_not_told_blocks_no_edit() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({})).await;
    fixture
        .fake
        .with(|cohere| cohere.connectors[0].insert("url".to_owned(), Value::Null));
    let form = fixture.settings_form(&id).await;
    assert_fits(&form, &form.values);
    assert_eq!(form.schema["required"], json!(["name"]));
    fixture.over();
}
