//! Credentials that rotate after their connectors were edited.

use patchbay_testkit::fakes::{FakeCohere, FakePlatform, FakeTenex};
use serde_json::{Value, json};

use super::support::Fixture;
use crate::cli::terminal::words;

const KEY: &str = "tnx_abc12345_s3cret90ab";
const TOKEN: &str = "service-token-1122aabb";
const NEXT_TOKEN: &str = "service-token-next-3344";

/// An account whose wallet has the token as `key`.
async fn fixture<H: FakePlatform>(fake: H, platform: &str) -> Fixture<H> {
    let fixture = Fixture::new(fake, &[KEY, TOKEN, NEXT_TOKEN]).await;
    fixture.signed_in(platform, &[], KEY).await;
    let add = "credential add key --kind bearer";
    fixture.does_with(add, TOKEN).await;
    fixture
}

/// Rotates `key`, and returns the body that was sent.
async fn rotate<H: FakePlatform>(fixture: &Fixture<H>) -> Value {
    let rotate = words("credential rotate key");
    fixture.run_with(&rotate, NEXT_TOKEN).await.succeeded();
    let log = fixture.fake.log();
    let sent = log.iter().rev().find(|seen| seen.method != "GET");
    serde_json::from_slice(&sent.unwrap().body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_beside_a_key_stay_as_they_were_edited() {
    let fixture = fixture(FakeTenex::new(KEY), "tenex").await;
    let create =
        "connector create acc sanity name=Site /settings/dataset=prod --secret api_key=wallet:key";
    fixture.does(create).await;
    fixture
        .does("connector edit site /settings/dataset=staging --yes")
        .await;
    let sent = rotate(&fixture).await;
    assert_eq!(sent["api_key"], NEXT_TOKEN);
    assert_eq!(sent["settings"], json!({ "dataset": "staging" }));
    fixture.assert_clean();
}

/// An app with a secret of the wallet, whose scope was edited.
async fn edited_app() -> Fixture<FakeCohere> {
    let fixture = fixture(FakeCohere::new(KEY), "cohere").await;
    let create = format!(
        "connector create acc name=Intranet url={}/search /authentication/kind=oauth \
         /authentication/client_id=me /authentication/authorize_url=https://id.example/authorize \
         /authentication/token_url=https://id.example/token /authentication/scope=read \
         --secret /authentication/client_secret=wallet:key",
        fixture.fake.url()
    );
    fixture.does(&create).await;
    fixture
        .does("connector edit intranet /authentication/scope=write --yes")
        .await;
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_kept_while_its_neighbour_is_edited_still_rotates() {
    let fixture = edited_app().await;
    let plan = fixture.json("credential rotate key --dry-run").await;
    assert_eq!(plan["targets"].as_array().unwrap().len(), 1, "{plan}");
    // As when somebody edits it in the platform's console.
    fixture
        .with(|cohere| cohere.connectors[0]["oauth"]["token_url"] = "https://new.example/".into());
    let sent = rotate(&fixture).await;
    let app = json!({
        "client_id": "me", "client_secret": NEXT_TOKEN, "scope": "write",
        "authorize_url": "https://id.example/authorize", "token_url": "https://new.example/",
    });
    assert_eq!(sent, json!({ "oauth": app }));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_replaced_does_not_rotate() {
    let fixture = edited_app().await;
    let replace = "connector edit intranet --secret /authentication/client_secret=- --yes";
    fixture.does_with(replace, NEXT_TOKEN).await;
    let plan = fixture.json("credential rotate key --dry-run").await;
    assert_eq!(plan["targets"], json!([]));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_the_key_of_the_account_stops_says_so() {
    let fixture = fixture(FakeTenex::new(KEY), "tenex").await;
    let create = "connector create acc apollo --secret api_key=wallet:key";
    fixture.does(create).await;
    fixture.with(|tenex| tenex.keys.clear());
    let rotated = fixture
        .run_with(&words("credential rotate key --json"), NEXT_TOKEN)
        .await;
    let targets = rotated.document()["targets"].clone();
    assert_eq!(targets[0]["problem"]["code"], "platform.signed_out");
    fixture.assert_clean();
}
