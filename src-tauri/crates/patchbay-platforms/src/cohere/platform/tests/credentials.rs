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
    let credentials = fixture.platform.credentials().unwrap();
    let list = async || {
        let listed = credentials.list_credentials(&id, Level::Organization, &fixture.options);
        listed.await.unwrap()
    };
    let listed = list().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].method, Some(AuthenticationMethod::Bearer));
    let next = json!({"kind": "service_auth", "type": "basic", "token": "next-12345"});
    let form = credentials.credential_form(&id, Level::Organization, &fixture.options);
    let form = form.await.unwrap();
    assert_fits(&form, &json!({ "authentication": next }));
    let saved = credentials.save_credential(&id, to_save(next), &fixture.options);
    saved.await.unwrap();
    assert_eq!(
        fixture.sent(),
        json!({"service_auth": {"type": "basic", "token": "next-12345"}})
    );
    let saved = credentials.save_credential(&id, to_save(app()), &fixture.options);
    saved.await.unwrap();
    let listed = list().await;
    assert_eq!(listed[0].method, Some(AuthenticationMethod::Oauth));
    assert_eq!(listed[0].reason.as_deref(), Some("you haven't signed in"));
    let form = credentials.credential_form(&id, Level::Organization, &fixture.options);
    assert_eq!(
        form.await.unwrap().values["authentication"]["client_id"],
        "cid"
    );
    let deleted = credentials.delete_credential(&id, Level::Organization, "", &fixture.options);
    deleted.await.unwrap();
    assert_eq!(fixture.sent(), json!({"oauth": null}));
    assert!(list().await.is_empty());
    let again = credentials.delete_credential(&id, Level::Organization, "", &fixture.options);
    assert_eq!(again.await.unwrap_err().kind(), "none_found");
    fixture.over();
}

#[tokio::test]
async fn there_are_no_names_defaults_and_other_levels() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({})).await;
    let credentials = fixture.platform.credentials().unwrap();
    let named = CredentialToSave {
        name: "main".to_owned(),
        ..to_save(app())
    };
    let saved = credentials.save_credential(&id, named, &fixture.options);
    assert_eq!(saved.await.unwrap_err().kind(), "usage");
    let listed = credentials.list_credentials(&id, Level::User, &fixture.options);
    assert_eq!(listed.await.unwrap_err().kind(), "not_supported");
    let made = credentials.make_default(&id, Level::Organization, "", &fixture.options);
    assert_eq!(made.await.unwrap_err().kind(), "not_supported");
    fixture.over();
}
