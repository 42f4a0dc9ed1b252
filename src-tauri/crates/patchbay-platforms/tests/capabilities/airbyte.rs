use std::sync::Arc;

use patchbay_model::{RemoteId, Status};
use patchbay_platforms::Platform;
use patchbay_testkit::fakes::{Fake, FakeAirbyte, KINDS};
use serde_json::{Value, json};

use super::support::{
    assert_drawable, fits, object, options, platform_details, run_action, sign_in,
};

const GITHUB: &str = KINDS[0].0;
const STRIPE: &str = KINDS[1].0;

async fn started() -> (Fake<FakeAirbyte>, Arc<dyn Platform>) {
    let mut fake = FakeAirbyte::new("cid-1", "sec-12345");
    fake.workspaces.push("research".to_owned());
    let fake = Fake::start(fake).await.unwrap();
    let settings = json!({"base_url": fake.url(), "client_id": "cid-1"});
    let secrets = [("client_secret", "sec-12345")];
    let platform = sign_in(patchbay_model::Platform::Airbyte, settings, &secrets);
    (fake, platform)
}

fn github(token: &str) -> Value {
    json!({
        "name": "Code", "workspace_name": "default",
        "credentials": {"option_title": "PAT Credentials", "token": token},
        "replication_config": {"repositories": ["a/b"]},
    })
}

async fn made(platform: &dyn Platform, token: &str) -> RemoteId {
    let creation = platform.creation().unwrap();
    let values = object(github(token));
    let made = creation.create_connector(GITHUB, values, &options()).await;
    made.unwrap().remote_id
}

