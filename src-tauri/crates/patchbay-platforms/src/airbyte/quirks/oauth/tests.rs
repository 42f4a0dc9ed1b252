use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::airbyte::quirks::spec::tests::{any_schema, github};

fn of(document: &Value) -> Option<ProviderOAuth> {
    provider(document, &Spec::read(document))
}

#[test]
fn members_addresses_and_scopes_are_found() {
    let found = of(&github()).unwrap();
    let text = |url: &Option<Url>| url.as_ref().map(Url::to_string);
    assert_eq!(
        text(&found.authorize_url).as_deref(),
        Some("https://github.example/login/oauth/authorize")
    );
    assert_eq!(
        text(&found.token_url).as_deref(),
        Some("https://github.example/login/oauth/access_token")
    );
    assert_eq!(found.scopes, ["repo", "read:org"]);
    let values = json!({"credentials": {"option_title": "OAuth Credentials"}});
    assert_eq!(Value::Object(found.values), values);
    assert_eq!(found.client_id_field, "/credentials/client_id");
    let secret = found.client_secret_field.as_deref();
    assert_eq!(secret, Some("/credentials/client_secret"));
    assert_eq!(found.refresh_token_field, None);
    let token = found.access_token_field.as_deref();
    assert_eq!(token, Some("/credentials/access_token"));
}

#[test]
fn a_refresh_token_at_the_top_is_found_without_addresses() {
    let found = of(&json!({"spec": {"properties": {
        "client_id": {"type": "string"},
        "clientSecret": {"type": "string", "airbyte_secret": true},
        "refresh_token": {"type": "string", "airbyte_secret": true},
        "scopes": {"type": "string"}
    }}}))
    .unwrap();
    assert_eq!(
        found.refresh_token_field.as_deref(),
        Some("/credentials/refresh_token")
    );
    assert_eq!((found.authorize_url, found.token_url), (None, None));
    assert!(found.scopes.is_empty());
}

#[test]
fn credentials_without_an_app_are_no_oauth() {
    let key = json!({"spec": {"properties": {"api_key": {"airbyte_secret": true}}}});
    assert_eq!(of(&key), None);
    assert_eq!(of(&json!({})), None);
}

#[test]
fn an_address_that_is_not_safe_is_none() {
    for (text, is_fine) in [
        ("https://a.example/x?y={{z}}", true),
        ("http://127.0.0.1:9/token", true),
        ("http://a.example/token", false),
        ("https://{{ shop }}.example/token", false),
        ("https://u:p@a.example/", false),
        ("javascript:alert(1)", false),
        ("", false),
    ] {
        assert_eq!(address(text).is_some(), is_fine, "{text}");
    }
}

#[test]
fn scopes_are_read_in_every_spelling() {
    for (name, value) in [
        ("scope", json!("a b")),
        ("scopes", json!("a,b")),
        ("scopes", json!(["a", "b"])),
        ("scopes", json!([{"scope": "a"}, {"scope": "b"}])),
        ("scopes", json!({"a": "read", "b": "write"})),
    ] {
        assert_eq!(scopes(name, &value).unwrap(), ["a", "b"], "{value}");
    }
    assert_eq!(scopes("scopes", &json!({"type": "string"})), None);
    assert_eq!(scopes("scope", &json!("")), None);
}

proptest! {
    #[test]
    fn any_specification_is_looked_through(document in any_schema()) {
        let wrapped = json!({"definition": {"spec": document}});
        if let Some(found) = of(&wrapped) {
            prop_assert!(found.client_id_field.starts_with("/credentials/"));
        }
    }
}
