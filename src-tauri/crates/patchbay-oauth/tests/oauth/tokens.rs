//! Exchange, refresh and revocation.

use std::time::Duration;

use patchbay_model::{ChosenDeviations, Code, Explain, OauthGrant, Secret, Timestamp};
use patchbay_oauth::{ClientIdentity, Error, Grant, RefreshError, Revocation, Tokens, Untraced};
use serde_json::{Value, json};

use crate::authority::{Answer, Authority, Steps, client, impatient_client, merge};

fn now() -> Timestamp {
    Timestamp::from_unix_millis(0).unwrap()
}

fn app(secret: Option<&str>) -> ClientIdentity {
    ClientIdentity::PreRegistered {
        id: "my app".to_owned(),
        secret: secret.map(Secret::new),
    }
}

async fn exchange_as(authority: &Authority, app: &ClientIdentity) -> Result<Grant, Error> {
    let (discovery, pending) = authority.start(app, &ChosenDeviations::new()).await;
    let tokens = client()
        .exchange(&pending, &Secret::new("c0de"), app, &discovery, &Untraced)
        .await?;
    Ok(Grant::new(&discovery, app, &pending, tokens, now()))
}

fn tokens(more: Value) -> Answer {
    let given =
        json!({"access_token": "4ccess", "token_type": "Bearer", "refresh_token": "r3fresh"});
    Answer::Json(200, merge(given, more))
}

/// A grant after a successful exchange; later responses are up to the test.
async fn granted(authority: &Authority) -> Grant {
    authority.on("POST /token", tokens(json!({})));
    exchange_as(authority, &app(None)).await.unwrap()
}

async fn refresh(authority: &Authority, answer: Answer) -> Result<Tokens, RefreshError> {
    let grant = granted(authority).await;
    authority.on("POST /token", answer);
    client().refresh(&grant, &Untraced).await
}

/// The grant of an app that signed in as itself.
async fn signed_in_as_client(authority: &Authority, app: &ClientIdentity) -> Result<Grant, Error> {
    let (grant, chosen) = (OauthGrant::ClientCredentials, ChosenDeviations::new());
    let discovery = client()
        .discover(&authority.server(), None, grant, &chosen, &Untraced)
        .await
        .unwrap();
    let scopes = ["read".to_owned(), "offline_access".to_owned()];
    let tokens = client()
        .sign_in_as_client(&discovery, app, &scopes, &Untraced)
        .await?;
    Ok(Grant::for_client(&discovery, app, tokens, now()))
}

#[tokio::test]
async fn an_app_signs_in_as_itself_where_nobody_can_consent_and_is_renewed_alike() {
    let people = json!({"authorization_endpoint": null, "code_challenge_methods_supported": null});
    let authority = Authority::with(people).await;
    assert!(authority.discover().await.is_err());
    let answer = json!({"access_token": "4ccess", "token_type": "Bearer"});
    authority.on("POST /token", Answer::Json(200, answer.clone()));
    let grant = signed_in_as_client(&authority, &app(Some("s3cret")))
        .await
        .unwrap();
    assert!(grant.is_renewable() && grant.refresh_token.is_none());
    let kept = Grant::from_secret(&grant.to_secret()).unwrap();
    client().refresh(&kept, &Untraced).await.unwrap();
    let asked = authority.requests("POST /token");
    assert_eq!(asked.len(), 2);
    for asked in asked {
        assert_eq!(asked.form("grant_type").unwrap(), "client_credentials");
        assert_eq!(asked.form("scope").unwrap(), "read");
        assert_eq!(asked.form("resource").unwrap(), authority.at("/mcp"));
        // The metadata name no other method for a secret.
        assert_eq!(asked.form("client_secret").unwrap(), "s3cret");
        assert_eq!(asked.authorization, None);
    }
    let secretless = signed_in_as_client(&authority, &app(None)).await;
    assert!(matches!(secretless, Err(Error::NoClientSecret)));
}

#[tokio::test]
async fn code_is_redeemed_with_verifier_and_resource() {
    let authority = Authority::complete().await;
    authority.on("POST /token", tokens(json!({"expires_in": 60})));
    let grant = exchange_as(&authority, &app(None)).await.unwrap();
    let asked = authority.seen().pop().unwrap();
    assert_eq!(asked.form("grant_type").unwrap(), "authorization_code");
    assert_eq!(asked.form("code").unwrap(), "c0de");
    assert_eq!(asked.form("code_verifier").unwrap().len(), 43);
    assert_eq!(
        asked.form("redirect_uri").unwrap(),
        "http://127.0.0.1:27218/callback"
    );
    assert_eq!(asked.form("resource").unwrap(), authority.at("/mcp"));
    assert_eq!(asked.form("client_id").unwrap(), "my app");
    assert_eq!(asked.authorization, None);
    assert_eq!(grant.access_token.expose(), "4ccess");
    assert_eq!(grant.scopes, ["read"]);
    assert_eq!(grant.expires_at, Some(now() + Duration::from_secs(60)));
}

