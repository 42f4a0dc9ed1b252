//! What the platform can do beyond listing, on a fake of it.

use patchbay_model::Status;
use patchbay_testkit::fakes::{Answer, FakeAgentStack};
use serde_json::json;

use super::*;
use crate::form::test_support::{assert_drawable, fits, members, with_members};
use crate::testing::{Fixture, call};

const PROTECTED: &str = "https://mcp.example/mcp";

async fn started() -> Fixture<FakeAgentStack> {
    let mut fake = FakeAgentStack::new();
    fake.protected.push(PROTECTED.to_owned());
    fake.refused.push("stale-token".to_owned());
    fake.presets = vec![
        json!({"url": "https://mcp.stripe.example/", "metadata": {"name": "Stripe"}}),
        json!({"url": "mcp+stdio://github", "metadata": null}),
    ];
    Fixture::start(fake, |url| signed_in(url, JumpingClock::new())).await
}

fn token(value: &str) -> CredentialToSave {
    CredentialToSave {
        name: String::new(),
        level: Level::User,
        values: members(json!({ "access_token": value })),
        is_default: None,
        is_replacement: true,
    }
}

#[tokio::test]
async fn a_preset_and_any_address_become_connectors() {
    let fixture = started().await;
    let creation = fixture.platform.creation().unwrap();
    let definitions = creation.list_definitions(&options()).await.unwrap();
    let titles: Vec<&str> = definitions.iter().map(|each| each.title.as_str()).collect();
    assert_eq!(titles, ["Stripe", "github", "Custom MCP server"]);
    let takes_address = definitions
        .iter()
        .filter_map(|each| each.endpoint_field.as_deref());
    assert_eq!(takes_address.collect::<Vec<_>>(), ["/url"]);
    for definition in &definitions {
        let form = fixture.creation_form(&definition.id).await;
        assert_drawable(&form.unwrap());
    }
    let stripe = &definitions[0].id;
    let form = fixture.creation_form(stripe).await.unwrap();
    assert!(fits(&form, &form.values));
    let made = fixture.try_create(stripe, form.values.0).await.unwrap();
    assert_eq!(made.name, "Stripe");
    assert_eq!(made.status, Status::NeedsAuthorization);
    let again = fixture.try_create(stripe, json!({})).await.unwrap_err();
    assert_eq!((again.kind(), again.status()), ("conflict", Some(409)));
    assert!(
        again.to_string().ends_with("already exists: Stripe"),
        "{again}"
    );
    let custom = json!({"url": "HTTPS://mcp.stripe.example"});
    let custom = fixture.try_create("custom", custom).await;
    let refused = custom.unwrap_err().to_string();
    assert!(refused.ends_with("already exists: Stripe"), "{refused}");
    let wrong = json!({"url": "nonsense"});
    let wrong = fixture.try_create("custom", wrong).await.unwrap_err();
    assert_eq!(wrong.refusal().unwrap().fields[0].path, "/url");
    let none = fixture.creation_form("https://none.example/").await;
    assert_eq!(none.unwrap_err().kind(), "usage");
    fixture.over();
}

#[tokio::test]
async fn a_token_given_at_once_connects_and_a_wrong_one_leaves_the_connector() {
    let fixture = started().await;
    let with = async |token: &str| {
        let values = json!({"url": PROTECTED, "access_token": token, "match_preset": true});
        fixture.try_create("custom", values).await.unwrap()
    };
    let refused = with("stale-token").await;
    assert_eq!(refused.status, Status::NeedsAuthorization);
    let connectors = fixture.platform.connectors().unwrap();
    connectors
        .delete_connector(&refused.remote_id, &options())
        .await
        .unwrap();
    assert_eq!(with("good-token").await.word.as_deref(), Some("connected"));
    fixture.over();
}

