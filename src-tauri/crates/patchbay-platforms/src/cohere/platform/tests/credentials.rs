//! The credential of a connector on a fake.

use patchbay_model::AuthenticationMethod;
use serde_json::json;

use super::fixture::{Fixture, app};
use super::*;
use crate::CredentialToSave;
use crate::form::test_support::{assert_fits, members};

fn to_save(authentication: Value) -> CredentialToSave {
    CredentialToSave {
        name: String::new(),
        level: Level::Organization,
        values: members(json!({ "authentication": authentication })),
        is_default: None,
        is_replacement: true,
    }
}

#[tokio::test]
async fn a_token_is_replaced_by_an_app_and_deleted() {
    let fixture = Fixture::new().await;
    let service = json!({"kind": "service_auth", "type": "bearer", "token": "tok-12345"});
    let id = fixture.created(json!({ "authentication": service })).await;
    let level = Level::Organization;
    let list = async || fixture.credentials(&id, level).await.unwrap();
    let listed = list().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].method, Some(AuthenticationMethod::Bearer));
    let next = json!({"kind": "service_auth", "type": "basic", "token": "next-12345"});
    let form = fixture.credential_form(&id, level).await.unwrap();
    assert_fits(&form, &json!({ "authentication": next }));
    fixture.save(&id, to_save(next)).await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({"service_auth": {"type": "basic", "token": "next-12345"}})
    );
    fixture.save(&id, to_save(app())).await.unwrap();
    let listed = list().await;
    assert_eq!(listed[0].method, Some(AuthenticationMethod::Oauth));
    assert_eq!(listed[0].reason.as_deref(), Some("you haven't signed in"));
    let form = fixture.credential_form(&id, level).await.unwrap();
    assert_eq!(form.values["authentication"]["client_id"], "cid");
    let deleted = fixture.delete_credential(&id, level, "").await;
    deleted.unwrap();
    assert_eq!(fixture.sent(), json!({"oauth": null}));
    assert!(list().await.is_empty());
    let again = fixture.delete_credential(&id, level, "").await;
    assert_eq!(again.unwrap_err().kind(), "none_found");
    fixture.over();
}

#[tokio::test]
async fn there_are_no_names_defaults_and_other_levels() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({})).await;
    let named = CredentialToSave {
        name: "main".to_owned(),
        ..to_save(app())
    };
    let saved = fixture.save(&id, named).await;
    assert_eq!(saved.unwrap_err().kind(), "usage");
    let listed = fixture.credentials(&id, Level::User).await;
    assert_eq!(listed.unwrap_err().kind(), "not_supported");
    let made = fixture.make_default(&id, Level::Organization, "").await;
    assert_eq!(made.unwrap_err().kind(), "not_supported");
    fixture.over();
}
