//! Airbyte Agents: tools are entities and their actions, deletion is a job.

use patchbay_testkit::fakes::{FakeAirbyte, KINDS};
use serde_json::json;

use super::support::Place;

const SECRET: &str = "ab-secret-61d0e9f8a7";
const NEXT_SECRET: &str = "ab-secret-next-2b3c4d";
const TOKEN: &str = "ghp_5d6e7f8091a2b3c4";

async fn place() -> Place<FakeAirbyte> {
    let fake = FakeAirbyte::new("cid-1", SECRET);
    let place = Place::new(fake, &[SECRET, NEXT_SECRET, TOKEN, "application-token-0"]).await;
    let input = json!({ "client_secret": SECRET }).to_string();
    place
        .signed_in("airbyte", &["--set", "client_id=cid-1"], &input)
        .await;
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let place = place().await;
    let found = place
        .api("find_definition", json!({ "name": "github" }))
        .await;
    assert_eq!(found["sourceDefinitionId"], KINDS[0].0);
    let made = json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": TOKEN },
        "replication_config": { "repositories": ["ada/tea"] },
    });
    place.api("create_connector", made).await;
    place.does("connector list --refresh").await;
    assert_eq!(place.status("repos").await, "unknown");
    place.does("connector connect repos").await;
    assert_eq!(place.status("repos").await, "ready");

    let listed = place.json("tool list repos").await;
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["tool"]["name"])
        .collect();
    assert!(names.contains(&&json!("issues.list")), "{names:?}");
    let run = place.json("tool run repos issues.list").await;
    assert_eq!(run["state"], "done");
    let next = r#"tool run repos issues.list params:={"cursor":"page-2"}"#;
    place.does(next).await;
    place
        .fails("tool run repos execute entity=nothing action=list --yes", 1)
        .await;
    assert_eq!(place.json("run list").await["total"], 3);

    let replace = ["account", "replace", "acc", "--from", "-"];
    place.fake.with(|airbyte| {
        airbyte.credentials.1 = NEXT_SECRET.to_owned();
        airbyte.tokens.clear();
    });
    place.fails("account test acc", 3).await;
    place.run_with(&replace, NEXT_SECRET).await.succeeded();
    place.does("account test acc").await;

    place.does("connector remove repos --yes").await;
    assert!(place.fake.with(|airbyte| airbyte.connectors.is_empty()));
    place.does("account remove acc").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_shown_field_by_field() {
    let place = place().await;
    let made = json!({ "name": "repos", "definition_id": KINDS[0].0, "credentials": {} });
    let made = made.to_string();
    let words = ["api", "acc", "create_connector", "--args", &made];
    let refused = place.run_with(&words, "").await;
    assert_eq!(refused.code, 1, "{}", refused.shown());
    let told = "replication_config: required property 'repositories' not found";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_its_platform_finds_broken_is_not_ready() {
    let place = place().await;
    let made = json!({
        "name": "repos", "definition_id": KINDS[1].0, "credentials": { "token": "revoked" },
    });
    place.api("create_connector", made).await;
    place.does("connector list --refresh").await;
    place.run_with(&["connector", "connect", "repos"], "").await;
    assert_eq!(place.status("repos").await, "needs_authorization");
    place.over();
}
