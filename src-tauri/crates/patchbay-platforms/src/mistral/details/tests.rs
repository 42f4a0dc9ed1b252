//! Facts and actions against a fake.

use patchbay_model::OperationEffect;
use serde_json::{Map, json};

use super::super::platform::tests::fixture::Fixture;
use super::*;
use crate::testing::details_of;

fn fact_of<'a>(details: &'a PlatformDetails, label: &str) -> Option<&'a str> {
    let found = details.facts.iter().find(|fact| fact.label == label);
    found.map(|fact| fact.value.as_str())
}

fn is_on(details: &PlatformDetails, wanted: &str) -> Option<bool> {
    let mut controls = details.groups.iter().flat_map(|group| &group.controls);
    controls.find_map(|control| match control {
        Control::Switch { label, is_on, .. } if label == wanted => Some(*is_on),
        _ => None,
    })?
}

/// Everything that an action asks for, answered.
fn answers() -> Map<String, Value> {
    serde_json::from_value(json!({
        "include": ["echo"], "exclude": ["erase"],
        "requires_confirmation": {"type": "or", "expressions": [{"read_only": false}, ["erase"]]},
        "skip_confirmation": {"read_only": true},
    }))
    .unwrap()
}

/// Every act of every state fits its operation, and the platform takes it.
#[tokio::test]
async fn every_act_is_one_of_the_platforms_operations() {
    for surface in ["current", "seed"] {
        for visibility in ["private", "shared_workspace", "shared_org", "odd"] {
            let fixture = Fixture::new(surface).await;
            let id = fixture.created(json!({})).await;
            fixture.fake.with(|mistral| {
                let shown = &mut mistral.connectors[0].shown;
                shown.insert("visibility".to_owned(), visibility.into());
            });
            let found = details_of(&*fixture.platform, &id).await;
            let mut names = Vec::new();
            for action in found.actions() {
                names.push(action.name.clone());
                let mut table = fixture.platform.operations().iter();
                let operation = table.find(|known| known.name == action.operation).unwrap();
                assert_eq!(action.effect, operation.effect, "{}", action.name);
                let schema = operation.parameters().to_value();
                let parameters = jsonschema::validator_for(&schema).unwrap();
                let mut given = action.fixed.0.clone();
                assert!(parameters.is_valid(&given), "{} {given}", action.name);
                if let Some(input_schema) = &action.input_schema {
                    let input_schema = jsonschema::validator_for(input_schema).unwrap();
                    assert!(
                        input_schema.is_valid(&Value::Object(answers())),
                        "{}",
                        action.name
                    );
                    given.as_object_mut().unwrap().extend(answers());
                    assert!(parameters.is_valid(&given), "{} {given}", action.name);
                }
                let done = fixture
                    .platform
                    .call(&action.operation, given, &fixture.options);
                done.await.unwrap();
            }
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "a name stands for two acts");
            fixture.over();
        }
    }
}

#[tokio::test]
async fn what_an_act_asks_for_has_a_place_in_its_operation() {
    let fixture = Fixture::new("seed").await;
    let id = fixture.created(json!({})).await;
    for action in details_of(&*fixture.platform, &id).await.actions() {
        let Some(input_schema) = &action.input_schema else {
            continue;
        };
        let mut table = fixture.platform.operations().iter();
        let operation = table.find(|known| known.name == action.operation).unwrap();
        let schema = operation.parameters().to_value();
        let names = input_schema["properties"].as_object().unwrap().keys();
        for name in names {
            assert!(
                schema["properties"].get(name).is_some(),
                "{}: {name}",
                action.name
            );
            assert!(action.fixed.get(name).is_none(), "{}: {name}", action.name);
        }
    }
}