/// The user of the tokens in that response, and the number of userinfo requests.
async fn user_of(authority: &Authority, given: Value) -> (Option<String>, usize) {
    authority.on("POST /token", tokens(given));
    let (app, code) = (app(None), Secret::new("c0de"));
    let (discovery, pending) = authority.start(&app, &ChosenDeviations::new()).await;
    let tokens = client()
        .exchange(&pending, &code, &app, &discovery, &Untraced)
        .await
        .unwrap();
    let user = client().find_user(&discovery, &tokens, &Untraced).await;
    (user, authority.requests("GET /userinfo").len())
}

#[tokio::test]
async fn who_signed_in_is_told_by_the_id_token_else_by_the_server() {
    let authority = Authority::complete().await;
    // Only `sub`: userinfo is requested for a name, which takes precedence.
    let opaque = json!({"scope": "openid read", "id_token": "e30.eyJzdWIiOiI0MiJ9.x"});
    let claims = json!({"sub": "42", "email": "lena@example.com\u{202e}"});
    authority.on("GET /userinfo", Answer::Json(200, claims));
    let found = user_of(&authority, opaque.clone()).await;
    assert_eq!(found, (Some("lena@example.com".to_owned()), 1));
    let asked = authority.seen().pop().unwrap();
    assert_eq!(asked.authorization.as_deref(), Some("Bearer 4ccess"));

    // A failing userinfo endpoint is no error.
    for answer in [
        Answer::Json(403, json!({})),
        Answer::Page("hello"),
        Answer::Huge,
    ] {
        authority.on("GET /userinfo", answer);
        let (user, _) = user_of(&authority, opaque.clone()).await;
        assert_eq!(user.as_deref(), Some("42"));
    }
    let (user, asked) = user_of(&authority, json!({"scope": "openid"})).await;
    assert_eq!((user, asked), (None, 5));

    // Without `openid` there is no request.
    let (user, asked) = user_of(&authority, json!({"scope": "read"})).await;
    assert_eq!((user, asked), (None, 5));
    // {"sub":"42","name":"Lena"}
    let named = "e30.eyJzdWIiOiI0MiIsIm5hbWUiOiJMZW5hIn0.x";
    let (user, asked) = user_of(&authority, json!({"scope": "openid", "id_token": named})).await;
    assert_eq!((user.as_deref(), asked), (Some("Lena"), 5));
}

#[tokio::test]
async fn another_host_is_never_asked_who_signed_in() {
    let elsewhere = json!({"userinfo_endpoint": "https://elsewhere.example/userinfo"});
    let authority = Authority::with(elsewhere).await;
    let discovery = authority.discover().await.unwrap();
    assert_eq!(discovery.userinfo_endpoint, None);
    let broken = Authority::with(json!({"userinfo_endpoint": "no address"})).await;
    assert_eq!(broken.discover().await.unwrap().userinfo_endpoint, None);
}

#[tokio::test]
async fn missing_lifetime_is_unknown() {
    let authority = Authority::complete().await;
    assert_eq!(granted(&authority).await.expires_at, None);
}

#[tokio::test]
async fn answers_that_are_no_bearer_tokens_are_refused() {
    let authority = Authority::complete().await;
    let error_of = async |answer| {
        authority.on("POST /token", answer);
        exchange_as(&authority, &app(None)).await.unwrap_err()
    };
    let error = error_of(tokens(json!({"token_type": "mac"}))).await;
    assert!(matches!(error, Error::TokenType { .. }));
    let error = error_of(Answer::Page("welcome")).await;
    assert!(matches!(error, Error::NotTokens { .. }));
    let error = error_of(Answer::Huge).await;
    assert!(matches!(error, Error::TooLarge { .. }));
}

#[tokio::test]
async fn an_error_with_status_200_is_an_error() {
    let authority = Authority::complete().await;
    let refusal =
        json!({"error": "bad_verification_code", "error_description": "The code\u{7} lapsed"});
    authority.on("POST /token", Answer::Json(200, refusal));
    let problem = exchange_as(&authority, &app(None))
        .await
        .unwrap_err()
        .problem();
    assert_eq!(problem.code, Code::AuthExchange);
    assert_eq!(problem.detail.as_deref(), Some("The code lapsed"));
}

