//! Facts and actions against a fake.

use patchbay_model::Control;

use super::*;
use crate::cohere::platform::tests::fixture::{Fixture, app};
use crate::testing::details_of;

fn switches(details: &PlatformDetails) -> Vec<(&str, Option<bool>)> {
    let controls = details.groups.iter().flat_map(|group| &group.controls);
    let shown = controls.filter_map(|control| match control {
        Control::Switch { label, is_on, .. } => Some((label.as_str(), *is_on)),
        _ => None,
    });
    shown.collect()
}

fn authorization(details: &PlatformDetails) -> &str {
    let mut facts = details.facts.iter();
    let fact = facts.find(|fact| fact.label == "Authorization");
    fact.unwrap().value.as_str()
}

#[tokio::test]
async fn every_act_is_one_of_the_platforms_operations() {
    let fixture = Fixture::new().await;
    for authentication in [json!({"kind": "none"}), app()] {
        let id = fixture
            .created(json!({ "authentication": authentication }))
            .await;
        for action in details_of(&*fixture.platform, &id).await.actions() {
            let mut table = fixture.platform.operations().iter();
            let operation = table.find(|known| known.name == action.operation).unwrap();
            assert_eq!(action.effect, operation.effect);
            let schema = operation.parameters().to_value();
            let parameters = jsonschema::validator_for(&schema).unwrap();
            assert!(parameters.is_valid(&action.fixed), "{}", action.name);
            assert_eq!(action.input_schema, None);
            let given = action.fixed.0.clone();
            let done = fixture
                .platform
                .call(&action.operation, given, &fixture.options);
            done.await.unwrap();
        }
    }
    fixture.over();
}

#[tokio::test]
async fn switches_and_facts_show_how_it_is() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({ "authentication": app() })).await;
    let found = details_of(&*fixture.platform, &id).await;
    assert_eq!(
        switches(&found),
        [
            ("Active", Some(true)),
            ("Continue if it fails", Some(false))
        ]
    );
    assert_eq!(authorization(&found), "Not signed in");
    for name in ["deactivate", "continue-on-failure"] {
        let action = found.find(name).unwrap();
        let given = action.fixed.0.clone();
        let done = fixture
            .platform
            .call(&action.operation, given, &fixture.options);
        done.await.unwrap();
    }
    fixture.fake.with(|cohere| {
        cohere.connectors[0].insert("auth_status".to_owned(), "valid".into());
    });
    let found = details_of(&*fixture.platform, &id).await;
    assert_eq!(
        switches(&found),
        [
            ("Active", Some(false)),
            ("Continue if it fails", Some(true))
        ]
    );
    assert_eq!(authorization(&found), "Valid");
    fixture.over();
}
