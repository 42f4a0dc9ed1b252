//! Cohere: connectors whose one tool is a test search, that a user lets in on a page.

use patchbay_testkit::fakes::{Answer, FakeCohere, Fault};
use serde_json::{Value, json};

use super::support::Fixture;

const KEY: &str = "co-key-7f31b0a4d9e2";
const NEXT_KEY: &str = "co-key-next-5512ee90";
const APP_SECRET: &str = "app-secret-80c1d2e3f4";

async fn fixture() -> Fixture<FakeCohere> {
    let fixture = Fixture::new(FakeCohere::new(KEY), &[KEY, NEXT_KEY, APP_SECRET]).await;
    fixture.signed_in("cohere", &[], KEY).await;
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let fixture = fixture().await;
    let search = format!("{}/search", fixture.fake.url());
    let oauth = json!({
        "client_id": "cid", "client_secret": APP_SECRET, "scope": "read",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
    });
    let made = json!({ "name": "Intranet", "url": search, "oauth": oauth });
    let made = fixture.api("create", made).await;
    let id = made["connector"]["id"].as_str().unwrap().to_owned();

    let listed = fixture.json("connector list --refresh").await;
    assert_eq!(listed[0]["remoteId"], id);
    assert_eq!(listed[0]["status"]["status"], "needs_authorization");
    fixture.fails("connector check intranet", 3).await;

    fixture.does("connector connect intranet").await;
    assert_eq!(fixture.status("intranet").await, "ready");
    fixture.does("connector check intranet").await;
    let found = fixture
        .api("test_search", json!({ "id": id, "query": "tea" }))
        .await;
    assert_eq!(found["results"][0]["text"], "found");

    let tools = fixture.json("tool list intranet").await;
    assert_eq!(tools[0]["tool"]["name"], "search");
    fixture.fails("tool run intranet search", 2).await;
    let run = fixture.json("tool run intranet search query=tea").await;
    let shown = &run["result"]["content"][0]["text"];
    assert_eq!(*shown, "Document: 0\nid: 1\ntext: found\n");
    let exchange = &run["exchange"];
    assert_eq!(exchange["request"]["body"], r#"{"query":"tea"}"#);
    let came = exchange["response"]["body"].as_str().unwrap();
    let came: Value = serde_json::from_str(came).unwrap();
    assert_eq!(came["results"][0]["text"], "found");
    assert_eq!(fixture.json("run list").await["total"], 1);

    fixture.with(|cohere| cohere.keys = vec![NEXT_KEY.to_owned()]);
    let out = fixture.fails("account test acc --json", 3).await.failure();
    assert_eq!(out["code"], "platform.signed_out");
    assert_eq!(out["status"], 401);
    let lapsed = fixture.fails("account test acc", 3).await;
    lapsed.assert_stderr("patchbay account replace-key acc");
    let replace = ["account", "replace-key", "acc", "--from", "-"];
    let wrong = fixture.run_with(&replace, "co-key-wrong-000000").await;
    assert_eq!(wrong.code, 3, "{}", wrong.transcript());
    fixture.run_with(&replace, NEXT_KEY).await.succeeded();
    fixture.does("account test acc").await;

    // The connector's own credential is another one from now on.
    let oauth = json!({ "client_id": "cid-2", "client_secret": APP_SECRET });
    fixture
        .api("update", json!({ "id": id, "oauth": oauth }))
        .await;
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("intranet").await, "needs_authorization");

    let cannot = fixture
        .fails("connector disconnect intranet --json", 1)
        .await;
    assert_eq!(cannot.failure()["code"], "platform.not_supported");
    fixture.fails("connector remove intranet", 2).await;
    fixture.does("connector remove intranet --yes").await;
    assert!(fixture.with(|cohere| cohere.connectors.is_empty()));
    assert_eq!(fixture.json("connector list --refresh").await, json!([]));
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_over_all_pages_and_names_stay() {
    let fixture = fixture().await;
    for number in 0..3 {
        let made = json!({ "name": "Docs", "url": format!("https://docs{number}.example/") });
        fixture.api("create", made).await;
    }
    fixture.with(|cohere| {
        let one = cohere.connectors[0].clone();
        cohere.connectors.extend((0..240).map(|number| {
            let mut other = one.clone();
            other.insert("id".to_owned(), format!("more-{number}").into());
            other.insert("name".to_owned(), format!("More {number}").into());
            other
        }));
    });
    let listed = fixture.json("connector list --refresh").await;
    let named = |id: &str| {
        let mut all = listed.as_array().unwrap().iter();
        all.find(|one| one["remoteId"] == id).unwrap()["name"].clone()
    };
    assert_eq!(listed.as_array().unwrap().len(), 243);
    let before = [named("docs-0001"), named("docs-0002"), named("docs-0003")];

    // In another order, and with one fewer, every one of them is still called the same.
    fixture.with(|cohere| {
        cohere.connectors.reverse();
        cohere.connectors.retain(|one| one["id"] != "docs-0001");
    });
    let listed = fixture.json("connector list --refresh").await;
    let named = |id: &str| {
        let mut all = listed.as_array().unwrap().iter();
        all.find(|one| one["remoteId"] == id).unwrap()["name"].clone()
    };
    assert_eq!([named("docs-0002"), named("docs-0003")], before[1..]);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_finds_out_another_knows() {
    let fixture = fixture().await;
    let oauth = json!({ "client_id": "cid", "client_secret": APP_SECRET });
    let made = json!({ "name": "Docs", "url": "https://docs.example/", "oauth": oauth });
    let docs = fixture.api("create", made).await["connector"]["id"].clone();
    let page = fixture.api("o_auth_authorize", json!({ "id": docs })).await;
    fixture.does("connector list --refresh").await;
    // Only the process before knows that the page is waiting for somebody.
    assert_eq!(fixture.status("docs").await, "authorizing");
    let page = page["redirect_url"].as_str().unwrap();
    reqwest::get(page).await.unwrap();
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("docs").await, "ready");

    let search = format!("{}/search", fixture.fake.url());
    let made = json!({ "name": "Wiki", "url": search });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("wiki").await, "ready");
    // Nobody is at its address any more, and Cohere itself says nothing of it.
    fixture.with(|cohere| {
        let nowhere = "http://127.0.0.1:9/search".into();
        cohere.connectors[0].insert("url".to_owned(), nowhere);
    });
    fixture.fails("tool run wiki search query=tea", 7).await;
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("wiki").await, "failing");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_consent_and_was_deleted_there_is_not_listed_any_more() {
    let fixture = fixture().await;
    let oauth = json!({ "client_id": "cid", "client_secret": APP_SECRET });
    let made = json!({ "name": "Docs", "url": "https://docs.example/", "oauth": oauth });
    let docs = fixture.api("create", made).await["connector"]["id"].clone();
    fixture.api("o_auth_authorize", json!({ "id": docs })).await;
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("docs").await, "authorizing");
    fixture.with(|cohere| cohere.connectors.clear());
    assert_eq!(fixture.json("connector list --refresh").await, json!([]));
    fixture.assert_clean();
}

