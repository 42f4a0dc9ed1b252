use serde_json::json;

use super::*;

fn names(detail: Value, inspected: Value) -> Vec<String> {
    let connector = serde_json::from_value(detail).unwrap();
    let inspected = serde_json::from_value(inspected).unwrap();
    let tools = tools(&connector, &inspected);
    tools.into_iter().map(|tool| tool.name).collect()
}

#[test]
fn entities_and_their_modes_become_tools() {
    let detail = json!({"id": "a", "entities": [
        {"entity": "customers", "modes": ["read", "write"]},
        {"entity": "charges", "modes": null},
        {"entity": "notes", "modes": ["write"]},
        {"modes": ["read"]},
    ]});
    let inspected = json!({"context_store_readiness": {
        "supported_context_store_entities": [
            {"entity": "charges", "suggested": true},
            {"entity": "refunds"},
        ],
    }});
    let tools = "
        execute charges.list charges.get charges.context_store_search customers.list customers.get
        customers.create customers.update customers.delete notes.create notes.update notes.delete refunds.list
        refunds.get refunds.context_store_search
    ";
    let tools: Vec<&str> = tools.split_whitespace().collect();
    assert_eq!(names(detail, inspected), tools);
}

#[test]
fn where_nothing_is_described_any_action_can_be_named() {
    let sparse = json!({"id": "a", "entities": null});
    assert_eq!(
        names(sparse, json!({"context_store_readiness": null})),
        ["execute"]
    );
}

#[test]
fn a_tool_is_taken_apart_at_its_last_dot() {
    let id = RemoteId::new("a");
    let given = execute(ToolRequest::new(&id, "crm.contacts.list", Map::new())).unwrap();
    assert_eq!((&*given.entity, &*given.action), ("crm.contacts", "list"));
    for unknown in ["customers", ".list", "customers."] {
        let refused = execute(ToolRequest::new(&id, unknown, Map::new())).unwrap_err();
        assert!(matches!(refused, Error::ToolNotFound { .. }), "{unknown}");
    }
}

#[test]
fn the_name_of_a_file_stays_whole_in_its_address() {
    let named = |name: &str| {
        let file = File {
            content_type: None,
            filename: Some(name.to_owned()),
            bytes: "a".into(),
        };
        match &file_result(&file).content[0] {
            Content::Resource { uri, .. } => uri.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(named("Größe 1.csv"), "attachment:Größe 1.csv");
    assert_eq!(
        named("Bill #12 (5%)?.pdf"),
        "attachment:Bill %2312 (5%25)%3F.pdf"
    );
}
