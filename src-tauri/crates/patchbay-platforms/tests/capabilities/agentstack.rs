use std::sync::Arc;

use patchbay_model::{Level, Status};
use patchbay_platforms::{CredentialToSave, Platform};
use patchbay_testkit::fakes::{Fake, FakeAgentStack};
use serde_json::{Map, json};

use super::support::{
    assert_drawable, fits, object, options, platform_details, run_action, sign_in,
};

const PROTECTED: &str = "https://mcp.example/mcp";

async fn started() -> (Fake<FakeAgentStack>, Arc<dyn Platform>) {
    let mut fake = FakeAgentStack::new();
    fake.protected.push(PROTECTED.to_owned());
    fake.refused.push("stale-token".to_owned());
    fake.presets = vec![
        json!({"url": "https://mcp.stripe.example/", "metadata": {"name": "Stripe"}}),
        json!({"url": "mcp+stdio://github", "metadata": null}),
    ];
    let fake = Fake::start(fake).await.unwrap();
    let settings = json!({"base_url": fake.url()});
    let platform = sign_in(patchbay_model::Platform::Agentstack, settings, &[]);
    (fake, platform)
}

fn token(value: &str) -> CredentialToSave {
    CredentialToSave {
        name: String::new(),
        level: Level::User,
        values: object(json!({ "access_token": value })),
        is_default: None,
        is_replacement: true,
    }
}

#[tokio::test]
async fn a_preset_and_any_address_become_connectors() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let definitions = creation.list_definitions(&options()).await.unwrap();
    let titles: Vec<&str> = definitions.iter().map(|each| each.title.as_str()).collect();
    assert_eq!(titles, ["Stripe", "github", "Custom MCP server"]);
    let takes_address = definitions
        .iter()
        .filter_map(|each| each.endpoint_field.as_deref());
    assert_eq!(takes_address.collect::<Vec<_>>(), ["/url"]);
    for definition in &definitions {
        let form = creation.creation_form(&definition.id, &options()).await;
        assert_drawable(&form.unwrap());
    }
    let stripe = &definitions[0].id;
    let form = creation.creation_form(stripe, &options()).await.unwrap();
    assert!(fits(&form, &form.values));
    let values = object(form.values.0);
    let made = creation.create_connector(stripe, values, &options()).await;
    let made = made.unwrap();
    assert_eq!(made.name, "Stripe");
    assert_eq!(made.status, Status::NeedsAuthorization);
    let again = creation
        .create_connector(stripe, Map::new(), &options())
        .await;
    let again = again.unwrap_err();
    assert_eq!((again.kind(), again.status()), ("conflict", Some(409)));
    assert!(
        again.to_string().ends_with("already exists: Stripe"),
        "{again}"
    );
    let custom = object(json!({"url": "HTTPS://mcp.stripe.example"}));
    let custom = creation
        .create_connector("custom", custom, &options())
        .await;
    let refused = custom.unwrap_err().to_string();
    assert!(refused.ends_with("already exists: Stripe"), "{refused}");
    let wrong = json!({"url": "nonsense"});
    let wrong = creation
        .create_connector("custom", object(wrong), &options())
        .await;
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.refusal().unwrap().fields[0].path, "/url");
    let none = creation
        .creation_form("https://none.example/", &options())
        .await;
    assert_eq!(none.unwrap_err().kind(), "usage");
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn a_token_given_at_once_connects_and_a_wrong_one_leaves_the_connector() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let with = async |token: &str| {
        let values = json!({"url": PROTECTED, "access_token": token, "match_preset": true});
        let made = creation
            .create_connector("custom", object(values), &options())
            .await;
        made.unwrap()
    };
    let refused = with("stale-token").await;
    assert_eq!(refused.status, Status::NeedsAuthorization);
    let connectors = platform.connectors().unwrap();
    connectors
        .delete_connector(&refused.remote_id, &options())
        .await
        .unwrap();
    assert_eq!(with("good-token").await.word.as_deref(), Some("connected"));
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn a_token_is_replaced_and_a_wrong_one_is_told() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let values = object(json!({ "url": PROTECTED }));
    let made = creation
        .create_connector("custom", values, &options())
        .await;
    let id = made.unwrap().remote_id;
    let credentials = platform.credentials().unwrap();
    let levels = credentials
        .credential_levels(&id, &options())
        .await
        .unwrap();
    assert!(levels[0].help.contains("deleted too"));
    let form = credentials
        .credential_form(&id, Level::User, &options())
        .await;
    assert_drawable(&form.unwrap());
    let save = async |value: &str| {
        credentials
            .save_credential(&id, token(value), &options())
            .await
    };
    save("good-token").await.unwrap();
    let connectors = platform.connectors().unwrap();
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
    let shared = credentials.save_credential(&id, shared, &options()).await;
    assert_eq!(shared.unwrap_err().kind(), "usage");
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn the_acts_of_every_state_can_be_done() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let values = object(json!({"url": "https://open.example/mcp"}));
    let made = creation
        .create_connector("custom", values, &options())
        .await;
    let id = made.unwrap().remote_id;
    let created = platform_details(&*platform, &id).await;
    assert_eq!(created.facts[0].value, "Created");
    assert!(created.find("disconnect").is_none());
    run_action(&*platform, created.find("connect").unwrap(), json!({})).await;
    let connected = platform_details(&*platform, &id).await;
    assert_eq!(connected.facts[0].value, "Connected");
    let disconnect = connected.find("disconnect").unwrap();
    assert!(disconnect.warning.is_some());
    run_action(&*platform, disconnect, json!({})).await;
    let left = platform_details(&*platform, &id).await;
    let reason = left.facts.iter().find(|fact| fact.label == "Reason");
    assert_eq!(reason.unwrap().value, "Client request");
    assert!(platform.settings().is_none());
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}
