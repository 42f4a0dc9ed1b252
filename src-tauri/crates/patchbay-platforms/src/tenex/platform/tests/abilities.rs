//! What the platform can do beyond listing, on a fake of it.

use patchbay_model::{Control, CredentialStatus, Status};
use patchbay_testkit::fakes::FakeTenex;
use serde_json::json;

use super::*;
use crate::CredentialToSave;
use crate::form::test_support::{assert_drawable, fits, members};
use crate::testing::{self, Fixture};

const KEY: &str = "tnx_abc12345_s3cret";

async fn started() -> Fixture<FakeTenex> {
    Fixture::start(FakeTenex::new(KEY), |url| account(url, json!({}))).await
}

fn account(url: &str, mut settings: Value) -> Arc<dyn Platform> {
    settings["base_url"] = url.into();
    let account = testing::account(&settings, &[("api_key", KEY)], JumpingClock::new());
    (TENEX.sign_in)(account).unwrap()
}

#[tokio::test]
async fn each_provider_has_the_form_of_its_ways() {
    let fixture = started().await;
    let creation = fixture.platform.creation().unwrap();
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
        let form = fixture.creation_form(provider).await.unwrap();
        assert_drawable(&form);
        assert_eq!(fits(&form, &values), is_fine, "{provider} {values}");
    }
    fixture.over();
}

#[tokio::test]
async fn what_the_table_switches_off_is_offered_nowhere() {
    let fixture = started().await;
    let off = |names: &[&str]| {
        let routes = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"enabled": false})));
        let settings = json!({"routes": routes.collect::<Map<_, _>>()});
        account(fixture.fake.url(), settings)
    };
    let by_key = off(&["start_oauth"]);
    assert!(by_key.consents().is_none());
    let creation = by_key.creation().unwrap();
    let definitions = creation.list_definitions(&options()).await.unwrap();
    assert!(definitions.iter().all(|each| each.id != "gmail"));
    let form = creation.creation_form("hubspot", &options()).await.unwrap();
    assert!(fits(&form, &json!({"api_key": "k"})));
    let values = members(json!({"api_key": "apollo-key"}));
    let made = creation.create_connector("apollo", values, &fixture.options);
    let id = made.await.unwrap().remote_id;
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
    let few = Fixture {
        platform: few,
        ..fixture
    };
    let details = few.checked_details(&id, None).await;
    let names: Vec<&str> = details
        .actions()
        .map(|action| action.name.as_str())
        .collect();
    assert_eq!(names, ["refresh"]);
    few.over();
}

