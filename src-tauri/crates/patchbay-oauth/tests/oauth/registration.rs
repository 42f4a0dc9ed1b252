//! Becoming known to an authorization server.

use patchbay_model::{Code, Explain};
use patchbay_oauth::{ClientIdentity, Error, TokenAuth, Untraced};
use serde_json::{Value, json};
use url::Url;

use crate::authority::{Answer, Authority, client};

fn redirects() -> [Url; 2] {
    [
        "http://127.0.0.1:27218/callback",
        "patchbay://oauth/callback",
    ]
    .map(|url| Url::parse(url).unwrap())
}

async fn register(authority: &Authority) -> Result<ClientIdentity, Error> {
    let discovery = authority.discover().await.unwrap();
    client()
        .register(&discovery, &redirects(), "Patchbay", &Untraced)
        .await
}

fn asked(authority: &Authority) -> Vec<Value> {
    let seen = authority.seen();
    seen.iter()
        .filter(|seen| seen.line == "POST /register")
        .map(|seen| seen.json())
        .collect()
}

#[tokio::test]
async fn registers_as_native_program_with_all_scopes() {
    let authority = Authority::complete().await;
    authority.on(
        "POST /register",
        Answer::Json(201, json!({"client_id": "abc"})),
    );
    let client = register(&authority).await.unwrap();
    assert_eq!(client.id(), "abc");
    assert_eq!(
        asked(&authority),
        [json!({
            "client_name": "Patchbay",
            "redirect_uris": ["http://127.0.0.1:27218/callback", "patchbay://oauth/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "scope": "read write offline_access admin",
        })]
    );
}

#[tokio::test]
async fn scopes_that_are_refused_are_not_named_again() {
    let authority = Authority::complete().await;
    let refusal = json!({"error": "invalid_client_metadata", "error_description": "scope"});
    authority.in_turn(
        "POST /register",
        [
            Answer::Json(400, refusal),
            Answer::Json(201, json!({"client_id": "abc"})),
        ],
    );
    register(&authority).await.unwrap();
    let asked = asked(&authority);
    assert!(asked[0]["scope"].is_string());
    assert_eq!((asked.len(), &asked[1]["scope"]), (2, &Value::Null));
}

#[tokio::test]
async fn refusal_keeps_the_words_of_the_provider_cleaned() {
    let authority = Authority::complete().await;
    let words = format!("no\u{202e} strangers\u{1b}[31m {}", "x".repeat(500));
    let refusal = json!({"error": "access_denied", "error_description": words});
    authority.on("POST /register", Answer::Json(403, refusal));
    let problem = register(&authority).await.unwrap_err().problem();
    assert_eq!(
        (problem.code, problem.status),
        (Code::AuthClientNeeded, Some(403))
    );
    let detail = problem.detail.unwrap();
    assert!(detail.starts_with("no strangers [31m xxx"));
    assert_eq!(detail.chars().count(), 256);
}

#[tokio::test]
async fn server_that_takes_no_strangers_needs_an_own_app() {
    let authority = Authority::with(json!({"registration_endpoint": null})).await;
    let error = register(&authority).await.unwrap_err();
    assert!(matches!(error, Error::NoRegistration { .. }));
    assert_eq!(error.code(), Code::AuthClientNeeded);
    // The guessed address of a server without metadata.
    let error = register(&Authority::empty().await).await.unwrap_err();
    assert!(matches!(error, Error::NoRegistration { .. }));
}

#[tokio::test]
async fn what_the_server_decides_counts() {
    let authority = Authority::complete().await;
    authority.on("POST /register", Answer::Json(201, json!({
        "client_id": "abc", "client_secret": "s3cret", "client_secret_expires_at": "4102444800",
    })));
    let ClientIdentity::Dynamic {
        secret,
        auth_method,
        secret_expires_at,
        issuer,
        ..
    } = register(&authority).await.unwrap()
    else {
        panic!("registration gives a dynamic identity");
    };
    assert_eq!(secret.unwrap().expose(), "s3cret");
    assert_eq!(auth_method, TokenAuth::Post);
    assert_eq!(
        secret_expires_at.unwrap().to_string(),
        "2100-01-01T00:00:00Z"
    );
    assert_eq!(issuer, authority.base);
}

#[tokio::test]
async fn an_identity_serves_its_issuer_and_redirects_only() {
    let (authority, other) = (Authority::complete().await, Authority::complete().await);
    authority.on(
        "POST /register",
        Answer::Json(201, json!({"client_id": "abc"})),
    );
    let identity = register(&authority).await.unwrap();
    let [redirect, _] = redirects();
    let begin = |discovery, redirect: &Url| client().begin(discovery, &identity, redirect, &[]);
    let own = authority.discover().await.unwrap();
    begin(&own, &redirect).unwrap();
    let moved = Url::parse("http://127.0.0.1:4711/callback").unwrap();
    assert!(matches!(begin(&own, &moved), Err(Error::ClientMismatch)));
    let foreign = other.discover().await.unwrap();
    assert!(matches!(
        begin(&foreign, &redirect),
        Err(Error::ClientMismatch)
    ));
}

#[tokio::test]
async fn a_busy_server_is_not_a_refusal() {
    let authority = Authority::complete().await;
    for status in [429, 503] {
        authority.on("POST /register", Answer::Json(status, json!({})));
        assert!(register(&authority).await.unwrap_err().problem().retryable);
    }
    assert_eq!(asked(&authority).len(), 2);
}
