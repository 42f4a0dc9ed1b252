use patchbay_http::Answer;

use super::*;
use crate::Output;

#[test]
fn problems_of_the_body_find_their_fields() {
    let given = json!({
        "name": "n", "credentials": {"token": "t"}, "replication_config": {"site": "s"}
    });
    let given = given.as_object().unwrap();
    let missing = "required property 'repositories' not found";
    for (path, words, expected) in [
        (
            "/replication_config",
            missing,
            "/replication_config/repositories",
        ),
        ("", missing, "/replication_config/repositories"),
        ("/name", "too long", "/name"),
        ("/token", "bad", "/credentials/token"),
        ("/site", "bad", "/replication_config/site"),
        (
            "/connection_configuration/site",
            "bad",
            "/replication_config/site",
        ),
        (
            "",
            "Credentials do not match any auth scheme. Provided keys: ['a']",
            "/credentials",
        ),
        ("", "something else", ""),
        ("/elsewhere", "bad", "/elsewhere"),
    ] {
        assert_eq!(form_pointer(path, words, given), expected, "{path} {words}");
    }
}

#[test]
fn a_kind_that_tells_nothing_has_a_form_all_the_same() {
    let answer = Answer {
        body: "{}".into(),
        ..Answer::default()
    };
    let definition = Raw::read(&answer, "get_definition").unwrap();
    let form = creation(&definition, "w", &[]).schema;
    let validator = jsonschema::validator_for(&form).unwrap();
    assert!(validator.is_valid(&json!({
        "workspace_name": "w", "credentials": {"any": {"thing": 1}}
    })));
    assert!(!validator.is_valid(&json!({"workspace_name": "w", "credentials": "text"})));
    assert_eq!(form["properties"]["replication_config"]["x-advanced"], true);
}

#[test]
fn secrets_that_the_platform_keeps_need_not_be_entered_again() {
    let mut schema = json!({
        "properties": {"host": {}, "password": {"writeOnly": true}, "tunnel": {"oneOf": [
            {"properties": {"key": {"writeOnly": true}}, "required": ["key"]},
        ]}},
        "required": ["host", "password"],
    });
    spare_secrets(&mut schema);
    assert_eq!(schema["required"], json!(["host"]));
    let tunnel = &schema["properties"]["tunnel"]["oneOf"][0];
    assert_eq!(tunnel["required"], json!([]));
}
