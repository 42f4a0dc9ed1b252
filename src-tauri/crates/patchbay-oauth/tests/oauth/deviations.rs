//! Providers that deviate from the standards: refused unless the person chose otherwise.

use patchbay_model::{ChosenDeviations, Explain, OauthDeviation, OauthGrant, Secret, Timestamp};
use patchbay_oauth::{ClientIdentity, Error, Grant, Pending, Untraced, deviation_hint};
use serde_json::json;

use crate::authority::{self, Answer, Authority, Seen, Steps, client};

fn chosen(deviation: OauthDeviation) -> ChosenDeviations {
    [(deviation, true)].into()
}

fn app() -> ClientIdentity {
    ClientIdentity::PreRegistered {
        id: "app".to_owned(),
        secret: Some(Secret::new("s3cret")),
    }
}

/// Signs in and renews once; returns the authorization and the two requests that the token endpoint received.
async fn sign_in(authority: &Authority, chosen: &ChosenDeviations) -> (Pending, Vec<Seen>) {
    let answer = json!({"access_token": "4ccess", "token_type": "Bearer", "refresh_token": "r"});
    authority.on("POST /token", Answer::Json(200, answer));
    let (discovery, pending) = authority.start(&app(), chosen).await;
    let tokens = client()
        .exchange(&pending, &Secret::new("c"), &app(), &discovery, &Untraced)
        .await
        .unwrap();
    let now = Timestamp::from_unix_millis(0).unwrap();
    let grant = Grant::new(&discovery, &app(), &pending, tokens, now);
    // As stored in the vault.
    let kept = Grant::from_secret(&grant.to_secret()).unwrap();
    client().refresh(&kept, &Untraced).await.unwrap();
    (pending, authority.requests("POST /token"))
}

fn parameter(pending: &Pending, name: &str) -> Option<String> {
    authority::parameter(&pending.url, name)
}

#[tokio::test]
async fn no_resource_is_sent_where_a_person_chose_so() {
    let authority = Authority::complete().await;
    let (page, requests) = sign_in(&authority, &ChosenDeviations::new()).await;
    assert_eq!(parameter(&page, "resource"), Some(authority.at("/mcp")));
    assert!(requests.iter().all(|it| it.form("resource").is_some()));

    let authority = Authority::complete().await;
    let (page, requests) = sign_in(&authority, &chosen(OauthDeviation::NoResource)).await;
    assert_eq!(parameter(&page, "resource"), None);
    assert_eq!(requests.len(), 2);
    let has_none = requests.iter().all(|it| it.form("resource").is_none());
    assert!(has_none, "{requests:?}");
}

#[tokio::test]
async fn the_secret_goes_into_the_body_at_the_first_request_and_the_next() {
    let says_header = json!({"token_endpoint_auth_methods_supported": ["client_secret_basic"]});
    for (chosen, in_header) in [
        (ChosenDeviations::new(), true),
        (chosen(OauthDeviation::SecretInBody), false),
    ] {
        let authority = Authority::with(says_header.clone()).await;
        let (_, requests) = sign_in(&authority, &chosen).await;
        for request in requests {
            assert_eq!(request.authorization.is_some(), in_header);
            assert_eq!(request.form("client_secret").is_some(), !in_header);
        }
    }
}

#[tokio::test]
async fn a_refresh_token_can_be_asked_for_by_a_parameter_and_insisted_on() {
    let no_scope = json!({"scopes_supported": ["read", "write"]});
    let authority = Authority::with(no_scope.clone()).await;
    let (page, _) = sign_in(&authority, &ChosenDeviations::new()).await;
    assert_eq!(parameter(&page, "access_type"), None);
    assert_eq!(parameter(&page.with_forced_consent(), "prompt"), None);

    let authority = Authority::with(no_scope).await;
    let (page, _) = sign_in(&authority, &chosen(OauthDeviation::OfflineAccess)).await;
    assert_eq!(parameter(&page, "access_type").unwrap(), "offline");
    assert_eq!(parameter(&page, "prompt"), None);
    let page = page.with_forced_consent();
    assert_eq!(parameter(&page, "prompt").unwrap(), "consent");
    assert_eq!(parameter(&page, "access_type").unwrap(), "offline");
}

#[tokio::test]
async fn pkce_that_is_not_published_is_used_where_a_person_chose_so() {
    let on = chosen(OauthDeviation::UnpublishedPkce);
    let silent = Authority::with(json!({"code_challenge_methods_supported": null})).await;
    let refused = silent.discover().await.unwrap_err();
    let hint = refused.hint().unwrap();
    assert_eq!(hint, deviation_hint(OauthDeviation::UnpublishedPkce));
    let (page, _) = sign_in(&silent, &on).await;
    assert_eq!(parameter(&page, "code_challenge_method").unwrap(), "S256");
    // A server that publishes other methods is still refused.
    for methods in [json!([]), json!(["plain"])] {
        let plain = Authority::with(json!({"code_challenge_methods_supported": methods})).await;
        let refused = plain.discover_with(&on).await.unwrap_err();
        assert!(matches!(refused, Error::NoPkce { .. }), "{methods}");
        assert!(refused.hint().unwrap().starts_with("Don't sign in"));
    }
}

#[tokio::test]
async fn an_issuer_may_differ_by_a_slash_at_its_end_and_by_nothing_else() {
    let on = chosen(OauthDeviation::IssuerSlash);
    for (calls_itself, is_taken) in [
        ("{base}/", true),
        ("{base}", true),
        ("{base}//", false),
        ("{base}/x", false),
        ("https://evil.example/", false),
    ] {
        let authority = Authority::complete().await;
        let name = calls_itself.replace("{base}", &authority.base);
        authority.set_metadata(json!({ "issuer": name }));
        match authority.discover_with(&on).await {
            // Callbacks contain the issuer of the metadata.
            Ok(found) => assert!(is_taken && found.issuer == name, "{name}"),
            Err(error) => assert!(
                !is_taken && matches!(error, Error::IssuerMismatch { .. }),
                "{name}"
            ),
        }
    }
    let authority = Authority::complete().await;
    authority.set_metadata(json!({ "issuer": format!("{}/", authority.base) }));
    let refused = authority.discover().await.unwrap_err();
    let hint = refused.hint().unwrap();
    assert_eq!(hint, deviation_hint(OauthDeviation::IssuerSlash));
}

#[tokio::test]
async fn the_steps_of_a_sign_in_name_what_differs() {
    let authority = Authority::complete().await;
    let steps = Steps::default();
    let (grant, chosen) = (
        OauthGrant::AuthorizationCode,
        chosen(OauthDeviation::NoResource),
    );
    client()
        .discover(&authority.server(), None, grant, &chosen, &steps)
        .await
        .unwrap();
    let mut deviations = steps.all();
    deviations.retain(|step| step.method == "deviation");
    assert_eq!(deviations.len(), 1);
    let note = deviations[0].note.as_deref().unwrap();
    assert!(
        note.starts_with(OauthDeviation::NoResource.words()),
        "{note}"
    );
}