/// Source: Agent Stack contract, section 3, `delete`.
#[tokio::test]
async fn a_workload_is_removed_before_its_connector() {
    let connect = json!({"redirect_url": null, "access_token": null});
    for (url, is_started, requests) in [
        ("mcp+stdio://github", true, &["disconnect", "DELETE"][..]),
        ("mcp+stdio://github", false, &["DELETE"]),
        ("https://open.example/mcp", true, &["DELETE"]),
    ] {
        let fixture = started().await;
        let definition = if url.starts_with("https") {
            "custom"
        } else {
            url
        };
        let values = match definition {
            "custom" => json!({ "url": url }),
            _ => json!({}),
        };
        let id = fixture
            .try_create(definition, values)
            .await
            .unwrap()
            .remote_id;
        if is_started {
            let given = with_members(connect.clone(), json!({"connector": id.as_str()}));
            call(&*fixture.platform, "connect", given).await.unwrap();
        }
        fixture.fake.clear_log();
        let connectors = fixture.platform.connectors().unwrap();
        connectors.delete_connector(&id, &options()).await.unwrap();
        let log = fixture.fake.log();
        let sent = log.iter().filter(|seen| seen.method != "GET");
        let sent: Vec<&str> = sent
            .map(|seen| match seen.method.as_str() {
                "POST" => seen.path.last().unwrap(),
                method => method,
            })
            .collect();
        assert_eq!(sent, requests, "{url}");
        fixture.over();
    }
}

#[tokio::test]
async fn a_token_is_replaced_and_a_wrong_one_is_told() {
    let fixture = started().await;
    let id = fixture.create("custom", json!({ "url": PROTECTED })).await;
    let credentials = fixture.platform.credentials().unwrap();
    let levels = credentials
        .credential_levels(&id, &options())
        .await
        .unwrap();
    assert!(levels[0].help.contains("deleted too"));
    let form = fixture.credential_form(&id, Level::User).await;
    assert_drawable(&form.unwrap());
    let save = async |value: &str| fixture.save(&id, token(value)).await;
    save("good-token").await.unwrap();
    let connectors = fixture.platform.connectors().unwrap();
    let found = connectors.find_connector(&id, &options()).await.unwrap();
    assert_eq!(found.word.as_deref(), Some("connected"));
    assert_eq!(
        save("stale-token").await.unwrap_err().kind(),
        "grant_failed"
    );
    let found = connectors.find_connector(&id, &options()).await.unwrap();
    assert_eq!(found.status, Status::NeedsAuthorization);
    assert_eq!(save("").await.unwrap_err().kind(), "usage");
    let shared = CredentialToSave {
        level: Level::Workspace,
        ..token("good-token")
    };
    let shared = fixture.save(&id, shared).await;
    assert_eq!(shared.unwrap_err().kind(), "usage");
    fixture.over();
}

#[tokio::test]
async fn the_acts_of_every_state_can_be_done() {
    let fixture = started().await;
    let values = json!({"url": "https://open.example/mcp"});
    let id = fixture.create("custom", values).await;
    let created = fixture.checked_details(&id, None).await;
    assert_eq!(created.facts[0].value, "Created");
    assert!(created.find("disconnect").is_none());
    fixture.run(created.find("connect").unwrap()).await;
    let connected = fixture.checked_details(&id, None).await;
    assert_eq!(connected.facts[0].value, "Connected");
    let disconnect = connected.find("disconnect").unwrap();
    assert!(disconnect.warning.is_some());
    fixture.run(disconnect).await;
    let left = fixture.checked_details(&id, None).await;
    let reason = left.facts.iter().find(|fact| fact.label == "Reason");
    assert_eq!(reason.unwrap().value, "Client request");
    assert!(fixture.platform.settings().is_none());
    fixture.over();
}

#[tokio::test]
async fn a_connector_that_cannot_be_read_is_not_deleted_beside_its_workload() {
    let fixture = started().await;
    let made = fixture.try_create("mcp+stdio://github", json!({})).await;
    let id = made.unwrap().remote_id;
    fixture.fake.clear_log();
    fixture.fake.tamper(|seen, answer| {
        if seen.method == "GET" {
            *answer = Answer::json(503, &json!({}));
        }
    });
    let connectors = fixture.platform.connectors().unwrap();
    let failed = connectors.delete_connector(&id, &options()).await;
    assert_eq!(failed.unwrap_err().status(), Some(503));
    assert!(fixture.fake.log().iter().all(|seen| seen.method == "GET"));
}