#[tokio::test]
async fn the_form_is_the_definitions_own_and_its_values_create() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let definitions = creation.list_definitions(&options()).await.unwrap();
    assert_eq!(definitions[0].id, GITHUB);
    assert_eq!(definitions[0].title, "GitHub");
    let form = creation.creation_form(GITHUB, &options()).await.unwrap();
    assert_drawable(&form);
    assert_eq!(
        form.values.0,
        json!({"name": "GitHub", "workspace_name": "default"})
    );
    let workspaces = &form.schema["properties"]["workspace_name"]["oneOf"];
    assert_eq!(workspaces[1]["const"], "research");
    assert!(fits(&form, &github("t")));
    for (pointer, value) in [
        ("/credentials", json!({"option_title": "PAT Credentials"})),
        (
            "/credentials",
            json!({"option_title": "OAuth Credentials", "token": "t"}),
        ),
        ("/replication_config", json!({})),
        ("/workspace_name", json!("elsewhere")),
    ] {
        let mut values = github("t");
        *values.pointer_mut(pointer).unwrap() = value;
        assert!(!fits(&form, &values), "{values}");
    }
    let id = made(&*platform, "ghp_12345").await;
    let given = fake.with(|fake| fake.given[id.as_str()].clone());
    assert_eq!(given["definition_id"], GITHUB);
    assert_eq!(given["credentials"]["token"], "ghp_12345");
    let stripe = creation.creation_form(STRIPE, &options()).await.unwrap();
    assert_drawable(&stripe);
    assert!(fits(
        &stripe,
        &json!({
            "workspace_name": "default", "credentials": {"client_secret": "sk"},
            "replication_config": {"account_id": "acct"},
        })
    ));
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn what_the_platform_refuses_is_shown_at_its_field() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let mut values = github("t");
    values["replication_config"] = json!({"start_date": "2026-01-01"});
    let refused = creation
        .create_connector(GITHUB, object(values), &options())
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind(), "invalid");
    let fields = &refused.refusal().unwrap().fields;
    assert_eq!(fields[0].path, "/replication_config/repositories");
    let gone = creation.creation_form("no-such", &options()).await;
    assert_eq!(gone.unwrap_err().kind(), "not_found");
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn the_providers_oauth_is_told_where_a_kind_has_one() {
    let (fake, platform) = started().await;
    let creation = platform.creation().unwrap();
    let found = creation
        .oauth_app(GITHUB, &options())
        .await
        .unwrap()
        .unwrap();
    let page = found.authorize_url.unwrap();
    assert_eq!(
        page.as_str(),
        "https://github.example/login/oauth/authorize"
    );
    assert_eq!(found.scopes, ["repo", "read:org"]);
    let token = found.refresh_token_field.unwrap();
    assert_eq!(token, "/credentials/refresh_token");
    // What the app obtains, put where the fields say, fits the form.
    let mut values = github("t");
    values["credentials"] = found.values["credentials"].clone();
    for (field, value) in [
        (found.client_id_field, "id"),
        (found.client_secret_field.unwrap(), "secret"),
        (token, "refresh"),
    ] {
        let name = field.strip_prefix("/credentials/").unwrap();
        values["credentials"][name] = value.into();
    }
    let form = creation.creation_form(GITHUB, &options()).await.unwrap();
    assert!(fits(&form, &values), "{values}");
    assert_eq!(creation.oauth_app(STRIPE, &options()).await.unwrap(), None);
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn settings_are_shown_and_changed() {
    let (fake, platform) = started().await;
    let id = made(&*platform, "t").await;
    let settings = platform.settings().unwrap();
    let shown = settings.settings(&id, &options()).await.unwrap();
    assert_drawable(&shown.form);
    assert_eq!(shown.form.values["name"], "Code");
    assert_eq!(
        shown.form.values["replication_config"]["repositories"],
        json!(["a/b"])
    );
    assert!(fits(&shown.form, &shown.form.values));
    let replication = &shown.form.schema["properties"]["replication_config"];
    assert_eq!(replication["required"], json!(["repositories"]));
    let changes = json!({"name": "New", "entities": null});
    settings
        .change_settings(&id, object(changes), &options())
        .await
        .unwrap();
    let after = settings.settings(&id, &options()).await.unwrap();
    assert_eq!(after.form.values["name"], "New");
    assert_eq!(after.native["entities"], json!([]));
    let nameless = settings
        .change_settings(&id, object(json!({"name": null})), &options())
        .await;
    assert_eq!(nameless.unwrap_err().kind(), "usage");
    assert!(platform.credentials().is_none());
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn checks_and_entities_are_actions() {
    let (fake, platform) = started().await;
    let id = made(&*platform, "revoked").await;
    let before = platform_details(&*platform, &id).await;
    let fact = |found: &patchbay_model::PlatformDetails, label: &str| {
        let fact = found.facts.iter().find(|fact| fact.label == label);
        fact.map(|fact| fact.value.clone())
    };
    assert_eq!(fact(&before, "Workspace").as_deref(), Some("default"));
    assert_eq!(fact(&before, "Slug").as_deref(), Some("github"));
    assert_eq!(fact(&before, "Mode").as_deref(), Some("Direct"));
    assert_eq!(fact(&before, "Context store").as_deref(), Some("Not used"));
    assert_eq!(
        fact(&before, "Entities").as_deref(),
        Some("issues (read, write)")
    );
    assert_eq!(fact(&before, "Last check"), None);
    run_action(&*platform, before.find("check").unwrap(), json!({})).await;
    let entities = json!({"entities": [{"entity": "pulls", "modes": ["read"]}]});
    run_action(
        &*platform,
        before.find("choose-entities").unwrap(),
        entities,
    )
    .await;
    let after = platform_details(&*platform, &id).await;
    assert!(fact(&after, "Last check").unwrap().contains("401"));
    assert_eq!(fact(&after, "Entities").as_deref(), Some("pulls (read)"));
    run_action(&*platform, after.find("clear-entities").unwrap(), json!({})).await;
    let cleared = platform_details(&*platform, &id).await;
    assert_eq!(fact(&cleared, "Entities").as_deref(), Some("All"));
    let connectors = platform.connectors().unwrap();
    let found = connectors.find_connector(&id, &options()).await.unwrap();
    assert_eq!(found.status, Status::NeedsAuthorization);
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}
