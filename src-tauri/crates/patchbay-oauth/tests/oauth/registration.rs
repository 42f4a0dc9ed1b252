//! Dynamic client registration.

use std::sync::Arc;

use patchbay_http::{AddressPolicy, Lookup, Proxies};
use patchbay_model::{Code, Explain};
use patchbay_oauth::{ClientIdentity, Error, TokenAuth, Untraced};
use serde_json::{Value, json};
use url::Url;

use crate::authority::{Answer, Authority, Seen, client, client_with, redirect};

fn redirects() -> [Url; 2] {
    [redirect(), Url::parse("patchbay://oauth/callback").unwrap()]
}

async fn register(authority: &Authority) -> Result<ClientIdentity, Error> {
    let discovery = authority.discover().await.unwrap();
    client()
        .register(&discovery, &redirects(), "Patchbay", &Untraced)
        .await
}

fn asked(authority: &Authority) -> Vec<Value> {
    let asked = authority.requests("POST /register");
    asked.iter().map(Seen::json).collect()
}

#[tokio::test]
async fn registers_as_native_program_with_all_scopes() {
    let authority = Authority::complete().await;
    authority.accept_registration();
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
    for (status, refusal) in [
        (400, "invalid_client_metadata"),
        (403, "insufficient_scope"),
    ] {
        let authority = Authority::complete().await;
        let refusal = json!({"error": refusal, "error_description": "scope"});
        authority.in_turn(
            "POST /register",
            [
                Answer::Json(status, refusal),
                Answer::Json(201, json!({"client_id": "abc"})),
            ],
        );
        register(&authority).await.unwrap();
        let asked = asked(&authority);
        assert!(asked[0]["scope"].is_string());
        assert_eq!((asked.len(), &asked[1]["scope"]), (2, &Value::Null));
    }
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
    assert!(matches!(error, Error::NoSignIn { .. }));
    assert_eq!(error.code(), Code::AuthDiscovery);
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
async fn a_registration_without_a_secret_has_none_that_expires() {
    let authority = Authority::complete().await;
    let answer = json!({"client_id": "abc", "client_secret_expires_at": 1});
    authority.on("POST /register", Answer::Json(201, answer));
    let identity = register(&authority).await.unwrap();
    assert!(identity.fits(&authority.discover().await.unwrap(), &redirect()));
}

#[tokio::test]
async fn an_identity_serves_its_issuer_and_redirects_only() {
    let (authority, other) = (Authority::complete().await, Authority::complete().await);
    authority.accept_registration();
    let identity = register(&authority).await.unwrap();
    let start = |discovery, redirect: &Url| {
        client().start_authorization(discovery, &identity, redirect, &[])
    };
    let own = authority.discover().await.unwrap();
    start(&own, &redirect()).unwrap();
    let moved = Url::parse("http://127.0.0.1:4711/callback").unwrap();
    assert!(matches!(start(&own, &moved), Err(Error::ClientMismatch)));
    let foreign = other.discover().await.unwrap();
    assert!(matches!(
        start(&foreign, &redirect()),
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

#[tokio::test]
async fn a_registration_that_cannot_be_used_is_refused_with_words() {
    let cases = [
        (
            json!({"client_id": "x".repeat(2049)}),
            "longer than 2048 bytes",
        ),
        (json!({"client_id": "a\nb"}), "an invalid client ID"),
        (
            json!({"client_id": "\u{e9}t\u{e9}"}),
            "an invalid client ID",
        ),
        (
            json!({"client_id": "abc", "client_secret": "x".repeat(20_000)}),
            "longer than 16384 bytes",
        ),
        (
            json!({"client_id": "abc", "token_endpoint_auth_method": "private_key\u{202e}_jwt"}),
            "unsupported client authentication private_key_jwt",
        ),
        (
            json!({
                "client_id": "abc", "client_secret": "s",
                "token_endpoint_auth_method": "tls_client_auth",
            }),
            "unsupported client authentication tls_client_auth",
        ),
    ];
    for (answer, words) in cases {
        let authority = Authority::complete().await;
        authority.on("POST /register", Answer::Json(201, answer));
        let error = register(&authority).await.unwrap_err();
        assert_eq!(error.code(), Code::AuthClientNeeded);
        assert!(error.to_string().ends_with(words), "{error}");
        assert!(error.hint().is_some());
    }
    let authority = Authority::complete().await;
    let longest = json!({"client_id": "x".repeat(2048), "token_endpoint_auth_method": "none"});
    authority.on("POST /register", Answer::Json(201, longest));
    register(&authority).await.unwrap();
}

#[tokio::test]
async fn the_page_of_a_consent_is_looked_up_before_a_browser_gets_it() {
    struct Inside;
    #[async_trait::async_trait]
    impl Lookup for Inside {
        async fn lookup(&self, host: &str) -> std::io::Result<Vec<std::net::IpAddr>> {
            let found = match host {
                "public.example" => "203.0.113.9",
                "inside.example" => "10.1.2.3",
                _ => return Err(std::io::ErrorKind::NotFound.into()),
            };
            Ok(vec![found.parse().unwrap()])
        }
    }
    let page_at = async |host: &str| {
        let page = format!("https://{host}/authorize");
        let authority = Authority::with(json!({ "authorization_endpoint": page })).await;
        let discovery = authority.discover().await.unwrap();
        let app = ClientIdentity::PreRegistered {
            id: "abc".to_owned(),
            secret: None,
        };
        let policy = AddressPolicy::new(Arc::new(Inside), Proxies::none());
        let client = client_with(policy);
        let pending = client
            .start_authorization(&discovery, &app, &redirect(), &[])
            .unwrap();
        client.consent_page(&discovery, &pending).await
    };
    let page = page_at("public.example").await.unwrap();
    assert_eq!(page.url().host_str(), Some("public.example"));
    for inside in ["inside.example", "nowhere.example"] {
        let refused = page_at(inside).await.unwrap_err();
        let code = match inside {
            "inside.example" => Code::AuthUnsafeUrl,
            _ => Code::NetworkDns,
        };
        assert_eq!(refused.code(), code, "{inside}");
    }
}