#[tokio::test]
async fn token_endpoint_that_redirects_is_not_followed() {
    let (authority, other) = (Authority::complete().await, Authority::complete().await);
    for to in [other.at("/token"), "/token".to_owned()] {
        authority.on("POST /token", Answer::Redirect(to));
        let refused = exchange_as(&authority, &app(None)).await;
        assert!(matches!(refused, Err(Error::Redirect { .. })));
    }
    assert!(other.lines().is_empty());
}

#[tokio::test]
async fn a_consent_cannot_be_finished_with_another_server() {
    let (authority, other) = (Authority::complete().await, Authority::complete().await);
    let (_, pending) = authority.start(&app(None), &ChosenDeviations::new()).await;
    let foreign = other.discover().await.unwrap();
    let refused = client()
        .exchange(&pending, &Secret::new("c"), &app(None), &foreign, &Untraced)
        .await;
    assert!(matches!(refused, Err(Error::ClientMismatch)));
    assert!(!other.lines().contains(&"POST /token".to_owned()));
}

#[tokio::test]
async fn refresh_sends_resource_but_no_scope_and_takes_the_rotated_token() {
    let authority = Authority::complete().await;
    let renewed = refresh(&authority, tokens(json!({"refresh_token": "n3w"})))
        .await
        .unwrap();
    assert_eq!(renewed.refresh_token.unwrap().expose(), "n3w");
    let asked = authority.seen().pop().unwrap();
    assert_eq!(asked.form("grant_type").unwrap(), "refresh_token");
    assert_eq!(asked.form("refresh_token").unwrap(), "r3fresh");
    assert_eq!(asked.form("resource").unwrap(), authority.at("/mcp"));
    assert_eq!(asked.form("scope"), None);
}

#[tokio::test]
async fn refresh_keeps_old_token_and_scopes_when_server_sends_none() {
    let authority = Authority::complete().await;
    let renewed = refresh(&authority, tokens(json!({"refresh_token": null})))
        .await
        .unwrap();
    assert_eq!(renewed.refresh_token.unwrap().expose(), "r3fresh");
    assert_eq!(renewed.scopes, ["read"]);
}

#[tokio::test]
async fn only_a_refused_token_or_client_means_sign_in_again() {
    let authority = Authority::complete().await;
    for (status, refusal, is_client) in [
        (400, "invalid_grant", false),
        (401, "invalid_client", true),
        (400, "unauthorized_client", true),
        // GitHub and Slack.
        (200, "bad_refresh_token", false),
        (200, "invalid_refresh_token", false),
        (200, "incorrect_client_credentials", true),
        // Microsoft Entra.
        (400, "interaction_required", false),
        (400, "consent_required", false),
    ] {
        let answer = json!({"error": refusal, "error_description": "no more"});
        let error = refresh(&authority, Answer::Json(status, answer))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::AuthExpired);
        let RefreshError::SignInAgain {
            detail,
            is_client_refused,
        } = error
        else {
            panic!("{refusal}: {error:?}");
        };
        assert_eq!(detail.as_deref(), Some("no more"));
        assert_eq!(is_client_refused, is_client, "{refusal}");
    }
    for answer in [
        Answer::Json(500, json!({"error": "invalid_grant"})),
        Answer::Json(503, json!({})),
        Answer::Json(429, json!({})),
        Answer::Json(400, json!({"error": "invalid_scope"})),
        Answer::Json(200, json!({})),
        Answer::Page("maintenance"),
    ] {
        let error = refresh(&authority, answer).await.unwrap_err();
        assert!(matches!(error, RefreshError::Transient(_)), "{error:?}");
        assert!(error.problem().retryable);
    }
}

#[tokio::test]
async fn slow_refresh_is_tried_later() {
    let authority = Authority::complete().await;
    let grant = granted(&authority).await;
    authority.on("POST /token", Answer::Never);
    let error = impatient_client()
        .refresh(&grant, &Untraced)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        RefreshError::Transient(Error::TimedOut { .. })
    ));
}

#[tokio::test]
async fn grant_without_refresh_token_asks_nobody() {
    let authority = Authority::complete().await;
    let mut grant = granted(&authority).await;
    grant.refresh_token = None;
    let before = authority.lines().len();
    let error = client().refresh(&grant, &Untraced).await.unwrap_err();
    assert!(matches!(error, RefreshError::NotRenewable));
    assert_eq!(authority.lines().len(), before);
}

