use proptest::prelude::*;

use super::*;

/// Any JSON, with the words of schemas and of specifications.
pub(crate) fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        prop::sample::select(vec![
            "object",
            "string",
            "array",
            "#/definitions/A",
            "#",
            "https://a.example/{x}",
        ])
        .prop_map(Value::from),
    ];
    let words = "type properties required oneOf anyOf allOf items enum const $ref definitions order airbyte_secret \
                 minLength multipleOf spec definition connectionSpecification credentials replication_config \
                 client_id refresh_token access_token option_title title additionalProperties if consent_url scopes \
                 name";
    let words: Vec<&str> = words.split(' ').collect();
    leaf.prop_recursive(6, 60, 5, move |inner| {
        let name = prop::sample::select(words.clone()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A specification as kinds with several ways to sign in have it.
pub(crate) fn github() -> Value {
    json!({"id": "d-1", "definition": {"name": "GitHub", "spec": {
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "required": ["credentials", "repositories"],
            "properties": {
                "credentials": {"title": "Authentication", "type": "object", "order": 0, "oneOf": [
                    {"type": "object", "title": "OAuth", "required": ["access_token"], "properties": {
                        "option_title": {"type": "string", "const": "OAuth Credentials", "order": 0},
                        "access_token": {"type": "string", "airbyte_secret": true},
                        "client_id": {"type": "string", "airbyte_secret": true},
                        "client_secret": {"type": "string", "airbyte_secret": true}}},
                    {"type": "object", "title": "Personal Access Token",
                     "required": ["personal_access_token"], "properties": {
                        "option_title": {"type": "string", "const": "PAT Credentials", "order": 0},
                        "personal_access_token": {"type": "string", "airbyte_secret": true}}}
                ]},
                "repositories": {"type": "array", "items": {"type": "string"}, "order": 1},
                "start_date": {"type": "string", "format": "date-time", "order": 2}
            }
        },
        "advanced_auth": {"oauth_config_specification": {"oauth_connector_input_specification": {
            "consent_url": "https://github.example/login/oauth/authorize?{{client_id_param}}",
            "access_token_url": "https://github.example/login/oauth/access_token",
            "scope": "repo read:org"
        }}}
    }}})
}

#[test]
fn ways_to_sign_in_and_settings_are_told_apart() {
    let spec = Spec::read(&github());
    let (credentials, is_needed) = spec.credentials.clone().unwrap();
    assert!(is_needed);
    let methods = credentials["oneOf"].as_array().unwrap();
    assert_eq!(methods[0]["title"], "OAuth");
    assert_eq!(
        methods[1]["required"],
        json!(["option_title", "personal_access_token"])
    );
    assert_eq!(
        methods[1]["properties"]["personal_access_token"]["writeOnly"],
        true
    );
    let replication = spec.replication();
    assert_eq!(replication["required"], json!(["repositories"]));
    assert_eq!(names(&replication), ["repositories", "start_date"]);
    assert_eq!(spec.sign_in_methods().len(), 2);
}

#[test]
fn secrets_at_the_top_are_the_credentials() {
    let spec = Spec::read(&json!({"user_config_spec": {"type": "object",
        "required": ["account_id", "client_secret"], "properties": {
            "account_id": {"type": "string"}, "client_id": {"type": "string"},
            "client_secret": {"type": "string", "airbyte_secret": true}}}}));
    let (credentials, is_needed) = spec.credentials.clone().unwrap();
    assert!(is_needed);
    assert_eq!(names(&credentials), ["client_secret", "client_id"]);
    assert_eq!(credentials["required"], json!(["client_secret"]));
    assert_eq!(names(&spec.replication()), ["account_id"]);
}

fn names(schema: &Value) -> Vec<&String> {
    schema["properties"].as_object().unwrap().keys().collect()
}

#[test]
fn ways_without_a_word_of_their_own_say_their_title() {
    let spec = Spec::read(&json!({"spec": {"oneOf": [
        {"title": "Key", "properties": {"api_key": {"type": "string"}}},
        {"properties": {"token": {"type": "string"}}}
    ]}}));
    let (credentials, _) = spec.credentials.clone().unwrap();
    let methods = credentials["oneOf"].as_array().unwrap();
    assert_eq!(methods[0]["properties"]["option_title"]["const"], "Key");
    assert_eq!(
        methods[1]["properties"]["option_title"]["const"],
        "Option 2"
    );
    assert_eq!(spec.replication, None);
    let only = Spec::read(&json!({"spec": {"oneOf": [{"title": "Key", "properties": {"k": {}}}]}}));
    assert!(only.credentials().get("oneOf").is_none());
    assert_eq!(only.credentials()["properties"]["k"]["title"], "K");
}

#[test]
fn of_a_kind_that_tells_nothing_the_form_is_free() {
    for document in [
        json!({}),
        json!(null),
        json!({"definition": {"spec": "none"}}),
        json!([1]),
    ] {
        let spec = Spec::read(&document);
        assert_eq!(spec.credentials, None, "{document}");
        assert_eq!(spec.credentials()["type"], "object");
        assert_eq!(spec.credentials()["writeOnly"], true);
        assert_eq!(spec.replication()["type"], "object");
    }
}

proptest! {
    #[test]
    fn any_specification_has_a_form(document in any_schema()) {
        let wrapped = json!({"definition": {"spec": document}});
        for document in [&document, &wrapped] {
            let spec = Spec::read(document);
            prop_assert!(spec.credentials().is_object());
            prop_assert!(spec.replication().is_object());
            prop_assert!(spec.sign_in_methods().iter().all(|method| method.is_object()));
        }
    }
}

#[test]
fn credentials_of_an_unknown_shape_are_secrets_of_any_names() {
    let schema = Spec::read(&json!({})).credentials();
    assert!(jsonschema::is_valid(
        &schema,
        &json!({"token": "t", "account": "a"})
    ));
    assert_eq!(schema["additionalProperties"]["writeOnly"], true);
}
