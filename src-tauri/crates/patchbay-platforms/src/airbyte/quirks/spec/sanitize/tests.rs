use proptest::prelude::*;

use super::*;
use crate::airbyte::quirks::spec::tests::any_schema;

#[test]
fn secrets_are_write_only_and_members_keep_their_order() {
    let clean = sanitize_schema(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
        "required": ["b"], "additionalProperties": true,
        "properties": {
            "a": {"type": "string", "order": 1, "description": "See <a href=\"x\">docs</a>, a<b."},
            "b": {"type": "string", "airbyte_secret": true},
            "key_file": {"type": "string", "order": 0, "multiline": true, "airbyte_hidden": true}
        }
    }));
    let properties = clean["properties"].as_object().unwrap();
    assert!(properties.keys().eq(["key_file", "a", "b"]));
    assert_eq!(clean["properties"]["a"]["description"], "See docs, a<b.");
    assert_eq!(
        clean["properties"]["b"],
        json!({"type": "string", "title": "B", "writeOnly": true})
    );
    assert_eq!(
        clean["properties"]["key_file"],
        json!({
            "type": "string", "title": "Key file", "contentMediaType": "text/plain",
            "x-advanced": true
        })
    );
    assert!(clean.get("$schema").is_none());
}

#[test]
fn alternatives_are_told_apart_by_their_constant() {
    let clean = sanitize_schema(&json!({"type": "object", "oneOf": [
        {"properties": {"auth_type": {"type": "string", "const": "oauth"}, "x": {}}},
        {"title": "Key", "required": ["key"], "properties": {
            "auth_type": {"type": "string", "enum": ["api_key"]}, "key": {"type": "string"}}}
    ]}));
    assert_eq!(clean["oneOf"][0]["title"], "Oauth");
    assert_eq!(clean["oneOf"][0]["required"], json!(["auth_type"]));
    assert_eq!(clean["oneOf"][1]["title"], "Key");
    assert_eq!(clean["oneOf"][1]["required"], json!(["auth_type", "key"]));
    let same = sanitize_schema(&json!({"oneOf": [{"type": "string"}, {"type": "string"}]}));
    assert!(same.get("oneOf").is_none());
    assert_eq!(same["anyOf"].as_array().unwrap().len(), 2);
}

#[test]
fn references_are_resolved_and_circles_end() {
    let clean = sanitize_schema(&json!({
        "properties": {"a": {"$ref": "#/definitions/A", "title": "Mine"}, "b": {"$ref": "other"}},
        "definitions": {"A": {"type": "object", "title": "A", "properties": {
            "again": {"$ref": "#/definitions/A"}}}}
    }));
    assert_eq!(clean["properties"]["a"]["title"], "Mine");
    assert_eq!(
        clean["properties"]["a"]["properties"]["again"]["title"],
        "A"
    );
    assert_eq!(clean["properties"]["b"], json!({"title": "B"}));
}

#[test]
fn what_has_to_be_there_is_asked_for_even_when_nothing_describes_it() {
    let twice = json!(["repositories", "repositories"]);
    let clean = sanitize_schema(&json!({"type": "object", "required": twice}));
    assert_eq!(clean["required"], json!(["repositories"]));
    assert_eq!(
        clean["properties"],
        json!({"repositories": {"title": "Repositories"}})
    );
}

proptest! {
    #[test]
    fn any_schema_becomes_one_that_can_be_checked(schema in any_schema()) {
        let clean = sanitize_schema(&schema);
        prop_assert!(clean.is_object());
        // Patterns are the connector's; whether one can be read is the check's business.
        let text = clean.to_string();
        if !text.contains("\"pattern\"") {
            prop_assert!(jsonschema::validator_for(&clean).is_ok(), "{}", text);
        }
    }
}
