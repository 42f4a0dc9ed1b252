//! A whole sign-in: discovery, registration, browser, exchange, refresh, revocation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_model::Timestamp;
use patchbay_oauth::{
    ClientIdentity, Discovery, Grant, LoopbackListener, LoopbackOptions, Page, Pending, PortChoice,
    Revocation, check_callback,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::authority::{Answer, Authority, Steps, client, discover, parameter};

async fn listener() -> LoopbackListener {
    let options = LoopbackOptions {
        port: PortChoice::Any,
        ..LoopbackOptions::default()
    };
    LoopbackListener::bind(options).await.unwrap()
}

/// Sends the browser to the redirect with those parameters; returns the status of the page.
fn visit_redirect(redirect: &Url, parameters: &[(&str, &str)]) -> tokio::task::JoinHandle<u16> {
    let mut url = redirect.clone();
    url.query_pairs_mut().extend_pairs(parameters);
    tokio::spawn(async move {
        let browser = reqwest::Client::builder().no_proxy().build().unwrap();
        browser.get(url).send().await.unwrap().status().as_u16()
    })
}

/// An authorization that waits for its callback.
struct Started {
    discovery: Discovery,
    identity: ClientIdentity,
    listener: LoopbackListener,
    pending: Pending,
}

async fn start(authority: &Authority, steps: &Steps) -> Started {
    authority.accept_registration();
    let client = client();
    let discovery = discover(&client, &authority.server(), None, steps).await;
    let discovery = discovery.unwrap();
    let listener = listener().await;
    let redirect = listener.redirect_uri().clone();
    let redirects = std::slice::from_ref(&redirect);
    let identity = client.register(&discovery, redirects, "Patchbay", steps);
    let identity = identity.await.unwrap();
    let pending = client
        .start_authorization(&discovery, &identity, &redirect, &discovery.initial_scopes)
        .unwrap();
    Started {
        discovery,
        identity,
        listener,
        pending,
    }
}

#[tokio::test]
async fn a_whole_consent() {
    let authority = Authority::complete().await;
    let (client, steps, stop) = (client(), Steps::default(), CancellationToken::new());
    let Started {
        discovery,
        identity,
        mut listener,
        pending,
    } = start(&authority, &steps).await;
    let redirect = listener.redirect_uri().clone();

    let asked = |name| parameter(&pending.url, name).unwrap();
    assert_eq!(asked("response_type"), "code");
    assert_eq!(asked("client_id"), "abc");
    assert_eq!(asked("redirect_uri"), redirect.as_str());
    assert_eq!(asked("resource"), authority.at("/mcp"));
    assert_eq!(asked("scope"), "read write offline_access");
    assert_eq!(asked("code_challenge_method"), "S256");
    assert_eq!(parameter(&pending.url, "prompt"), None);
    let insisting = pending.clone().with_forced_consent();
    assert_eq!(
        parameter(&insisting.url, "prompt").as_deref(),
        Some("consent")
    );
    assert_eq!(
        parameter(&insisting.url, "state").as_deref(),
        Some(pending.state.expose())
    );
    let hinting = insisting.clone().with_login_hint("a+b@example.com");
    assert_eq!(
        parameter(&hinting.url, "login_hint").as_deref(),
        Some("a+b@example.com")
    );
    assert_eq!(
        parameter(&hinting.url, "prompt").as_deref(),
        Some("consent")
    );
    let online = client
        .start_authorization(&discovery, &identity, &redirect, &["read".to_owned()])
        .unwrap()
        .with_forced_consent();
    assert_eq!(parameter(&online.url, "prompt"), None);
    assert_eq!(
        (insisting.forces_consent, online.forces_consent),
        (true, false)
    );

    let browser = visit_redirect(
        &redirect,
        &[
            ("code", "c0de"),
            ("state", &asked("state")),
            ("iss", &authority.base),
        ],
    );
    let request = listener
        .wait_for(|it| it.belongs_to(&pending), &stop)
        .await
        .unwrap();
    let code = check_callback(&pending, request.params()).unwrap();
    request.respond(Page::connected("Test server")).await;
    drop(listener);
    assert_eq!(browser.await.unwrap(), 200);

    authority.on("POST /token", Answer::Json(200, json!({
        "access_token": "4ccess", "token_type": "Bearer", "refresh_token": "r3fresh", "expires_in": "3600",
    })));
    let tokens = client
        .exchange(&pending, &code, &identity, &discovery, &steps)
        .await
        .unwrap();
    let sent = authority.seen().pop().unwrap();
    let verifier = sent.form("code_verifier").unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)),
        asked("code_challenge")
    );

    let now = Timestamp::from_unix_millis(0).unwrap();
    let grant = Grant::new(&discovery, &identity, &pending, tokens, now);
    let grant = Grant::from_secret(&grant.to_secret()).unwrap();
    let tokens = client.refresh(&grant, &steps).await.unwrap();
    let grant = grant.renew(tokens, now);
    authority.on("POST /revoke", Answer::Json(200, json!({})));
    assert_eq!(
        client.revoke(&grant, &steps).await.unwrap(),
        Revocation::Revoked
    );

    let shown = format!("{:?}", steps.all());
    for secret in ["c0de", "4ccess", "r3fresh", &verifier, &asked("state")] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert_eq!(steps.all().len(), 7);
}

#[tokio::test]
async fn wrong_state_is_ignored_and_the_right_one_completes() {
    let authority = Authority::complete().await;
    let Started {
        mut listener,
        pending,
        ..
    } = start(&authority, &Steps::default()).await;
    let redirect = pending.redirect_uri.clone();
    let state = parameter(&pending.url, "state").unwrap();
    let issuer = authority.base.clone();
    let browsers = tokio::spawn(async move {
        let mut shown = Vec::new();
        for parameters in [
            &[("error", "access_denied"), ("state", "wrong")][..],
            &[("code", "evil")],
            &[("code", "x"), ("state", &state), ("iss", &issuer)],
        ] {
            shown.push(visit_redirect(&redirect, parameters).await.unwrap());
        }
        shown
    });
    let request = listener
        .wait_for(|it| it.belongs_to(&pending), &CancellationToken::new())
        .await
        .unwrap();
    let code = check_callback(&pending, request.params()).unwrap();
    assert_eq!(code.expose(), "x");
    request.respond(Page::connected("Test server")).await;
    assert_eq!(browsers.await.unwrap(), [400, 400, 200]);
}