#[tokio::test]
async fn one_consent_is_enough_for_a_new_connector() {
    let fixture = started().await;
    let back = "http://127.0.0.1:9/done".parse().unwrap();
    for (one_at_a_time, redirect) in [(false, None), (false, Some(&back)), (true, Some(&back))] {
        let fake = &fixture.fake;
        fake.with(|fake| fake.one_at_a_time = one_at_a_time);
        let platform = account(fake.url(), json!({}));
        let creation = platform.creation().unwrap();
        let values = members(json!({"role": "source"}));
        let made = creation.create_connector("gmail", values, &fixture.options);
        let id = made.await.unwrap().remote_id;
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
    fixture.over();
}

#[tokio::test]
async fn an_abandoned_consent_is_over_and_can_be_taken_up_again() {
    let fixture = started().await;
    let id = fixture.create("gmail", json!({})).await;
    let connectors = fixture.platform.connectors().unwrap();
    let consents = fixture.platform.consents().unwrap();
    let status = async || {
        let found = connectors.find_connector(&id, &options()).await;
        found.unwrap().status
    };
    assert_eq!(status().await, Status::Authorizing);
    consents.abandon_consent(&id);
    assert_eq!(status().await, Status::NeedsAuthorization);
    let request = ConsentRequest::new(&id, None, Map::new());
    let started = consents.start_consent(request, &options()).await.unwrap();
    assert!(started.page.unwrap().path().ends_with(id.as_str()));
    fixture.over();
}

#[tokio::test]
async fn a_key_is_valid_by_the_word_of_the_settings() {
    let fixture = started().await;
    let id = fixture.create("apollo", json!({"api_key": "key-1"})).await;
    fixture.fake.tamper(|_, answer| {
        let mut shown: Value = serde_json::from_slice(&answer.body).unwrap();
        shown["status"] = "live".into();
        shown["health"] = "ok".into();
        answer.body = shown.to_string().into();
    });
    let settings = json!({"status.success": "live"});
    let platform = account(fixture.fake.url(), settings);
    let credentials = platform.credentials().unwrap();
    let options = options();
    let listed = credentials.list_credentials(&id, Level::Workspace, &options);
    assert_eq!(listed.await.unwrap()[0].status, CredentialStatus::Valid);
}

#[tokio::test]
async fn a_connector_is_changed_and_its_key_replaced() {
    let fixture = started().await;
    let values = json!({"api_key": "token-123", "name": "Docs", "settings": {"dataset": "prod"}});
    let id = fixture.create("sanity", values).await;
    let shown = fixture.settings_form(&id).await;
    assert_drawable(&shown);
    assert!(fits(&shown, &shown.values), "{}", shown.values.0);
    assert_eq!(shown.values["settings"], json!({"dataset": "prod"}));
    let changes = json!({"name": "Site", "role": "sink", "enabled": false, "is_primary": true});
    fixture.change(&id, changes).await.unwrap();
    let after = fixture.settings_form(&id).await.values;
    assert_eq!(
        (&after["name"], &after["role"]),
        (&json!("Site"), &json!("sink"))
    );
    assert_eq!(
        (&after["enabled"], &after["is_primary"]),
        (&json!(false), &json!(true))
    );
    let cleared = fixture.change(&id, json!({"name": null})).await;
    cleared.unwrap();

    let credentials = fixture.platform.credentials().unwrap();
    let levels = credentials
        .credential_levels(&id, &options())
        .await
        .unwrap();
    assert_eq!(levels.len(), 1);
    let form = fixture.credential_form(&id, Level::Workspace).await;
    let form = form.unwrap();
    assert_drawable(&form);
    assert_eq!(form.kept, ["/api_key"]);
    let save = |name: &str| CredentialToSave {
        name: name.to_owned(),
        level: Level::Workspace,
        values: members(json!({"api_key": "token-456", "settings": {"dataset": "test"}})),
        is_default: None,
        is_replacement: true,
    };
    fixture.save(&id, save("")).await.unwrap();
    let sent = fixture.sent();
    assert_eq!(sent["connector_id"], id.as_str());
    assert_eq!(sent["api_key"], "token-456");
    let named = fixture.save(&id, save("mine")).await;
    assert_eq!(named.unwrap_err().kind(), "usage");
    let listed = fixture.credentials(&id, Level::Workspace).await.unwrap();
    assert_eq!(listed[0].status, CredentialStatus::Unknown);
    let gmail = fixture.create("gmail", json!({})).await;
    assert!(
        credentials
            .credential_levels(&gmail, &options())
            .await
            .unwrap()
            .is_empty()
    );
    fixture.over();
}

#[tokio::test]
async fn the_acts_of_every_state_can_be_done_and_a_promotion_names_who_is_demoted() {
    let fixture = started().await;
    let hubspot = |name: &str, role: &str| json!({"auth_type": "byok", "api_key": "key-1", "name": name, "role": role});
    let old = hubspot("Old CRM", "crm_sink");
    let holder = fixture.create("hubspot", old).await;
    let new = hubspot("New CRM", "source");
    let id = fixture.create("hubspot", new).await;
    let before = fixture.checked_details(&id, None).await;
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
    fixture.run(promote).await;
    let demoted = fixture.checked_details(&holder, None).await;
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
        let now = fixture.checked_details(&id, None).await;
        fixture.run(now.find(name).unwrap()).await;
        let connectors = fixture.platform.connectors().unwrap();
        let found = connectors.find_connector(&id, &options()).await.unwrap();
        assert_eq!(found.status, status, "{name}");
    }
    let revoked = fixture.checked_details(&id, None).await;
    assert!(revoked.find("revoke").unwrap().warning.is_some());
    assert_eq!(revoked.facts[0].value, "Ok");
    fixture.over();
}

/// A window lets a person try a table before it is kept.
#[tokio::test]
async fn a_table_is_tried_by_the_lightest_read() {
    let fixture = started().await;
    let mut fields = TENEX.fields.iter();
    let routes = fields.find(|field| field.name == "routes").unwrap();
    let form = routes.form.unwrap()();
    assert_drawable(&form);
    let wrong = json!({"list": {"path": "/all"}});
    assert!(fits(&form, &wrong));
    fixture.platform.check(&options()).await.unwrap();
    let log = fixture.fake.log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].query, [("limit".to_owned(), "1".to_owned())]);
    let tried = account(fixture.fake.url(), json!({"routes": wrong}));
    let tried = tried.check(&options()).await;
    assert_eq!(tried.unwrap_err().kind(), "not_found");
}
