use serde_json::{Value, json};

use super::*;
use crate::airbyte::wire::same_id;

fn connectors(templates: &[Value]) -> Vec<Connector> {
    let item = |(n, template): (usize, &Value)| {
        let wire = json!({"id": n, "summarized_source_template": template});
        serde_json::from_value(wire).unwrap()
    };
    templates.iter().enumerate().map(item).collect()
}

fn found(templates: &[Value], wanted: &str) -> String {
    match exactly_one_of_kind(connectors(templates).into_iter(), wanted, "default") {
        Ok(connector) => connector.id.to_string(),
        Err(error) => error.kind().to_owned(),
    }
}

#[test]
fn none_one_and_many_are_told_apart() {
    let github = json!({"connector_name": "github", "name": "GitHub"});
    let stripe = json!({"connector_name": "Stripe", "name": "x"});
    let two = [github.clone(), stripe];
    assert_eq!(found(&two, "STRIPE"), "1");
    assert_eq!(found(&two, "not-a-thing"), "none_found");
    assert_eq!(found(&[github.clone(), github], "github"), "many_found");
}

#[test]
fn without_a_slug_the_name_of_the_kind_counts() {
    let unnamed = json!({"name": "Zendesk Support"});
    let null = json!({"connector_name": null, "name": "Google Ads"});
    let templates = [unnamed, null, Value::Null];
    assert_eq!(found(&templates, "zendesk-support"), "0");
    assert_eq!(found(&templates, "google-ads"), "1");
    // A slug that is there wins over the name.
    let named = json!({"connector_name": "gads", "name": "Google Ads"});
    assert_eq!(found(&[named], "google-ads"), "none_found");
}

#[test]
fn a_uuid_is_the_definition_in_any_spelling() {
    let template = json!({
        "connector_name": "stripe",
        "actor_definition_id": "e094cb9a-26de-4645-8761-65c0c425d1de",
    });
    let wanted = "E094CB9A26DE4645876165C0C425D1DE";
    assert_eq!(found(std::slice::from_ref(&template), wanted), "0");
    let other = "e094cb9a-26de-4645-8761-65c0c425d1df";
    assert_eq!(found(&[template], other), "none_found");
    assert!(same_id(wanted, "e094cb9a-26de-4645-8761-65c0c425d1de"));
    assert!(!same_id(wanted, other) && !same_id("a", "A") && same_id("a", "a"));
}
