//! Facts and actions against a fake.

use patchbay_model::OperationEffect;
use serde_json::json;

use super::super::platform::tests::fixture::Fixture;
use super::*;

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
fn answers() -> Value {
    json!({
        "include": ["echo"], "exclude": ["erase"],
        "requires_confirmation": {"type": "or", "expressions": [{"read_only": false}, ["erase"]]},
        "skip_confirmation": {"read_only": true},
    })
}

/// Every act of every state fits its operation, and the platform takes it.
#[tokio::test]
async fn every_act_is_one_of_the_platforms_operations() {
    for surface in ["current", "seed"] {
        for visibility in ["private", "shared_workspace", "shared_org", "odd"] {
            let fixture = Fixture::new(surface).await;
            let id = fixture.created(json!({})).await;
            fixture.show("visibility", visibility.into());
            fixture.run_all(&id, Some(&answers())).await;
            fixture.over();
        }
    }
}

#[tokio::test]
async fn the_switches_show_how_it_is() {
    let fixture = Fixture::new("current").await;
    let id = fixture
        .created(json!({"visibility": "shared_workspace"}))
        .await;
    let found = fixture.details(&id).await;
    assert_eq!(is_on(&found, "Share with the workspace"), Some(true));
    assert_eq!(is_on(&found, "Share with the organization"), Some(false));
    assert_eq!(is_on(&found, "You"), None);
    fixture
        .run(found.find("deactivate-for-user").unwrap())
        .await;
    assert_eq!(is_on(&fixture.details(&id).await, "You"), Some(false));

    let action = found.find("unshare-from-workspace").unwrap();
    assert!(
        action
            .warning
            .as_ref()
            .is_some_and(|words| words.contains("are deleted"))
    );
    fixture.run(action).await;
    let found = fixture.details(&id).await;
    assert_eq!(is_on(&found, "Share with the workspace"), Some(false));
    assert_eq!(fact_of(&found, "Visibility"), Some("Private"));
    fixture.over();
}

#[tokio::test]
async fn what_is_set_at_a_level_is_what_its_form_begins_with() {
    for (surface, expected) in [("seed", answers()), ("current", json!({}))] {
        let fixture = Fixture::new(surface).await;
        let id = fixture.created(json!({})).await;
        let set = json!([
            {"consumer_type": "org", "tool_configuration": answers()},
            {"consumer_type": "user", "tool_configuration": {"include": null}},
        ]);
        fixture.show("connection_preferences", set);
        let found = fixture.details(&id).await;
        let begins_with = |name| &found.find(name).unwrap().values.0;
        assert_eq!(begins_with("activate-for-organization"), &expected);
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
    let found = fixture.details(&id).await;
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
    fixture.run(share).await;
    let found = fixture.details(&id).await;
    assert_eq!(found.find("share-with-workspace"), None);
    fixture.over();
}

#[tokio::test]
async fn facts_tell_who_owns_it_and_where_the_gateway_is() {
    let fixture = Fixture::new("current").await;
    let id = fixture.created(json!({})).await;
    fixture.show("blocked_by", json!(["org", "workspace"]));
    fixture.show("owner_type", "org".into());
    fixture.show("owner_id", "o-1".into());
    let found = fixture.details(&id).await;
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
