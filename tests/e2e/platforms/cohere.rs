//! Cohere: connectors whose one tool is a test search, that a user lets in on a page.

use patchbay_testkit::fakes::FakeCohere;
use serde_json::json;

use super::support::Place;

const KEY: &str = "co-key-7f31b0a4d9e2";
const NEXT_KEY: &str = "co-key-next-5512ee90";
const APP_SECRET: &str = "app-secret-80c1d2e3f4";

async fn place() -> Place<FakeCohere> {
    let place = Place::new(FakeCohere::new(KEY), &[KEY, NEXT_KEY, APP_SECRET]).await;
    place.signed_in("cohere", &[], KEY).await;
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let place = place().await;
    let search = format!("{}/search", place.fake.url());
    let oauth = json!({
        "client_id": "cid", "client_secret": APP_SECRET, "scope": "read",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
    });
    let made = json!({ "name": "Intranet", "url": search, "oauth": oauth });
    let made = place.api("create", made).await;
    let id = made["connector"]["id"].as_str().unwrap().to_owned();

    let listed = place.json("connector list --refresh").await;
    assert_eq!(listed[0]["remoteId"], id);
    assert_eq!(listed[0]["status"]["status"], "needs_authorization");
    place.fails("connector check intranet", 3).await;

    place.does("connector connect intranet").await;
    assert_eq!(place.status("intranet").await, "ready");
    place.does("connector check intranet").await;
    let found = place
        .api("test_search", json!({ "id": id, "query": "tea" }))
        .await;
    assert_eq!(found["results"][0]["text"], "found");

    let tools = place.json("tool list intranet").await;
    assert_eq!(tools[0]["tool"]["name"], "search");
    place.fails("tool run intranet search", 2).await;
    let run = place.json("tool run intranet search query=tea").await;
    assert_eq!(run["result"]["structured"]["results"][0]["text"], "found");
    assert_eq!(run["request"], json!({ "query": "tea" }));
    assert_eq!(place.json("run list").await["total"], 1);

    place
        .fake
        .with(|cohere| cohere.keys = vec![NEXT_KEY.to_owned()]);
    let out = place.fails("account test acc --json", 3).await.failure();
    assert_eq!(out["code"], "platform.signed_out");
    assert_eq!(out["status"], 401);
    let lapsed = place.fails("account test acc", 3).await;
    assert!(
        lapsed.stderr.contains("patchbay account replace acc"),
        "{}",
        lapsed.stderr
    );
    let replace = ["account", "replace", "acc", "--from", "-"];
    let wrong = place.run_with(&replace, "co-key-wrong-000000").await;
    assert_eq!(wrong.code, 3, "{}", wrong.shown());
    place.run_with(&replace, NEXT_KEY).await.succeeded();
    place.does("account test acc").await;

    // The connector's own credential is another one from now on.
    let oauth = json!({ "client_id": "cid-2", "client_secret": APP_SECRET });
    place
        .api("update", json!({ "id": id, "oauth": oauth }))
        .await;
    place.does("connector list --refresh").await;
    assert_eq!(place.status("intranet").await, "needs_authorization");

    let cannot = place.fails("connector disconnect intranet --json", 1).await;
    assert_eq!(cannot.failure()["code"], "platform.not_supported");
    place.fails("connector remove intranet", 2).await;
    place.does("connector remove intranet --yes").await;
    assert!(place.fake.with(|cohere| cohere.connectors.is_empty()));
    assert_eq!(place.json("connector list --refresh").await, json!([]));
    place.does("account remove acc").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_over_all_pages_and_names_stay() {
    let place = place().await;
    for number in 0..3 {
        let made = json!({ "name": "Docs", "url": format!("https://docs{number}.example/") });
        place.api("create", made).await;
    }
    place.fake.with(|cohere| {
        let one = cohere.connectors[0].clone();
        cohere.connectors.extend((0..240).map(|number| {
            let mut other = one.clone();
            other.insert("id".to_owned(), format!("more-{number}").into());
            other.insert("name".to_owned(), format!("More {number}").into());
            other
        }));
    });
    let listed = place.json("connector list --refresh").await;
    let named = |id: &str| {
        let mut all = listed.as_array().unwrap().iter();
        all.find(|one| one["remoteId"] == id).unwrap()["name"].clone()
    };
    assert_eq!(listed.as_array().unwrap().len(), 243);
    let before = [named("docs-0001"), named("docs-0002"), named("docs-0003")];

    // In another order, and with one fewer, every one of them is still called the same.
    place.fake.with(|cohere| {
        cohere.connectors.reverse();
        cohere.connectors.retain(|one| one["id"] != "docs-0001");
    });
    let listed = place.json("connector list --refresh").await;
    let named = |id: &str| {
        let mut all = listed.as_array().unwrap().iter();
        all.find(|one| one["remoteId"] == id).unwrap()["name"].clone()
    };
    assert_eq!([named("docs-0002"), named("docs-0003")], before[1..]);
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_finds_out_another_knows() {
    let place = place().await;
    let oauth = json!({ "client_id": "cid", "client_secret": APP_SECRET });
    let made = json!({ "name": "Docs", "url": "https://docs.example/", "oauth": oauth });
    let docs = place.api("create", made).await["connector"]["id"].clone();
    let page = place.api("o_auth_authorize", json!({ "id": docs })).await;
    place.does("connector list --refresh").await;
    // Only the process before knows that the page is waiting for somebody.
    assert_eq!(place.status("docs").await, "authorizing");
    let page = page["redirect_url"].as_str().unwrap();
    reqwest::get(page).await.unwrap();
    place.does("connector list --refresh").await;
    assert_eq!(place.status("docs").await, "ready");

    // Nobody is at that address, and Cohere itself says nothing of it.
    let made = json!({ "name": "Wiki", "url": "http://127.0.0.1:9/search" });
    place.api("create", made).await;
    place.does("connector list --refresh").await;
    assert_eq!(place.status("wiki").await, "ready");
    place.fails("tool run wiki search query=tea", 7).await;
    place.does("connector list --refresh").await;
    assert_eq!(place.status("wiki").await, "failing");
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_deleted_is_told_and_gone() {
    let place = place().await;
    let made = json!({ "name": "Wiki", "url": "https://wiki.example/" });
    place.api("create", made).await;
    place.does("connector list --refresh").await;
    place.fake.with(|cohere| cohere.connectors.clear());
    place.fails("connector remove wiki --yes", 6).await;
    assert_eq!(place.json("connector list").await, json!([]));
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_not_given_runs_out() {
    let place = place().await;
    place.fake.with(|cohere| cohere.consents = false);
    let oauth = json!({ "client_id": "cid", "client_secret": APP_SECRET });
    let made = json!({ "name": "Intranet", "url": "https://in.example/", "oauth": oauth });
    place.api("create", made).await;
    place.does("connector list --refresh").await;
    place
        .fails("connector connect intranet --timeout 3", 3)
        .await;
    assert_eq!(place.status("intranet").await, "needs_authorization");
    place.over();
}