#[tokio::test]
async fn both_tokens_are_revoked_the_lasting_one_first() {
    let authority = Authority::complete().await;
    let grant = granted(&authority).await;
    authority.in_turn(
        "POST /revoke",
        [
            Answer::Json(200, json!({})),
            Answer::Json(400, json!({"error": "unsupported_token_type"})),
        ],
    );
    assert_eq!(
        client().revoke(&grant, &Untraced).await.unwrap(),
        Revocation::Revoked
    );
    let seen = authority.requests("POST /revoke");
    let shown: Vec<_> = seen.iter().map(|it| it.form("token").unwrap()).collect();
    assert_eq!(shown, ["r3fresh", "4ccess"]);
}

#[tokio::test]
async fn the_access_token_is_revoked_even_if_the_refresh_token_is_refused() {
    let authority = Authority::complete().await;
    let grant = granted(&authority).await;
    authority.in_turn(
        "POST /revoke",
        [
            Answer::Json(400, json!({"error": "invalid_grant"})),
            Answer::Json(200, json!({})),
        ],
    );
    let refused = client().revoke(&grant, &Untraced).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    let seen = authority.requests("POST /revoke");
    let shown: Vec<_> = seen.iter().map(|it| it.form("token").unwrap()).collect();
    assert_eq!(shown, ["r3fresh", "4ccess"]);
}

#[tokio::test]
async fn revocation_says_when_it_is_not_offered_or_fails() {
    let authority = Authority::with(json!({"revocation_endpoint": null})).await;
    let grant = granted(&authority).await;
    assert_eq!(
        client().revoke(&grant, &Untraced).await.unwrap(),
        Revocation::NotOffered
    );

    let authority = Authority::complete().await;
    let grant = granted(&authority).await;
    authority.on("POST /revoke", Answer::Json(503, json!({})));
    let refused = client().revoke(&grant, &Untraced).await;
    assert!(matches!(refused, Err(Error::Failed { status: 503, .. })));
}

#[tokio::test]
async fn a_revocation_that_has_to_wait_is_not_refused() {
    let authority = Authority::complete().await;
    let grant = granted(&authority).await;
    authority.on("POST /revoke", Answer::Json(429, json!({})));
    let waiting = client().revoke(&grant, &Untraced).await;
    assert!(matches!(waiting, Err(Error::Failed { status: 429, .. })));
    let seen = authority.requests("POST /revoke");
    assert_eq!(seen.len(), 1, "the access token would be no different");
}

#[tokio::test]
async fn no_secret_reaches_trace_or_errors() {
    let authority = Authority::complete().await;
    let grant = granted(&authority).await;
    let steps = Steps::default();
    authority.on(
        "POST /token",
        Answer::Json(400, json!({"error": "invalid_client"})),
    );
    let error = client().refresh(&grant, &steps).await.unwrap_err();
    let _ = client().revoke(&grant, &steps).await;
    let shown = format!(
        "{:?} {error:?} {error} {:?} {grant:?}",
        steps.all(),
        error.problem()
    );
    for secret in ["4ccess", "r3fresh", "c0de"] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert_eq!(steps.all()[0].note.as_deref(), Some("refresh"));
    assert_eq!(steps.all()[0].status, Some(400));
}

#[tokio::test]
async fn no_secret_that_a_provider_repeats_reaches_errors() {
    let authority = Authority::complete().await;
    let secret = app(Some("cl1ent-s3cret"));
    let refusal = |said: &str| Answer::Json(400, json!({"error": said, "error_description": said}));
    authority.on("POST /token", refusal("Not c0de for cl1ent-s3cret"));
    let refused = exchange_as(&authority, &secret).await.unwrap_err();
    let shown = format!("{refused:?}");
    assert!(shown.contains("Not <redacted> for <redacted>"), "{shown}");
    assert!(!shown.contains("c0de") && !shown.contains("s3cret"));

    // The whole token goes, even where the text is cut inside it.
    let said = format!("{} r3fresh", "x".repeat(250));
    let refused = refresh(&authority, refusal(&said)).await.unwrap_err();
    let shown = format!("{refused:?}");
    assert!(shown.contains("xx <") && !shown.contains("r3f"), "{shown}");

    let grant = granted(&authority).await;
    authority.on("POST /revoke", refusal("Unknown r3fresh"));
    let refused = client().revoke(&grant, &Untraced).await.unwrap_err();
    let shown = format!("{refused:?}");
    assert!(shown.contains("Unknown <redacted>"), "{shown}");
    assert!(!shown.contains("r3fresh"), "{shown}");
}