/// Source: Cohere contract, section 8: the URL is called before anything is made.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_answer_becomes_no_connector() {
    let fixture = fixture().await;
    let made = json!({ "name": "Wiki", "url": "http://127.0.0.1:9/search" }).to_string();
    let create = ["api", "acc", "create", "--args", &made, "--json"];
    let refused = fixture.run_with(&create, "").await.failure();
    assert_eq!(refused["code"], "platform.invalid");
    assert_eq!(fixture.json("connector list --refresh").await, json!([]));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_deleted_is_told_and_gone() {
    let fixture = fixture().await;
    let made = json!({ "name": "Wiki", "url": "https://wiki.example/" });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    fixture.with(|cohere| cohere.connectors.clear());
    fixture.fails("connector remove wiki --yes", 6).await;
    assert_eq!(fixture.json("connector list").await, json!([]));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_not_given_runs_out() {
    let fixture = fixture().await;
    fixture.with(|cohere| cohere.consents = false);
    let oauth = json!({ "client_id": "cid", "client_secret": APP_SECRET });
    let made = json!({ "name": "Intranet", "url": "https://in.example/", "oauth": oauth });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    fixture
        .fails("connector connect intranet --timeout 3", 3)
        .await;
    assert_eq!(fixture.status("intranet").await, "needs_authorization");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_test_says_nothing_of_a_connector_that_was_changed_since() {
    let fixture = fixture().await;
    let search = format!("{}/search", fixture.fake.url());
    let made = json!({ "name": "Docs", "url": search });
    let made = fixture.api("create", made).await;
    let test = json!({ "id": made["connector"]["id"], "query": "tea" });
    let broken = Fault::answer(Answer::json(500, &json!({ "message": "out of order" })))
        .on(|seen| seen.path.last().is_some_and(|last| last == "search"));
    fixture.fake.set_fault(broken);
    fixture.refused_api("test_search", test.clone(), 1).await;
    fixture.fake.set_fault(None);
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("docs").await, "failing");
    let edit = format!("connector edit docs url={search}?v=2 --yes");
    fixture.does(&edit).await;
    assert_eq!(fixture.status("docs").await, "ready");

    // What is added to a search is not added to the read before it.
    let test = test.to_string();
    let more = ["--query", "trace=1", "--json"];
    let call = ["api", "acc", "test_search", "--args", &test];
    fixture.run(&[&call[..], &more].concat()).await.succeeded();
    let log = fixture.fake.log();
    let [.., read, search] = log.as_slice() else {
        panic!("nothing was sent");
    };
    assert_eq!(read.query, []);
    assert_eq!(search.parameter("trace"), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_page_nobody_is_signed_in() {
    let fixture = fixture().await;
    let oauth = json!({
        "client_id": "cid", "client_secret": APP_SECRET,
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
    });
    let search = format!("{}/search", fixture.fake.url());
    let made = json!({ "name": "Intranet", "url": search, "oauth": oauth });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    let nothing = Fault::answer(Answer::json(200, &json!({})))
        .on(|seen| seen.path.last().is_some_and(|last| last == "authorize"));
    fixture.fake.set_fault(nothing);
    let failed = fixture.fails("connector connect intranet", 1).await;
    failed.assert_stderr("no sign-in page");
    assert_eq!(fixture.status("intranet").await, "needs_authorization");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_was_created_without_a_word_of_it_is_listed() {
    let fixture = fixture().await;
    fixture.fake.tamper(|asked, answer| {
        if asked.writes() {
            answer.body = b"{}".to_vec();
        }
    });
    let url = format!("url={}/search", fixture.fake.url());
    let create = format!("connector create acc name=Intranet {url}");
    fixture.fails(&create, 1).await;
    assert_eq!(fixture.json("connector list").await[0]["name"], "intranet");
    fixture.assert_clean();
}
