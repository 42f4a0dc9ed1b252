use std::sync::Arc;

use patchbay_model::{Control, CredentialStatus, Level, RemoteId, Status};
use patchbay_platforms::{ConsentRequest, ConsentState, CredentialToSave, Platform, hosted};
use patchbay_testkit::fakes::{Fake, FakeTenex};
use serde_json::{Map, Value, json};

use super::support::{
    assert_drawable, fits, object, options, platform_details, run_action, sign_in,
};

const KEY: &str = "tnx_abc12345_s3cret";

async fn started() -> Fake<FakeTenex> {
    Fake::start(FakeTenex::new(KEY)).await.unwrap()
}

fn account(fake: &Fake<FakeTenex>, mut settings: Value) -> Arc<dyn Platform> {
    settings["base_url"] = fake.url().into();
    sign_in(
        patchbay_model::Platform::Tenex,
        settings,
        &[("api_key", KEY)],
    )
}

async fn made(platform: &dyn Platform, provider: &str, values: Value) -> RemoteId {
    let creation = platform.creation().unwrap();
    let made = creation
        .create_connector(provider, object(values), &options())
        .await;
    made.unwrap().remote_id
}

#[tokio::test]
async fn each_provider_has_the_form_of_its_ways() {
    let fake = started().await;
    let platform = account(&fake, json!({}));
    let creation = platform.creation().unwrap();
    let definitions = creation.list_definitions(&options()).await.unwrap();
    let known: Vec<_> = definitions
        .iter()
        .map(|each| (each.id.as_str(), each.has_consent))
        .collect();
    let expected = [
        ("gmail", Some(true)),
        ("apollo", Some(false)),
        ("sanity", Some(false)),
        ("hubspot", None),
    ];
    assert_eq!(known, expected);
    for (provider, values, is_fine) in [
        ("gmail", json!({"role": "source"}), true),
        ("gmail", json!({"api_key": "k"}), false),
        (
            "apollo",
            json!({"api_key": "k", "name": "A", "settings": {"x": 1}}),
            true,
        ),
        ("apollo", json!({}), false),
        (
            "sanity",
            json!({"api_key": "k", "settings": {"dataset": "prod"}}),
            true,
        ),
        ("sanity", json!({"api_key": "k"}), false),
        ("hubspot", json!({"auth_type": "oauth"}), true),
        (
            "hubspot",
            json!({"auth_type": "byok", "api_key": "k"}),
            true,
        ),
        (
            "hubspot",
            json!({"auth_type": "oauth", "api_key": "k"}),
            false,
        ),
    ] {
        let form = creation.creation_form(provider, &options()).await.unwrap();
        assert_drawable(&form);
        assert_eq!(fits(&form, &values), is_fine, "{provider} {values}");
    }
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn what_the_table_switches_off_is_offered_nowhere() {
    let fake = started().await;
    let off = |names: &[&str]| {
        let routes = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"enabled": false})));
        account(&fake, json!({"routes": routes.collect::<Map<_, _>>()}))
    };
    let by_key = off(&["start_oauth"]);
    assert!(by_key.consents().is_none());
    let creation = by_key.creation().unwrap();
    let definitions = creation.list_definitions(&options()).await.unwrap();
    assert!(definitions.iter().all(|each| each.id != "gmail"));
    let form = creation.creation_form("hubspot", &options()).await.unwrap();
    assert!(fits(&form, &json!({"api_key": "k"})));
    let id = made(&*by_key, "apollo", json!({"api_key": "apollo-key"})).await;
    let few = off(&[
        "test",
        "revoke",
        "update",
        "submit_byok",
        "disable",
        "list_providers",
    ]);
    assert!(few.creation().is_none() && few.settings().is_none());
    assert!(few.credentials().is_none() && few.disconnects().is_none());
    let details = platform_details(&*few, &id).await;
    let names: Vec<&str> = details
        .actions()
        .map(|action| action.name.as_str())
        .collect();
    assert_eq!(names, ["refresh"]);
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn one_consent_is_enough_for_a_new_connector() {
    let fake = started().await;
    let back = "http://127.0.0.1:9/done".parse().unwrap();
    for (one_at_a_time, redirect) in [(false, None), (false, Some(&back)), (true, Some(&back))] {
        fake.with(|fake| fake.one_at_a_time = one_at_a_time);
        let platform = account(&fake, json!({}));
        let id = made(&*platform, "gmail", json!({"role": "source"})).await;
        fake.clear_log();
        let consents = platform.consents().unwrap();
        let request = ConsentRequest::new(&id, redirect, Map::new());
        let started = consents.start_consent(request, &options()).await;
        let page = started.unwrap().page.unwrap();
        assert!(page.path().ends_with(id.as_str()));
        let asked: Vec<Value> = fake
            .log()
            .iter()
            .map(|seen| serde_json::from_slice(&seen.body).unwrap())
            .collect();
        match redirect {
            None => assert!(asked.is_empty()),
            Some(_) => {
                assert_eq!(asked[0]["return_url"], "http://127.0.0.1:9/done");
                assert_eq!(asked[0]["connector_id"], id.as_str());
            }
        }
        let state = async || consents.consent_state(&id, &options()).await.unwrap();
        assert_eq!(state().await, ConsentState::Waiting);
        fake.with(|fake| fake.decide(id.as_str()));
        assert_eq!(state().await, ConsentState::Given);
    }
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn a_connector_is_changed_and_its_key_replaced() {
    let fake = started().await;
    let platform = account(&fake, json!({}));
    let values = json!({"api_key": "token-123", "name": "Docs", "settings": {"dataset": "prod"}});
    let id = made(&*platform, "sanity", values).await;
    let settings = platform.settings().unwrap();
    let shown = settings.settings(&id, &options()).await.unwrap();
    assert_drawable(&shown.form);
    assert!(
        fits(&shown.form, &shown.form.values),
        "{}",
        shown.form.values.0
    );
    assert_eq!(shown.form.values["settings"], json!({"dataset": "prod"}));
    let changes = json!({"name": "Site", "role": "sink", "enabled": false, "is_primary": true});
    settings
        .change_settings(&id, object(changes), &options())
        .await
        .unwrap();
    let after = settings
        .settings(&id, &options())
        .await
        .unwrap()
        .form
        .values;
    assert_eq!(
        (&after["name"], &after["role"]),
        (&json!("Site"), &json!("sink"))
    );
    assert_eq!(
        (&after["enabled"], &after["is_primary"]),
        (&json!(false), &json!(true))
    );
    let cleared = settings
        .change_settings(&id, object(json!({"name": null})), &options())
        .await;
    cleared.unwrap();

    let credentials = platform.credentials().unwrap();
    let levels = credentials
        .credential_levels(&id, &options())
        .await
        .unwrap();
    assert_eq!(levels.len(), 1);
    let form = credentials
        .credential_form(&id, Level::Workspace, &options())
        .await;
    let form = form.unwrap();
    assert_drawable(&form);
    assert_eq!(form.kept, ["/api_key"]);
    let save = |name: &str| CredentialToSave {
        name: name.to_owned(),
        level: Level::Workspace,
        values: object(json!({"api_key": "token-456", "settings": {"dataset": "test"}})),
        is_default: None,
        is_replacement: true,
    };
    credentials
        .save_credential(&id, save(""), &options())
        .await
        .unwrap();
    let sent = fake.log().last().unwrap().clone();
    let sent: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(sent["connector_id"], id.as_str());
    assert_eq!(sent["api_key"], "token-456");
    let named = credentials
        .save_credential(&id, save("mine"), &options())
        .await;
    assert_eq!(named.unwrap_err().kind(), "usage");
    let listed = credentials
        .list_credentials(&id, Level::Workspace, &options())
        .await
        .unwrap();
    assert_eq!(listed[0].status, CredentialStatus::Unknown);
    let gmail = made(&*platform, "gmail", json!({})).await;
    assert!(
        credentials
            .credential_levels(&gmail, &options())
            .await
            .unwrap()
            .is_empty()
    );
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

#[tokio::test]
async fn the_acts_of_every_state_can_be_done_and_a_promotion_names_who_is_demoted() {
    let fake = started().await;
    let platform = account(&fake, json!({}));
    let hubspot = |name: &str, role: &str| json!({"auth_type": "byok", "api_key": "key-1", "name": name, "role": role});
    let holder = made(&*platform, "hubspot", hubspot("Old CRM", "crm_sink")).await;
    let id = made(&*platform, "hubspot", hubspot("New CRM", "source")).await;
    let before = platform_details(&*platform, &id).await;
    let Control::Choice {
        current, actions, ..
    } = &before.groups[0].controls[0]
    else {
        panic!("no choice of a role");
    };
    assert_eq!(current.as_deref(), Some("role-source"));
    assert_eq!(actions.len(), 4);
    let promote = before.find("role-crm-sink").unwrap();
    assert!(
        promote
            .warning
            .as_deref()
            .unwrap()
            .starts_with("Replaces Old CRM")
    );
    assert_eq!(before.find("role-primary-source").unwrap().warning, None);
    run_action(&*platform, promote, json!({})).await;
    let demoted = platform_details(&*platform, &holder).await;
    let again = demoted.find("role-crm-sink").unwrap();
    assert!(
        again
            .warning
            .as_deref()
            .unwrap()
            .starts_with("Replaces New CRM")
    );
    for (name, status) in [
        ("test", Status::Ready),
        ("refresh", Status::Ready),
        ("disable", Status::Disabled),
        ("enable", Status::Ready),
        ("revoke", Status::Disconnected),
    ] {
        let now = platform_details(&*platform, &id).await;
        run_action(&*platform, now.find(name).unwrap(), json!({})).await;
        let connectors = platform.connectors().unwrap();
        let found = connectors.find_connector(&id, &options()).await.unwrap();
        assert_eq!(found.status, status, "{name}");
    }
    let revoked = platform_details(&*platform, &id).await;
    assert!(revoked.find("revoke").unwrap().warning.is_some());
    assert_eq!(revoked.facts[0].value, "Ok");
    assert!(fake.faults().is_empty(), "{:?}", fake.faults());
}

/// A window lets a person try a table before it is kept.
#[tokio::test]
async fn a_table_is_tried_by_the_lightest_read() {
    let fake = started().await;
    let tenex = hosted(patchbay_model::Platform::Tenex).unwrap();
    let mut fields = tenex.fields.iter();
    let routes = fields.find(|field| field.name == "routes").unwrap();
    let form = routes.form.unwrap()();
    assert_drawable(&form);
    let wrong = json!({"list": {"path": "/all"}});
    assert!(fits(&form, &wrong));
    account(&fake, json!({})).check(&options()).await.unwrap();
    let log = fake.log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].query, [("limit".to_owned(), "1".to_owned())]);
    let tried = account(&fake, json!({"routes": wrong}))
        .check(&options())
        .await;
    assert_eq!(tried.unwrap_err().kind(), "not_found");
}
