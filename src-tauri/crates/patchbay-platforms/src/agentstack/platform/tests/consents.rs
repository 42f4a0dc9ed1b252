use std::time::Duration;

use patchbay_model::Status;

use super::fake::Fake;
use super::*;
use crate::ConsentState;

fn asking(request: Value) -> Value {
    let mut asking = connector("auth_required");
    asking["auth_request"] = request;
    asking
}

fn code(page: &str) -> Value {
    value!({"type": "code", "authorization_endpoint": page})
}

async fn start(platform: &dyn Platform, redirect: Option<&Url>) -> Result<Option<Url>> {
    let consents = platform.consents().unwrap();
    let id = id();
    let request = ConsentRequest::new(&id, redirect, Map::new());
    Ok(consents.start_consent(request, &options()).await?.page)
}

async fn started(answer: Value) -> Result<Option<Url>> {
    let (platform, _server) = answered_by([json(200, answer)]).await;
    start(&*platform, None).await
}

#[tokio::test]
async fn what_connecting_answers_decides_on_the_page() {
    let page = "https://auth.example/authorize?state=s";
    let started_at = started(asking(code(page))).await.unwrap();
    assert_eq!(started_at.unwrap().as_str(), page);
    assert_eq!(started(connector("connected")).await.unwrap(), None);
    for unsafe_page in ["javascript:alert(1)", "file:///etc/passwd", "no url"] {
        let refused = started(asking(code(unsafe_page))).await;
        assert!(
            matches!(refused, Err(Error::UnsafeUrl { .. })),
            "{unsafe_page}"
        );
    }
    for request in [
        value!({"type": "device", "authorization_endpoint": page}),
        Value::Null,
    ] {
        let refused = started(asking(request)).await;
        assert!(matches!(refused, Err(Error::NotSupported(_))));
    }
    let failed = started(connector("disconnected")).await;
    assert!(matches!(failed, Err(Error::GrantFailed { .. })));
}

#[tokio::test]
async fn a_consent_shows_until_it_is_given_or_its_time_is_over() {
    let clock = JumpingClock::new();
    let required = || json(200, asking(code("https://auth.example/")));
    let server = Server::start([
        required(),
        required(),
        required(),
        required(),
        required(),
        json(200, connector("connected")),
        required(),
    ])
    .await;
    let platform = signed_in(&server.base, Arc::clone(&clock));
    let consents = platform.consents().unwrap();
    let status = async || shown(&*platform).await.0;
    let done = Url::parse("http://127.0.0.1:9/done").unwrap();
    start(&*platform, Some(&done)).await.unwrap();
    assert_eq!(status().await, Status::Authorizing);
    patchbay_http::Clock::sleep(&*clock, Duration::from_secs(300)).await;
    assert_eq!(status().await, Status::NeedsAuthorization);
    start(&*platform, Some(&done)).await.unwrap();
    let state = consents.consent_state(&id(), &options()).await.unwrap();
    assert_eq!(state, ConsentState::Waiting);
    let state = consents.consent_state(&id(), &options()).await.unwrap();
    assert_eq!(state, ConsentState::Given);
    assert_eq!(status().await, Status::NeedsAuthorization);
    let sent: Value = serde_json::from_slice(&server.seen()[0].body).unwrap();
    let expected = value!({"redirect_url": "http://127.0.0.1:9/done", "access_token": null});
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_failure_to_connect_is_the_reason_until_it_is_over() {
    let words = "Unable to establish connection with the connector";
    let (platform, _server) = answered_by([
        json(504, value!({"detail": words})),
        json(200, connector("created")),
        json(403, value!({"detail": "Insufficient permissions"})),
        json(200, connector("created")),
        json(200, connector("connected")),
        json(200, connector("connected")),
    ])
    .await;
    let connect = async || {
        let one = value!({"connector": "c-1"});
        call(&*platform, "connect", one).await
    };
    let reason = async || shown(&*platform).await.1;
    assert_eq!(connect().await.unwrap_err().status(), Some(504));
    assert_eq!(reason().await.as_deref(), Some(words));
    // That the account may not connect says nothing of the connector.
    assert_eq!(connect().await.unwrap_err().status(), Some(403));
    assert_eq!(reason().await.as_deref(), Some(words));
    connect().await.unwrap();
    assert_eq!(
        reason().await.as_deref(),
        Some("connected, tools not loaded")
    );
}

#[tokio::test]
async fn a_connected_one_that_fails_to_connect_again_says_why_until_it_works() {
    let words = "Connector has returned an error";
    let fake = Fake::start(Some("connected")).await;
    let platform = signed_in(&fake.base, JumpingClock::new());
    let list = async || {
        let tools = platform.tools().unwrap();
        tools.list_tools(&id(), &options()).await.unwrap()
    };
    list().await;
    assert_eq!(shown(&*platform).await, (Status::Ready, None));
    fake.fake_state
        .fail_to_connect(502, value!({"detail": words}));
    let one = value!({"connector": "c-1"});
    let failed = call(&*platform, "connect", one).await;
    assert_eq!(failed.unwrap_err().status(), Some(502));
    for _ in 0..2 {
        assert_eq!(
            shown(&*platform).await,
            (Status::Unknown, Some(words.to_owned()))
        );
    }
    list().await;
    assert_eq!(shown(&*platform).await, (Status::Ready, None));
}

#[tokio::test]
async fn a_failure_is_over_once_the_consent_connected() {
    let (platform, _server) = answered_by([
        json(500, value!({"detail": "Connection has failed"})),
        json(200, connector("auth_required")),
        json(200, connector("connected")),
    ])
    .await;
    let one = value!({"connector": "c-1"});
    let failed = call(&*platform, "connect", one).await;
    assert_eq!(failed.unwrap_err().status(), Some(500));
    for reason in ["Connection has failed", "connected, tools not loaded"] {
        assert_eq!(shown(&*platform).await.1.as_deref(), Some(reason));
    }
}

/// The platform fails on a token that it gave up, and never asks for a new one by itself.
#[tokio::test]
async fn a_token_that_lapsed_for_good_ends_in_one_sign_in() {
    let page = "https://auth.example/authorize?state=s";
    let lost = || json(500, value!({"detail": "Connection has failed"}));
    let (platform, server) = answered_by([
        lost(),
        json(200, connector("disconnected")),
        json(200, connector("disconnected")),
        json(200, asking(code(page))),
    ])
    .await;
    let started_at = start(&*platform, None).await.unwrap();
    assert_eq!(started_at.unwrap().as_str(), page);
    let asked: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.uri.path().to_owned())
        .collect();
    assert!(asked[2].ends_with("/disconnect"), "{asked:?}");

    // What fails otherwise stays the answer, and nothing is given up for it.
    let (platform, server) = answered_by([lost(), json(200, connector("created"))]).await;
    let refused = start(&*platform, None).await.unwrap_err();
    assert_eq!(refused.status(), Some(500));
    assert_eq!(server.seen().len(), 2);
}
