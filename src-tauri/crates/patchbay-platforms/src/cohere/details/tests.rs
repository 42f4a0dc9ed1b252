//! Facts and actions against a fake.

use patchbay_model::Control;

use super::*;
use crate::cohere::platform::tests::fixture::{Fixture, app};

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
        fixture.run_all(&id, None).await;
    }
    fixture.over();
}

#[tokio::test]
async fn switches_and_facts_show_how_it_is() {
    let fixture = Fixture::new().await;
    let id = fixture.created(json!({ "authentication": app() })).await;
    let found = fixture.details(&id).await;
    assert_eq!(
        switches(&found),
        [
            ("Active", Some(true)),
            ("Continue if it fails", Some(false))
        ]
    );
    assert_eq!(authorization(&found), "Not signed in");
    for name in ["deactivate", "continue-on-failure"] {
        fixture.run(found.find(name).unwrap()).await;
    }
    fixture.fake.with(|cohere| {
        cohere.connectors[0].insert("auth_status".to_owned(), "valid".into());
    });
    let found = fixture.details(&id).await;
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
