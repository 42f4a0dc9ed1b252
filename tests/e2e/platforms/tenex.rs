//! 10ex, as its contract assumes it.

use patchbay_testkit::fakes::{Answer, FakeTenex, Fault};
use serde_json::{Value, json};

use super::support::Fixture;

const KEY: &str = "tnx_abc12345_s3cret90ab";
const NEXT_KEY: &str = "tnx_abc12345_other77cd";
const PROVIDER_KEY: &str = "apollo-key-41f0aa77bc";

async fn fixture() -> Fixture<FakeTenex> {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY, NEXT_KEY, PROVIDER_KEY]).await;
    fixture.signed_in("tenex", &[], KEY).await;
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let fixture = fixture().await;
    let providers = fixture.api("list_providers", json!({})).await;
    assert_eq!(providers["items"][0]["provider"], "gmail");
    let started = fixture
        .api("start_oauth", json!({ "provider": "gmail" }))
        .await;
    let id = started["connector_id"].as_str().unwrap().to_owned();
    let byok = json!({ "provider": "apollo", "api_key": PROVIDER_KEY, "name": "Apollo" });
    fixture.api("submit_byok", byok).await;

    fixture.does("connector list --refresh").await;
    fixture.does("connector connect gmail").await;
    assert_eq!(fixture.status("gmail").await, "ready");
    let tools = fixture.json("tool list gmail").await;
    assert_eq!(tools[0]["tool"]["name"], "test");
    let run = fixture.json("tool run gmail test").await;
    assert_eq!(run["result"]["structured"]["ok"], true);
    assert_eq!(fixture.json("run list").await["total"], 1);
    fixture
        .api(
            "update",
            json!({ "id": id, "role": "source", "is_primary": true }),
        )
        .await;
    fixture.api("disable", json!({ "id": id })).await;
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("gmail").await, "disabled");
    // A check asks whether it is still off there.
    let off = fixture.fails("doctor gmail", 1).await;
    off.assert_stderr("connector actions");
    fixture.api("enable", json!({ "id": id })).await;
    assert_eq!(fixture.status("gmail").await, "disabled");
    fixture.does("doctor gmail").await;
    assert_eq!(fixture.status("gmail").await, "ready");

    fixture.with(|tenex| tenex.keys = vec![NEXT_KEY.to_owned()]);
    fixture.fails("account test acc", 3).await;
    fixture.replace_key(NEXT_KEY).await;

    fixture.does("connector list --refresh").await;
    fixture.does("connector disconnect gmail").await;
    assert_eq!(fixture.status("gmail").await, "disconnected");
    fixture.does("connector remove gmail --yes").await;
    fixture.does("connector remove apollo --yes").await;
    assert!(fixture.with(|tenex| tenex.connectors.is_empty()));
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_when_the_platform_tried_a_connector_not_when_it_was_read() {
    let fixture = fixture().await;
    let byok = json!({ "provider": "apollo", "api_key": PROVIDER_KEY, "name": "Apollo" });
    fixture.api("submit_byok", byok).await;
    fixture.with(|tenex| {
        let apollo = &mut tenex.connectors[0];
        apollo.insert("health".to_owned(), "ok".into());
        apollo.insert("last_checked_at".to_owned(), "2026-05-08T14:30:00Z".into());
    });
    fixture.does("connector list --refresh").await;
    let shown = fixture.json("connector show apollo").await;
    assert_eq!(shown["status"]["status"], "ready");
    assert_eq!(shown["status"]["lastOkAt"], "2026-05-08T14:30:00Z");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_whose_consent_is_pending_is_to_be_connected_next() {
    let fixture = fixture().await;
    let created = fixture.does("connector create acc gmail").await;
    created.assert_stderr("Next: patchbay connector connect gmail");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn e_mail_and_password_are_changed_for_a_token() {
    const PASSWORD: &str = "tulips-3d51";
    const NEXT: &str = "daffodils-77c0";
    const TOKEN: &str = "jwt-5d0c9aa1b7e2";
    let secrets = [PASSWORD, NEXT, TOKEN, PROVIDER_KEY];
    let fixture = Fixture::new(FakeTenex::new(KEY), &secrets).await;
    let input = |password: &str| json!({ "password": password }).to_string();
    let email = ["--set", "email=ada@example.com"];
    fixture.signed_in("tenex", &email, &input(PASSWORD)).await;
    let byok = json!({ "provider": "apollo", "api_key": PROVIDER_KEY, "name": "Apollo" });
    fixture.api("submit_byok", byok).await;
    fixture.does("connector list --refresh").await;
    fixture.does("tool run apollo test").await;
    fixture.with(|tenex| {
        tenex.login.1 = NEXT.to_owned();
        tenex.keys.clear();
    });
    let out = fixture.fails("tool run apollo test --json", 3).await;
    assert_eq!(out.failure()["code"], "platform.signed_out");
    let replace = ["account", "replace-key", "acc", "--from", "-"];
    let wrong = fixture.run_with(&replace, &input("not it at all")).await;
    assert_eq!(wrong.code, 3, "{}", wrong.transcript());
    let said = "error: 10ex rejected this key.";
    wrong.assert_stderr(said);
    fixture.run_with(&replace, &input(NEXT)).await.succeeded();
    fixture.does("tool run apollo test").await;
    fixture.does("connector remove apollo --yes").await;
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_followed_to_their_end() {
    let fixture = fixture().await;
    fixture.with(|tenex| tenex.page = 2);
    for number in 0..5 {
        let byok = json!({
            "provider": "apollo", "api_key": PROVIDER_KEY, "name": format!("Apollo {number}"),
        });
        fixture.api("submit_byok", byok).await;
    }
    let listed = fixture.json("connector list --refresh").await;
    assert_eq!(listed.as_array().unwrap().len(), 5);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_consent_is_told_in_the_platforms_words() {
    let fixture = fixture().await;
    fixture.with(|tenex| tenex.consents = false);
    fixture
        .api("start_oauth", json!({ "provider": "gmail" }))
        .await;
    fixture.does("connector list --refresh").await;
    let refused = fixture.fails("connector connect gmail", 4).await;
    refused.assert_stderr("the user said no");
    fixture.assert_clean();
}

/// The terminal looks for the secret in whatever is shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_repeats_a_secret_setting_is_shown_without_it() {
    let fixture = fixture().await;
    let create = "connector create acc sanity name=Site /settings/dataset=prod --secret api_key=-";
    fixture.does_with(create, NEXT_KEY).await;
    fixture.fake.tamper(|seen, answer| {
        if seen.path.last().is_some_and(|last| last == "providers") {
            let mut page: Value = serde_json::from_slice(&answer.body).unwrap();
            let field =
                json!({ "name": "hook", "label": "Hook", "secret": true, "required": false });
            for provider in page["items"].as_array_mut().unwrap() {
                provider["byok_fields"]
                    .as_array_mut()
                    .unwrap()
                    .push(field.clone());
            }
            *answer = Answer::json(200, &page);
        }
    });
    let said = json!({ "detail": format!("{PROVIDER_KEY} is no hook") });
    let refused = Fault::answer(Answer::json(400, &said)).on(|seen| seen.method == "PATCH");
    fixture.fake.set_fault(refused);
    let edit = "connector edit site --secret /settings/hook=- --yes";
    let done = fixture
        .run_with(&edit.split(' ').collect::<Vec<_>>(), PROVIDER_KEY)
        .await;
    assert_ne!(done.code, 0);
    done.assert_stderr("<redacted> is no hook");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_lists_nothing_keeps_its_connectors_and_has_no_trouble() {
    let fixture = fixture().await;
    let byok = json!({ "provider": "apollo", "api_key": PROVIDER_KEY, "name": "Apollo" });
    fixture.api("submit_byok", byok).await;
    fixture.does("connector list --refresh").await;
    let table = r#"{"list": {"enabled": false}}"#;
    let edit = ["account", "edit", "acc", &format!("routes={table}")];
    fixture.run(&edit).await.succeeded();
    let listed = fixture.does("connector list --refresh").await;
    listed.assert_stderr("acc: 1 connector");
    assert_eq!(fixture.json("connector list").await[0]["name"], "apollo");
    assert_eq!(fixture.json("status").await, json!([]));
    fixture.assert_clean();
}
