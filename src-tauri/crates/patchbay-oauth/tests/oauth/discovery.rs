//! Discovery with correct and incorrect servers.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use patchbay_http::{AddressPolicy, Lookup, Proxies};
use patchbay_model::{Code, Explain};
use patchbay_oauth::{Challenge, DiscoverySource, Error, Untraced};
use serde_json::json;
use url::Url;

use crate::authority::{
    Answer, Authority, RESOURCE, SERVER, Steps, client, client_with, discover, impatient_client,
    merge,
};

#[tokio::test]
async fn complete_metadata_are_read_and_checked() {
    let authority = Authority::complete().await;
    let found = authority.discover().await.unwrap();
    assert_eq!(found.source, DiscoverySource::ResourceMetadata);
    assert_eq!(found.resource, authority.at("/mcp"));
    assert_eq!(found.issuer, authority.base);
    assert_eq!(found.resource_name.as_deref(), Some("Test server"));
    assert_eq!(found.initial_scopes, ["read", "write", "offline_access"]);
    assert_eq!(
        found.revocation_endpoint.unwrap().as_str(),
        authority.at("/revoke")
    );
    assert!(found.iss_required);
}

#[tokio::test]
async fn challenge_names_document_and_scopes() {
    let authority = Authority::complete().await;
    authority.on("GET /meta", Answer::Json(200, authority.resource()));
    let header = format!(
        "Bearer resource_metadata=\"{}\", scope=\"admin\"",
        authority.at("/meta")
    );
    let challenge = Challenge::parse(&header);
    let found = discover(&client(), &authority.server(), Some(&challenge), &Untraced)
        .await
        .unwrap();
    assert_eq!(found.initial_scopes, ["admin", "offline_access"]);
    assert_eq!(authority.lines(), ["GET /meta", SERVER]);
}

#[tokio::test]
async fn root_document_is_asked_after_that_of_the_path() {
    let authority = Authority::complete().await;
    authority.on(RESOURCE, Answer::Json(404, json!({})));
    authority.on(
        "GET /.well-known/oauth-protected-resource",
        Answer::Json(200, authority.resource()),
    );
    authority.discover().await.unwrap();
    assert_eq!(
        authority.lines(),
        [
            RESOURCE,
            "GET /.well-known/oauth-protected-resource",
            SERVER
        ]
    );
}

#[tokio::test]
async fn issuer_with_a_path_is_looked_for_in_the_order_of_the_standard() {
    let authority = Authority::complete().await;
    let issuer = authority.at("/tenant");
    authority.set_resource(json!({ "authorization_servers": [issuer] }));
    let metadata = merge(authority.metadata(), json!({ "issuer": issuer }));
    authority.on(
        "GET /tenant/.well-known/openid-configuration",
        Answer::Json(200, metadata),
    );
    let found = authority.discover().await.unwrap();
    assert_eq!(found.issuer, issuer);
    assert_eq!(
        authority.lines()[1..],
        [
            "GET /.well-known/oauth-authorization-server/tenant",
            "GET /.well-known/openid-configuration/tenant",
            "GET /tenant/.well-known/openid-configuration",
        ]
    );
}

#[tokio::test]
async fn server_without_any_metadata_is_a_guess_and_says_so() {
    let authority = Authority::empty().await;
    let found = authority.discover().await.unwrap();
    assert_eq!(found.source, DiscoverySource::LegacyEndpointFallback);
    assert_eq!(found.token_endpoint.as_str(), authority.at("/token"));
    assert_eq!(found.resource, authority.at("/mcp"));
    assert!(found.initial_scopes.is_empty());
}

#[tokio::test]
async fn a_web_page_in_place_of_metadata_counts_as_none() {
    let authority = Authority::complete().await;
    authority.on(RESOURCE, Answer::Page("<!doctype html>"));
    let found = authority.discover().await.unwrap();
    assert_eq!(found.source, DiscoverySource::ServerMetadata);
    assert_eq!(found.issuer, authority.base);
}

#[tokio::test]
async fn metadata_count_whatever_their_content_type() {
    let authority = Authority::complete().await;
    let scopes = merge(
        authority.resource(),
        json!({ "scopes_supported": ["file"] }),
    );
    authority.on(RESOURCE, Answer::File(scopes.to_string()));
    authority.on(SERVER, Answer::File(authority.metadata().to_string()));
    let found = authority.discover().await.unwrap();
    assert_eq!(found.source, DiscoverySource::ResourceMetadata);
    assert_eq!(found.initial_scopes, ["file", "offline_access"]);
    authority.on(RESOURCE, Answer::File("{\"resource\": ".to_owned()));
    let found = authority.discover().await.unwrap();
    assert_eq!(found.source, DiscoverySource::ServerMetadata);
}