#[tokio::test]
async fn the_switches_show_how_it_is() {
    let fixture = Fixture::new("current").await;
    let id = fixture
        .created(json!({"visibility": "shared_workspace"}))
        .await;
    let found = details_of(&*fixture.platform, &id).await;
    assert_eq!(is_on(&found, "Share with the workspace"), Some(true));
    assert_eq!(is_on(&found, "Share with the organization"), Some(false));
    assert_eq!(is_on(&found, "You"), None);
    let action = found.find("deactivate-for-user").unwrap();
    let given = action.fixed.0.clone();
    fixture
        .platform
        .call(&action.operation, given, &fixture.options)
        .await
        .unwrap();
    assert_eq!(
        is_on(&details_of(&*fixture.platform, &id).await, "You"),
        Some(false)
    );

    let action = found.find("unshare-from-workspace").unwrap();
    assert!(
        action
            .warning
            .as_ref()
            .is_some_and(|words| words.contains("are deleted"))
    );
    let given = action.fixed.0.clone();
    fixture
        .platform
        .call(&action.operation, given, &fixture.options)
        .await
        .unwrap();
    let found = details_of(&*fixture.platform, &id).await;
    assert_eq!(is_on(&found, "Share with the workspace"), Some(false));
    assert_eq!(fact_of(&found, "Visibility"), Some("Private"));
    fixture.over();
}

#[tokio::test]
async fn what_is_set_at_a_level_is_what_its_form_begins_with() {
    for (surface, expected) in [("seed", answers()), ("current", Map::new())] {
        let fixture = Fixture::new(surface).await;
        let id = fixture.created(json!({})).await;
        fixture.fake.with(|mistral| {
            let set = json!([
                {"consumer_type": "org", "tool_configuration": answers()},
                {"consumer_type": "user", "tool_configuration": {"include": null}},
            ]);
            let shown = &mut mistral.connectors[0].shown;
            shown.insert("connection_preferences".to_owned(), set);
        });
        let found = details_of(&*fixture.platform, &id).await;
        let begins_with = |name| &found.find(name).unwrap().values.0;
        assert_eq!(
            begins_with("activate-for-organization"),
            &Value::Object(expected)
        );
        assert_eq!(begins_with("activate-for-workspace"), &json!({}));
        assert_eq!(begins_with("activate-for-user"), &json!({}));
        assert!(fact_of(&found, "Tools for the organization").is_some());
        fixture.over();
    }
}

#[tokio::test]
async fn sharing_on_the_older_surface_is_for_good_and_offered_once() {
    let fixture = Fixture::new("seed").await;
    let id = fixture.created(json!({})).await;
    let found = details_of(&*fixture.platform, &id).await;
    let share = found.find("share-with-workspace").unwrap();
    assert_eq!(share.effect, OperationEffect::Irreversible);
    assert!(
        share
            .warning
            .as_ref()
            .is_some_and(|words| words.contains("can't undo this"))
    );
    assert_eq!(fact_of(&found, "Gateway"), None);
    assert_eq!(fact_of(&found, "Owner"), Some("type 2"));
    let given = share.fixed.0.clone();
    fixture
        .platform
        .call(&share.operation, given, &fixture.options)
        .await
        .unwrap();
    let found = details_of(&*fixture.platform, &id).await;
    assert_eq!(found.find("share-with-workspace"), None);
    fixture.over();
}

#[tokio::test]
async fn facts_tell_who_owns_it_and_where_the_gateway_is() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.fake.with(|mistral| {
        let shown = &mut mistral.connectors[0].shown;
        shown.insert("blocked_by".to_owned(), json!(["org", "workspace"]));
        shown.insert("owner_type".to_owned(), "org".into());
        shown.insert("owner_id".to_owned(), "o-1".into());
    });
    let found = details_of(&*fixture.platform, &id).await;
    assert_eq!(fact_of(&found, "Owner"), Some("organization (o-1)"));
    assert_eq!(
        fact_of(&found, "Blocked by"),
        Some("organization, workspace")
    );
    assert_eq!(fact_of(&found, "Signed in"), Some("No"));
    let gateway = format!("{}/v1/connectors-gateway/{id}/mcp", fixture.fake.url());
    assert_eq!(fact_of(&found, "Gateway"), Some(gateway.as_str()));
    fixture.over();
}
