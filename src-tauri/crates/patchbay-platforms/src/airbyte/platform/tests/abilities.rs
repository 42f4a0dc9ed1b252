//! What the platform can do beyond listing, on a fake of it.

use patchbay_model::{RemoteId, Status};
use patchbay_testkit::fakes::{FakeAirbyte, KINDS};
use serde_json::json;

use super::*;
use crate::form::test_support::{assert_drawable, fits};
use crate::testing::Fixture;

const GITHUB: &str = KINDS[0].0;
const STRIPE: &str = KINDS[1].0;

async fn started() -> Fixture<FakeAirbyte> {
    let mut fake = FakeAirbyte::new("cid-1", "sec-12345");
    fake.workspaces.push("research".to_owned());
    Fixture::start(fake, |url| {
        let settings = json!({"base_url": url, "client_id": "cid-1"});
        let secrets = [("client_secret", "sec-12345")];
        let account = testing::account(&settings, &secrets, JumpingClock::new());
        (crate::airbyte::AIRBYTE.sign_in)(account).unwrap()
    })
    .await
}

fn github(token: &str) -> Value {
    json!({
        "name": "Code", "workspace_name": "default",
        "credentials": {"option_title": "PAT Credentials", "token": token},
        "replication_config": {"repositories": ["a/b"]},
    })
}

async fn made(fixture: &Fixture<FakeAirbyte>, token: &str) -> RemoteId {
    let made = fixture.try_create(GITHUB, github(token)).await;
    made.unwrap().remote_id
}

#[tokio::test]
async fn the_form_is_the_definitions_own_and_its_values_create() {
    let fixture = started().await;
    let creation = fixture.platform.creation().unwrap();
    let definitions = creation.list_definitions(&fixture.options).await.unwrap();
    assert_eq!(definitions[0].id, GITHUB);
    assert_eq!(definitions[0].title, "GitHub");
    let form = fixture.creation_form(GITHUB).await.unwrap();
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
    let id = made(&fixture, "ghp_12345").await;
    let given = fixture.fake.with(|fake| fake.given[id.as_str()].clone());
    assert_eq!(given["definition_id"], GITHUB);
    assert_eq!(given["credentials"]["token"], "ghp_12345");
    let stripe = fixture.creation_form(STRIPE).await.unwrap();
    assert_drawable(&stripe);
    assert!(fits(
        &stripe,
        &json!({
            "workspace_name": "default", "credentials": {"client_secret": "sk"},
            "replication_config": {"account_id": "acct"},
        })
    ));
    fixture.over();
}

#[tokio::test]
async fn what_the_platform_refuses_is_shown_at_its_field() {
    let fixture = started().await;
    let mut values = github("t");
    values["replication_config"] = json!({"start_date": "2026-01-01"});
    let refused = fixture.try_create(GITHUB, values).await.unwrap_err();
    assert_eq!(refused.kind(), "invalid");
    let fields = &refused.refusal().unwrap().fields;
    assert_eq!(fields[0].path, "/replication_config/repositories");
    let gone = fixture.creation_form("no-such").await;
    assert_eq!(gone.unwrap_err().kind(), "not_found");
    fixture.over();
}

#[tokio::test]
async fn the_providers_oauth_is_told_where_a_kind_has_one() {
    let fixture = started().await;
    let creation = fixture.platform.creation().unwrap();
    let oauth_app = async |id: &str| creation.oauth_app(id, &fixture.options).await.unwrap();
    let found = oauth_app(GITHUB).await.unwrap();
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
    let form = fixture.creation_form(GITHUB).await.unwrap();
    assert!(fits(&form, &values), "{values}");
    assert_eq!(oauth_app(STRIPE).await, None);
    fixture.over();
}

#[tokio::test]
async fn settings_are_shown_and_changed() {
    let fixture = started().await;
    let id = made(&fixture, "t").await;
    let shown = fixture.settings_form(&id).await;
    assert_drawable(&shown);
    assert_eq!(shown.values["name"], "Code");
    assert_eq!(
        shown.values["replication_config"]["repositories"],
        json!(["a/b"])
    );
    assert!(fits(&shown, &shown.values));
    let replication = &shown.schema["properties"]["replication_config"];
    assert_eq!(replication["required"], json!(["repositories"]));
    let changes = json!({"name": "New", "entities": null});
    fixture.change(&id, changes).await.unwrap();
    let settings = fixture.platform.settings().unwrap();
    let after = settings.settings(&id, &fixture.options).await.unwrap();
    assert_eq!(after.form.values["name"], "New");
    assert_eq!(after.native["entities"], json!([]));
    let nameless = fixture.change(&id, json!({"name": null})).await;
    assert_eq!(nameless.unwrap_err().kind(), "usage");
    assert!(fixture.platform.credentials().is_none());
    fixture.over();
}

#[tokio::test]
async fn a_stored_setting_that_is_not_shown_blocks_no_edit() {
    let fixture = started().await;
    let id = made(&fixture, "t").await;
    fixture.fake.with(|fake| {
        fake.connectors[0]["replication_config"] = json!({});
    });
    let mut shown = fixture.settings_form(&id).await;
    shown.values.0["name"] = "New".into();
    assert!(fits(&shown, &shown.values));
    fixture.over();
}

#[tokio::test]
async fn checks_and_entities_are_actions() {
    let fixture = started().await;
    let id = made(&fixture, "revoked").await;
    let entities = json!({"entities": [{"entity": "pulls", "modes": ["read"]}]});
    let details = async || fixture.checked_details(&id, Some(&entities)).await;
    let before = details().await;
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
    fixture.run(before.find("check").unwrap()).await;
    let choose = before.find("choose-entities").unwrap();
    fixture.run_with(choose, entities.clone()).await;
    let after = details().await;
    assert!(fact(&after, "Last check").unwrap().contains("401"));
    assert_eq!(fact(&after, "Entities").as_deref(), Some("pulls (read)"));
    fixture.run(after.find("clear-entities").unwrap()).await;
    let cleared = details().await;
    assert_eq!(fact(&cleared, "Entities").as_deref(), Some("All"));
    let connectors = fixture.platform.connectors().unwrap();
    let found = connectors.find_connector(&id, &fixture.options).await;
    assert_eq!(found.unwrap().status, Status::NeedsAuthorization);
    fixture.over();
}
