//! A platform that the programs know of nothing but its folder, one line of the registry and one word: whatever
//! commands do, they do with it.

use patchbay_testkit::fakes::FakeExample;
use serde_json::json;

use super::support::Fixture;

const KEY: &str = "example-key-4b19c7d02e";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a build with one platform more: cargo xtask test platform"]
async fn another_platform_is_used_like_the_others() {
    let fixture = Fixture::new(FakeExample::new(KEY), &[KEY]).await;
    let platforms = fixture.json("account platforms").await;
    let mut platforms = platforms.as_array().unwrap().iter();
    let shown = platforms.find(|one| one["platform"] == "example").unwrap();
    assert_eq!(shown["title"], "Example");
    assert_eq!(shown["fields"][0]["name"], "api_key");

    let add = ["account", "add", "example", "--name", "acc", "--from", "-"];
    let base = ["--base-url", fixture.fake.url()];
    let wrong = fixture
        .run_with(&[&add[..], &base].concat(), "example-key-wrong")
        .await;
    assert_eq!(wrong.code, 3, "{}", wrong.transcript());
    fixture.signed_in("example", &[], KEY).await;
    let made = json!({ "name": "wiki", "url": "https://wiki.example/mcp" });
    let id = fixture.api("create", made).await["id"].clone();

    let listed = fixture.json("connector list --refresh").await;
    assert_eq!(listed[0]["remoteId"], id);
    assert_eq!(listed[0]["status"]["status"], "ready");
    let tools = fixture.json("tool list wiki").await;
    assert_eq!(tools[0]["tool"]["name"], "echo");
    fixture.fails("tool run wiki echo", 2).await;
    let run = fixture.json("tool run wiki echo text=tea").await;
    assert_eq!(run["result"]["content"][0]["text"], "tea");
    let runs = fixture.json("run list").await;
    assert_eq!(runs["total"], 1);

    fixture.does("connector remove wiki --yes").await;
    assert!(fixture.with(|example| example.connectors.is_empty()));
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}
