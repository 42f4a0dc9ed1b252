//! Where `account add` finds what it needs: standard input, and the variables of the platforms' own clients.

use patchbay_testkit::fakes::{FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex};
use serde_json::json;

use super::support::Fixture;

const KEY: &str = "sk-sources-7d3f90b1c2";

/// Adds an account with these variables set, and that on standard input.
async fn adds<H: FakePlatform>(
    fixture: &Fixture<H>,
    words: &[&str],
    set: &[(&str, &str)],
    input: &str,
) {
    let add = ["account", "add", words[0], "--name", "acc"];
    let mut command = fixture.command(&[&add, &words[1..]].concat());
    command.envs(set.iter().copied());
    let done = fixture.finish(command, input).await;
    done.succeeded();
    assert!(!done.transcript().contains(KEY), "{}", done.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_read_where_no_source_is_named() {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY]).await;
    let words = ["tenex", "--base-url", fixture.fake.url()];
    adds(&fixture, &words, &[], KEY).await;
    fixture.does("account test acc").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_several_lines_holds_settings_too() {
    let fixture = Fixture::new(FakeAirbyte::new("cid-1", KEY), &[KEY]).await;
    let words = ["airbyte", "--base-url", fixture.fake.url()];
    let input = json!({ "client_id": "cid-1", "client_secret": KEY });
    let input = serde_json::to_string_pretty(&input).unwrap();
    adds(&fixture, &words, &[], &input).await;
    let accounts = fixture.json("account list").await;
    assert_eq!(accounts[1]["settings"]["client_id"], "cid-1");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_comes_from_the_environment_beside_a_key_from_standard_input() {
    let fixture = Fixture::new(FakeCohere::new(KEY), &[KEY]).await;
    let url = fixture.fake.url().to_owned();
    let input = format!("Bearer {KEY}\n");
    let words = ["cohere", "--from", "-", "--yes"];
    adds(&fixture, &words, &[("CO_API_URL", &url)], &input).await;
    let accounts = fixture.json("account list").await;
    assert_eq!(accounts[1]["baseUrl"], url.as_str());
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_goes_before_the_key_of_the_environment() {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, KEY).unwrap();
    let file = file.display().to_string();
    let words = ["mistral", "--base-url", fixture.fake.url(), "--yes"];
    let set = [
        ("MISTRAL_API_KEY", "another-key"),
        ("MISTRAL_SA_TOKEN_PATH", &file),
    ];
    adds(&fixture, &words, &set, "").await;
    let accounts = fixture.json("account list").await;
    assert_eq!(accounts[1]["settings"]["token_file"], file);
    fixture.assert_clean();
}

/// Only what was sent tells it: the account has no secret.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_token_file_is_redacted_in_what_a_tool_answers() {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, KEY).unwrap();
    let file = file.display().to_string();
    let words = ["mistral", "--base-url", fixture.fake.url(), "--yes"];
    adds(&fixture, &words, &[("MISTRAL_SA_TOKEN_PATH", &file)], "").await;
    let made = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "protocol": "mcp",
        "auth_methods": [{
            "method_type": "oauth2", "grant_type": "authorization_code",
            "auth_data": { "client_id": "cid", "client_secret": "app-secret-31f0c4d5e6" },
        }],
    });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    fixture.does("connector connect wiki").await;
    // The tool repeats the key.
    let said = fixture.does("tool run wiki whoami --quiet").await;
    assert_eq!(said.stdout, "<redacted>\n");
    fixture.assert_clean();
}
