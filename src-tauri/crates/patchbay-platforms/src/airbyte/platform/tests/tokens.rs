//! Exchange, caching and renewal of tokens.

use std::time::Duration;

use patchbay_http::{CachedToken, Clock};
use patchbay_model::{Explain, Secret};

use super::*;

fn bearer(seen: &[Seen]) -> Vec<&str> {
    let sent = seen.iter().filter(|seen| !seen.is_exchange());
    sent.map(|seen| seen.token.as_deref().unwrap_or("none"))
        .collect()
}

#[tokio::test]
async fn calls_together_share_one_exchange() {
    let server = Server::start(|_, _| listed(json!([]))).await;
    let platform = signed_in(&server);
    let calls = (0..5).map(|_| call(&*platform, "list_connectors", json!({})));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.unwrap(), json!([]));
    }
    let seen = server.seen();
    assert_eq!(seen.iter().filter(|seen| seen.is_exchange()).count(), 1);
    assert_eq!(bearer(&seen), ["Bearer tok-1"; 5]);
}

#[tokio::test]
async fn a_kept_token_that_is_refused_is_renewed_once_for_all() {
    let server = Server::start(|seen, _| match seen.token.as_deref() {
        Some("Bearer tok-1") => listed(json!([])),
        Some("Bearer tok-2") => json(401, json!({"message": "expired"})),
        _ => listed(json!([item("a", "stripe")])),
    })
    .await;
    let clock = JumpingClock::new();
    let platform = account(&server, &clock, &[("client_secret", "sec-12345")]);
    // A fresh token that is refused is no better the next time: one exchange, and the error.
    call(&*platform, "list_connectors", json!({}))
        .await
        .unwrap();
    clock.sleep(Duration::from_secs(900)).await;
    let refused = call(&*platform, "list_connectors", json!({})).await;
    assert_eq!(refused.unwrap_err().kind(), "unauthorized");
    assert_eq!(
        server
            .seen()
            .iter()
            .filter(|seen| seen.is_exchange())
            .count(),
        2
    );
    // Kept by now: many calls that are refused together exchange once.
    let calls = (0..4).map(|_| call(&*platform, "list_connectors", json!({})));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.unwrap()[0]["id"], "a");
    }
    let seen = server.seen();
    assert_eq!(seen.iter().filter(|seen| seen.is_exchange()).count(), 1);
}

#[tokio::test]
async fn a_token_brought_by_the_call_is_used_until_it_lapses_or_is_refused() {
    let server = Server::start(|seen, n| match seen.token.as_deref() {
        Some("Bearer old") if n > 0 => json(401, json!({"message": "expired"})),
        _ => listed(json!([])),
    })
    .await;
    let clock = JumpingClock::new();
    let platform = account(&server, &clock, &[("client_secret", "sec-12345")]);
    let options = CallOptions {
        cached_token: Some(CachedToken {
            token: Secret::new("old"),
            good_until: clock.now() + Duration::from_secs(600),
        }),
        ..CallOptions::default()
    };
    for _ in 0..3 {
        let answer = platform.call("list_connectors", json!({}), &options).await;
        assert_eq!(answer.unwrap(), json!([]));
    }
    assert_eq!(
        bearer(&server.seen()),
        ["Bearer old", "Bearer old", "Bearer tok-1", "Bearer tok-1"]
    );
    // The refused one does not come back when the newer one lapses, even though its time is not over.
    clock.sleep(Duration::from_secs(599)).await;
    platform
        .call("list_connectors", json!({}), &options)
        .await
        .unwrap();
    assert_eq!(bearer(&server.seen()), ["Bearer tok-1"]);
}

#[tokio::test]
async fn no_secret_is_in_what_goes_wrong_with_the_exchange() {
    for answer in [
        json!({"message": "bad secret sec-12345", "errors": [{"message": "sec-12345"}]}),
        json!({"detail": [{"loc": ["body"], "msg": "sec-12345?", "input": "sec-12345"}]}),
    ] {
        let refused = move |_| json(422, answer.clone());
        let server = Server::with_exchange(refused, |_, _| listed(json!([]))).await;
        let refused = call(&*signed_in(&server), "list_connectors", json!({})).await;
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), "invalid");
        let shown = format!("{error} {error:?} {:?}", error.problem());
        assert!(shown.contains("<redacted>"), "{shown}");
        assert!(!shown.contains("sec-12345"), "{shown}");
    }
    let odd = |_| json(200, json!({"token": "tok-98765", "message": "moved"}));
    let server = Server::with_exchange(odd, |_, _| listed(json!([]))).await;
    let refused = call(&*signed_in(&server), "list_connectors", json!({})).await;
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), "decode");
    let problem = error.problem();
    assert_eq!(problem.detail.as_deref(), Some("moved"));
    assert!(!format!("{error:?} {problem:?}").contains("tok-98765"));
}

#[tokio::test]
async fn another_organization_has_a_token_of_its_own_that_is_kept() {
    let server = Server::start(|_, _| listed(json!([item("a", "stripe")]))).await;
    let platform = signed_in(&server);
    for organization in ["", "o-1", "o-1", ""] {
        let given = json!({"slug": "stripe", "organization_id": organization});
        let found = call(&*platform, "connect", given).await.unwrap();
        let expected = match organization {
            "" => Value::Null,
            organization => json!(organization),
        };
        assert_eq!(found["organization_id"], expected);
    }
    let seen = server.seen();
    let shown: Vec<_> = seen
        .iter()
        .map(|seen| (seen.is_exchange(), seen.organization.as_deref()))
        .collect();
    let own = [(true, None), (false, None)];
    let other = [
        (true, Some("o-1")),
        (false, Some("o-1")),
        (false, Some("o-1")),
    ];
    assert_eq!(shown, [&own[..], &other[..], &[(false, None)]].concat());
    assert_eq!(
        bearer(&seen),
        [
            "Bearer tok-1",
            "Bearer tok-2",
            "Bearer tok-2",
            "Bearer tok-1"
        ]
    );
}
