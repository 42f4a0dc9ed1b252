//! The fake answers as the real server does.
//!
//! Source: live findings against Agent Stack 0.7.1; Agent Stack contract, sections 2 to 5.

use reqwest::redirect::Policy;
use reqwest::{Client, Method};

use super::*;
use crate::fakes::Fake;

/// An MCP server that requires OAuth.
const PROTECTED: &str = "https://mcp.example/mcp";

struct Harness {
    fake: Fake<FakeAgentStack>,
    http: Client,
}

impl Harness {
    async fn new() -> Self {
        let mut stack = FakeAgentStack::new();
        stack.protected = vec![PROTECTED.to_owned()];
        let http = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            fake: Fake::start(stack).await.unwrap(),
            http: http.build().unwrap(),
        }
    }

    /// Status, redirect target, and body.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String, Value) {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.fake.url()),
            false => path.to_owned(),
        };
        let mut request = self.http.request(method.clone(), url);
        request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None if method == Method::POST => request.header("content-length", "0"),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let place = headers.get("location").map(|place| place.to_str().unwrap());
        let place = place.unwrap_or_default().to_owned();
        let body = answer.text().await.unwrap();
        let json = serde_json::from_str(&body).unwrap_or_else(|_| body.into());
        (status, place, json)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, _, answer) = self.ask(Method::POST, path, Some(body)).await;
        (status, answer)
    }

    async fn get(&self, path: &str) -> (u16, String, Value) {
        self.ask(Method::GET, path, None).await
    }

    /// The id of a new connector to that server.
    async fn made(&self, url: &str) -> String {
        let (status, made) = self.post(ALL, json!({ "url": url })).await;
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    /// The consent page of the connector.
    async fn page(&self, id: &str, back: Option<&str>) -> String {
        let given = json!({ "redirect_url": back, "access_token": null });
        let (_, answer) = self.post(&format!("{ALL}/{id}/connect"), given).await;
        assert_eq!(answer["state"], "auth_required");
        let page = &answer["auth_request"]["authorization_endpoint"];
        page.as_str().unwrap().to_owned()
    }
}

const ALL: &str = "/api/v1/connectors";

#[tokio::test]
async fn what_is_created_is_checked_by_the_servers_rules() {
    let harness = Harness::new().await;
    let notes: Map<String, Value> = (0..17).map(|n| (format!("note-{n}"), "x".into())).collect();
    let long = format!("https://h.example/{}", "x".repeat(300));
    for (given, status) in [
        (json!({ "url": "https://h.example/", "unknown": 1 }), 201),
        (json!({ "url": "https://h.example" }), 409),
        (json!({ "url": "ftp://h.example/" }), 400),
        (json!({ "url": "mcp+stdio://h" }), 400),
        (
            json!({ "url": "https://i.example/", "client_secret": "s" }),
            400,
        ),
        (
            json!({ "url": "https://i.example/", "metadata": notes }),
            422,
        ),
        (json!({ "url": "i.example" }), 422),
        (json!({ "url": long }), 500),
    ] {
        let (answered, told) = harness.post(ALL, given.clone()).await;
        assert_eq!(answered, status, "{given} {told}");
        let problem = &told["detail"][0];
        assert_eq!(problem["ctx"].is_object(), status == 422, "{told}");
        if status == 422 {
            let member = problem["loc"][1].as_str().unwrap();
            assert_eq!(problem["input"], given[member], "{told}");
        }
    }
    assert_eq!(harness.fake.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn an_id_is_a_uuid_in_any_spelling() {
    let harness = Harness::new().await;
    let id = harness.made(PROTECTED).await;
    let bare = id.replace('-', "").to_uppercase();
    assert_eq!(harness.get(&format!("{ALL}/{bare}")).await.0, 200);
    assert_eq!(harness.get(&format!("{ALL}/none")).await.0, 422);
    let (status, place, _) = harness.get(&format!("{ALL}/")).await;
    assert_eq!((status, place.ends_with(ALL)), (307, true));
}

#[tokio::test]
async fn an_updated_row_moves() {
    let harness = Harness::new().await;
    let first = harness.made(PROTECTED).await;
    let second = harness.made("https://other.example/mcp").await;
    harness.page(&first, None).await;
    let (.., list) = harness.get(ALL).await;
    let ids = [0, 1].map(|n| list["items"][n]["id"].clone());
    assert_eq!(ids, [second, first]);
}

#[tokio::test]
async fn a_consent_leads_back_and_its_link_is_good_once() {
    let harness = Harness::new().await;
    let id = harness.made(PROTECTED).await;
    let connect = format!("{ALL}/{id}/connect");
    let no_url = json!({ "redirect_url": "nowhere", "access_token": null });
    assert_eq!(harness.post(&connect, no_url).await.0, 422);
    let callback = format!("{ALL}/oauth/callback");
    assert_eq!(harness.get(&callback).await.0, 422);

    let back = "http://127.0.0.1:9/back?a=1";
    let page = harness.page(&id, Some(back)).await;
    let (_, callback, _) = harness.get(&page).await;
    let (status, place, _) = harness.get(&callback).await;
    assert_eq!((status, place.as_str()), (307, back));
    let (status, _, told) = harness.get(&callback).await;
    assert_eq!(status, 200);
    assert!(told.as_str().unwrap().contains("Authorization Failed"));

    // Disconnecting drops the pending consent.
    let page = {
        let disconnect = format!("{ALL}/{id}/disconnect");
        harness.ask(Method::POST, &disconnect, None).await;
        let page = harness.page(&id, None).await;
        harness.ask(Method::POST, &disconnect, None).await;
        page
    };
    let (_, callback, _) = harness.get(&page).await;
    harness.get(&callback).await;
    let (.., connector) = harness.get(&format!("{ALL}/{id}")).await;
    assert_eq!(connector["state"], "disconnected");

    harness.fake.with(|stack| stack.consents = false);
    let page = harness.page(&id, Some(back)).await;
    let (_, callback, _) = harness.get(&page).await;
    let (_, place, _) = harness.get(&callback).await;
    let refused = "&error=access_denied&error_description=Authorization+Failed";
    assert_eq!(place, format!("{back}{refused}"));
}

/// The platform probes servers on this computer.
#[tokio::test]
async fn what_the_server_says_decides_on_the_connection() {
    let harness = Harness::new().await;
    // Another fake is a server that fails in two ways.
    let mut other = FakeAgentStack::new();
    other.tokens = vec!["t".to_owned()];
    let other = Fake::start(other).await.unwrap();
    for (url, status) in [
        (format!("{}{ALL}", other.url()), 500),
        (format!("{}/authorize", harness.fake.url()), 502),
        ("http://127.0.0.1:9/mcp".to_owned(), 504),
    ] {
        let id = harness.made(&url).await;
        let given = json!({ "redirect_url": null, "access_token": null });
        let (answered, told) = harness.post(&format!("{ALL}/{id}/connect"), given).await;
        assert_eq!(answered, status, "{url} {told}");
        let (.., connector) = harness.get(&format!("{ALL}/{id}")).await;
        assert_eq!(connector["state"], "created");
    }
}
