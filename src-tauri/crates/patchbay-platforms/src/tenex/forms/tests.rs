//! Forms by what a provider says of itself.

use proptest::prelude::*;

use super::*;
use crate::tenex::platform::tests::any_json;

fn provider(json: Value) -> Provider {
    serde_json::from_value(json).unwrap()
}

#[test]
fn the_key_is_the_field_of_that_name_or_the_first_secret() {
    for (fields, label, others) in [
        (json!(null), "API key", vec![]),
        (
            json!([{"name": "site", "secret": false}, {"name": "api_key", "label": "Master key"}]),
            "Master key",
            vec!["site"],
        ),
        (
            json!([{"name": "dataset", "secret": false}, {"name": "token", "label": "Token"}]),
            "Token",
            vec!["dataset"],
        ),
    ] {
        let sanity = provider(json!({"provider": "sanity", "byok_fields": fields}));
        let (found, rest) = key_fields(&sanity);
        assert_eq!(found, label, "{fields}");
        let names: Vec<String> = rest.into_iter().map(|field| field.name).collect();
        assert_eq!(names, others, "{fields}");
    }
}

#[test]
fn a_secret_beside_the_key_is_one_in_the_form_too() {
    let twice = provider(json!({"provider": "p", "byok_fields": [
        {"name": "api_key"}, {"name": "pin", "label": "PIN", "secret": true, "required": false}
    ]}));
    let form = creation(&twice, (false, true)).schema.0;
    assert_eq!(form["required"], json!(["api_key"]));
    let settings = &form["properties"]["settings"];
    assert_eq!(settings["properties"]["pin"]["writeOnly"], true);
    assert!(settings.get("required").is_none());
    let given = json!({"pin": "1234", "other": "x"});
    assert_eq!(secrets(&twice, given.as_object().unwrap()), ["1234"]);
}

#[test]
fn roles_are_the_providers_or_all_and_the_present_one_is_among_them() {
    let gmail = provider(json!({"provider": "gmail", "roles": ["sink"]}));
    assert_eq!(roles(&gmail, None), ["sink"]);
    assert_eq!(roles(&gmail, Some("odd")), ["sink", "odd"]);
    let options = role_options(&Provider::default(), None);
    assert_eq!(options[3]["title"], "Primary data source");
}

/// Source: 10ex contract, section 1, "Settings".
#[test]
fn the_documented_settings_have_fields_of_their_own() {
    let fields = |category: Value, kept: Value| {
        let provider = provider(json!({"provider": "p", "category": category}));
        let connector = json!({
            "id": "c", "provider": "p", "status": "connected", "settings": kept,
        });
        let connector = Connector::of(connector).unwrap();
        let form = settings(&connector, &provider);
        assert!(jsonschema::is_valid(&form.schema, &form.values));
        let fields = form.schema["properties"]["settings"]["properties"].as_object();
        let names: Vec<String> = fields
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        names
    };
    assert_eq!(
        fields(json!("email"), json!({})),
        ["sender_alias", "default_labels"]
    );
    assert_eq!(fields(json!("ads"), json!({})), ["ad_account_id"]);
    assert_eq!(fields(json!(null), json!({})).len(), 3);
    // What is kept in another form than is assumed is not lost for it.
    let odd = json!({"sender_alias": 7, "default_labels": "a, b"});
    assert!(fields(json!("email"), odd).is_empty());
}

proptest! {
    #[test]
    fn any_provider_has_a_form(json in any_json()) {
        if let Ok(provider) = serde_json::from_value::<Provider>(json) {
            for ways in [(true, true), (true, false), (false, true)] {
                let form = creation(&provider, ways).schema;
                prop_assert!(jsonschema::validator_for(&form).is_ok());
            }
            prop_assert!(!roles(&provider, None).is_empty());
        }
    }
}

#[test]
fn a_name_that_only_shouts_the_code_is_written_as_people_do() {
    for (code, name, shown) in [
        ("gmail", json!("GMAIL"), "Gmail"),
        ("GMAIL", json!(null), "Gmail"),
        ("google_drive", json!("Google Drive"), "Google Drive"),
        ("hubspot", json!("HubSpot"), "HubSpot"),
        ("ibm", json!("IBM"), "IBM"),
    ] {
        let it = provider(json!({"provider": code, "name": name}));
        assert_eq!(title(&it), shown);
    }
}