#[tokio::test]
async fn named_authorization_server_without_metadata_is_no_guess() {
    let authority = Authority::complete().await;
    authority.on(SERVER, Answer::Json(404, json!({})));
    assert!(matches!(
        authority.discover().await,
        Err(Error::Metadata { .. })
    ));
}

#[tokio::test]
async fn second_authorization_server_is_tried_when_the_first_has_nothing() {
    let authority = Authority::complete().await;
    authority.set_resource(json!({
        "authorization_servers": [authority.at("/gone"), authority.base],
    }));
    assert_eq!(authority.discover().await.unwrap().issuer, authority.base);
}

#[tokio::test]
async fn issuer_must_be_the_one_that_was_named_letter_by_letter() {
    for wrong in ["https://evil.example", "{base}/", "{BASE}"] {
        let authority = Authority::complete().await;
        let wrong = wrong
            .replace("{base}", &authority.base)
            .replace("{BASE}", &authority.base.to_uppercase());
        authority.set_metadata(json!({ "issuer": wrong }));
        let refused = authority.discover().await;
        assert!(
            matches!(refused, Err(Error::IssuerMismatch { .. })),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn resource_of_another_server_is_refused() {
    let authority = Authority::complete().await;
    for wrong in [
        "https://evil.example/mcp".to_owned(),
        authority.at("/mcp/other"),
        authority.at("/mc"),
    ] {
        authority.set_resource(json!({ "resource": wrong }));
        let refused = authority.discover().await;
        assert!(
            matches!(refused, Err(Error::ResourceMismatch { .. })),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn pkce_with_s256_is_a_must() {
    for methods in [json!(null), json!([]), json!(["plain"]), json!("S256")] {
        let authority = Authority::with(json!({"code_challenge_methods_supported": methods})).await;
        let refused = authority.discover().await;
        assert!(matches!(refused, Err(Error::NoPkce { .. })), "{methods}");
    }
}

#[tokio::test]
async fn every_endpoint_must_be_https_or_loopback() {
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "registration_endpoint",
        "revocation_endpoint",
    ] {
        let authority = Authority::with(json!({endpoint: "http://as.example/x"})).await;
        let error = authority.discover().await.unwrap_err();
        assert!(matches!(error, Error::NotHttps { .. }), "{endpoint}");
        assert_eq!(error.code(), Code::AuthDiscovery);
    }
}

#[tokio::test]
async fn an_optional_endpoint_that_is_no_address_counts_as_absent() {
    for odd in ["", "/register", "not an address"] {
        let odd = json!({ "registration_endpoint": odd, "revocation_endpoint": odd });
        let authority = Authority::with(odd).await;
        let found = authority.discover().await.unwrap();
        assert_eq!(found.registration_endpoint, None);
        assert_eq!(found.revocation_endpoint, None);
    }
}

#[tokio::test]
async fn addresses_that_must_not_be_opened_are_refused() {
    for url in [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "https://me:pw@as.example/",
        "not an address",
    ] {
        let authority = Authority::with(json!({"authorization_endpoint": url})).await;
        let error = authority.discover().await.unwrap_err();
        assert_eq!(error.code(), Code::AuthUnsafeUrl, "{url}");
        assert!(!error.problem().message.contains("alert"));
    }
}

#[tokio::test]
async fn public_server_cannot_point_into_this_computer() {
    let inside = Authority::complete().await;
    let challenge = Challenge::parse(&format!(
        "Bearer resource_metadata=\"{}\"",
        inside.at("/secret")
    ));
    let public = Url::parse("https://192.0.2.1/mcp").unwrap();
    let nowhere = discover(&impatient_client(), &public, Some(&challenge), &Untraced).await;
    assert!(nowhere.is_err(), "the well-known places have nobody");
    assert!(inside.lines().is_empty());
}

#[tokio::test]
async fn a_challenge_that_names_an_unsafe_place_has_no_say() {
    for named in [
        "http://192.0.2.1/meta",
        "https://10.0.0.1/meta",
        "file:///etc/passwd",
        "https://me@example.com/meta",
    ] {
        let authority = Authority::complete().await;
        let challenge = Challenge::parse(&format!("Bearer resource_metadata=\"{named}\""));
        let found = discover(&client(), &authority.server(), Some(&challenge), &Untraced).await;
        assert_eq!(found.unwrap().issuer, authority.base, "{named}");
    }
}

#[tokio::test]
async fn an_issuer_that_is_not_written_as_it_is_meant_is_refused() {
    for odd in [
        "http:\\\\127.0.0.1\\x",
        "http://127.0.0.1/\tx",
        " http://127.0.0.1/",
    ] {
        let authority = Authority::complete().await;
        authority.set_resource(json!({ "authorization_servers": [odd] }));
        let refused = authority.discover().await;
        assert!(matches!(refused, Err(Error::UnsafeUrl { .. })), "{odd:?}");
    }
}

#[tokio::test]
async fn a_document_of_too_many_parts_is_refused_with_the_limit_named() {
    let cases = [
        (json!({ "x": vec![0; 30_000] }), "more than 20000 values"),
        (
            json!({ "x": "y".repeat(300_000) }),
            "a text of more than 262144 bytes",
        ),
    ];
    for (document, limit) in cases {
        let authority = Authority::complete().await;
        authority.on(SERVER, Answer::Json(200, document));
        let error = authority.discover().await.unwrap_err();
        assert_eq!(error.code(), Code::NetworkTooLarge);
        assert!(error.to_string().ends_with(limit), "{error}");
    }
}

#[tokio::test]
async fn redirects_stay_on_their_origin() {
    let (authority, other) = (Authority::complete().await, Authority::complete().await);
    authority.on(SERVER, Answer::Redirect("/moved".to_owned()));
    authority.on("GET /moved", Answer::Json(200, authority.metadata()));
    authority.discover().await.unwrap();

    authority.on(SERVER, Answer::Redirect(other.at("/moved")));
    let error = authority.discover().await.unwrap_err();
    assert_eq!(error.code(), Code::NetworkRedirect);
    assert!(other.lines().is_empty());

    let itself = "/.well-known/oauth-authorization-server".to_owned();
    authority.on(SERVER, Answer::Redirect(itself));
    assert!(matches!(
        authority.discover().await,
        Err(Error::Redirect { .. })
    ));
}

#[tokio::test]
async fn a_huge_body_is_not_read() {
    let authority = Authority::complete().await;
    authority.on(SERVER, Answer::Huge);
    assert_eq!(
        authority.discover().await.unwrap_err().code(),
        Code::NetworkTooLarge
    );
}

#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    let authority = Authority::complete().await;
    authority.on(SERVER, Answer::Never);
    let error = discover(&impatient_client(), &authority.server(), None, &Untraced)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::TimedOut);
    assert!(error.problem().retryable);
}

#[tokio::test]
async fn a_failing_or_broken_document_is_not_skipped() {
    let authority = Authority::complete().await;
    authority.on(SERVER, Answer::Json(503, json!({})));
    let problem = authority.discover().await.unwrap_err().problem();
    assert_eq!((problem.status, problem.retryable), (Some(503), true));
    authority.on(SERVER, Answer::Json(200, json!(["no object"])));
    assert!(matches!(
        authority.discover().await,
        Err(Error::Metadata { .. })
    ));
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let server = Url::parse(&format!("http://{closed}/mcp")).unwrap();
    let error = discover(&client(), &server, None, &Untraced)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::NetworkUnreachable);
    assert!(!format!("{error:?}").contains("/.well-known"));
}

struct NoSuchName;

#[async_trait]
impl Lookup for NoSuchName {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[tokio::test]
async fn names_without_address_are_told_apart() {
    let server = Url::parse("https://nowhere.invalid/mcp").unwrap();
    let client = client_with(AddressPolicy::new(Arc::new(NoSuchName), Proxies::none()));
    let error = discover(&client, &server, None, &Untraced)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::NetworkDns);
}

#[tokio::test]
async fn a_challenge_that_names_a_host_nobody_knows_has_no_say() {
    let authority = Authority::complete().await;
    let challenge = "Bearer resource_metadata=\"https://mcp.cluster.internal/meta\"";
    let challenge = Challenge::parse(challenge);
    let client = client_with(AddressPolicy::new(Arc::new(NoSuchName), Proxies::none()));
    let found = discover(&client, &authority.server(), Some(&challenge), &Untraced).await;
    assert_eq!(found.unwrap().issuer, authority.base);
}

#[tokio::test]
async fn broken_tls_is_told_apart() {
    let authority = Authority::complete().await;
    let server = Url::parse(&authority.at("/mcp").replace("http:", "https:")).unwrap();
    let error = discover(&client(), &server, None, &Untraced)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::NetworkTls);
}

#[tokio::test]
async fn each_request_is_a_step_of_the_trace() {
    let authority = Authority::complete().await;
    let steps = Steps::default();
    discover(&client(), &authority.server(), None, &steps)
        .await
        .unwrap();
    let shown = steps.all().into_iter();
    let shown: Vec<_> = shown
        .map(|step| (step.method, step.target, step.status))
        .collect();
    let document = |path: &str| ("GET".to_owned(), authority.at(path), Some(200));
    assert_eq!(
        shown,
        [
            document("/.well-known/oauth-protected-resource/mcp"),
            document("/.well-known/oauth-authorization-server"),
        ]
    );
}
