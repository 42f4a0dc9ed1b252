//! Answers of authorization servers, callbacks, and what is kept of both.

use patchbay_http::{AddressPolicy, Network, Reach};
use patchbay_model::{
    ChosenDeviations, NetworkSettings, OauthGrant, ProxyChoice, Secret, Timestamp,
};
use patchbay_oauth::{
    Challenge, ClientIdentity, Discovery, Grant, OAuthClient, Untraced, check_callback,
    parse_callback_url,
};
use serde_json::{Value, json};
use url::Url;

use super::{Taker, runtime, texts};
use crate::peer::{Answer, Peer, PeerRequest};

const REDIRECT: &str = "http://127.0.0.1:1/callback";

pub(super) fn challenge_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"Bearer realm="x", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource", scope="read write", error="invalid_token""#,
        r#"Negotiate YWJj==, Basic realm="a, b", bearer scope=one, DPoP algs="ES256""#,
        r#"Bearer  error = insufficient_scope ,scope = "a \"b\"""#,
    ])
}

pub(super) fn challenge() -> Taker {
    Box::new(|input| {
        let text = String::from_utf8_lossy(input);
        let read = Challenge::parse(&text);
        for scope in read.scopes {
            assert!(!scope.contains(char::is_whitespace), "{scope:?}");
        }
    })
}

pub(super) fn callback_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "http://127.0.0.1:1/callback?code=abc&state=STATE&iss=https%3A%2F%2Fas.example",
        "http://localhost:1/callback?error=access_denied&error_description=no+thanks&state=STATE",
        "patchbay://oauth/callback?code=abc&state=STATE",
    ])
}

/// A consent with that state stands in the inputs as `STATE`.
pub(super) fn callback() -> Taker {
    let client = client();
    let (discovery, identity) = signing_in(&client, "https://as.example");
    let redirect = Url::parse(REDIRECT).unwrap();
    let pending = client
        .start_authorization(&discovery, &identity, &redirect, &[])
        .unwrap();
    Box::new(move |input| {
        let text = String::from_utf8_lossy(input).replace("STATE", pending.state.expose());
        if let Ok(params) = parse_callback_url(&text)
            && let Ok(code) = check_callback(&pending, &params)
        {
            assert!(text.contains(pending.state.expose()), "{text}");
            assert!(!code.expose().is_empty());
        }
    })
}

pub(super) fn resource_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"resource":"URL/mcp","authorization_servers":["URL"],"scopes_supported":["read","write"],"resource_name":"A server","bearer_methods_supported":["header"]}"#,
    ])
}

pub(super) fn resource() -> Taker {
    discovers("/.well-known/oauth-protected-resource")
}

pub(super) fn server_seeds() -> Vec<Vec<u8>> {
    texts(&[SERVER_METADATA])
}

pub(super) fn server() -> Taker {
    discovers("/.well-known/oauth-authorization-server")
}

const SERVER_METADATA: &str = r#"{"issuer":"URL","authorization_endpoint":"URL/authorize","token_endpoint":"URL/token","registration_endpoint":"URL/register","revocation_endpoint":"URL/revoke","scopes_supported":["read","write"],"code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["none","client_secret_post"],"authorization_response_iss_parameter_supported":true,"client_id_metadata_document_supported":true,"grant_types_supported":["authorization_code"]}"#;

/// Looks a server up whose document at that path is the input; `URL` in it is the server itself.
fn discovers(attacked: &'static str) -> Taker {
    let (peer, client, runtime) = (Peer::start(), client(), runtime());
    let server = Url::parse(&format!("{}/mcp", peer.url)).unwrap();
    Box::new(move |input| {
        let url = peer.url.clone();
        let input = replaced(input, &url);
        peer.answers(move |asked: &PeerRequest| {
            let resource = r#"{"resource":"URL/mcp","authorization_servers":["URL"]}"#;
            if asked.path.starts_with(attacked) {
                Answer::json(input.clone())
            } else if asked.path.contains("oauth-protected-resource") {
                Answer::json(replaced(resource.as_bytes(), &url))
            } else if asked.path.contains("oauth-authorization-server") {
                Answer::json(replaced(SERVER_METADATA.as_bytes(), &url))
            } else {
                Answer::empty(404)
            }
        });
        if let Ok(found) = runtime.block_on(client.discover(
            &server,
            None,
            OauthGrant::AuthorizationCode,
            &ChosenDeviations::new(),
            &Untraced,
        )) {
            assert_endpoints(&found);
        }
    })
}

/// Whatever a server publishes, only such addresses are asked or opened later.
fn assert_endpoints(found: &Discovery) {
    let optional = [
        &found.authorization_endpoint,
        &found.registration_endpoint,
        &found.revocation_endpoint,
    ];
    let all = optional
        .into_iter()
        .flatten()
        .chain([&found.token_endpoint]);
    for url in all {
        let is_safe = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
        assert!(is_safe && url.password().is_none(), "{url}");
    }
}

fn replaced(input: &[u8], url: &str) -> Vec<u8> {
    match std::str::from_utf8(input) {
        Ok(text) => text.replace("URL", url).into_bytes(),
        Err(_) => input.to_vec(),
    }
}

pub(super) fn registration_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"client_id":"abc","client_secret":"s3cret","client_secret_expires_at":0,"client_id_issued_at":1,"token_endpoint_auth_method":"client_secret_post","redirect_uris":["http://127.0.0.1:1/callback"],"client_name":"Patchbay","scope":"read"}"#,
        r#"{"error":"invalid_redirect_uri","error_description":"No."}"#,
    ])
}

pub(super) fn registration() -> Taker {
    let (peer, client, runtime) = (Peer::start(), client(), runtime());
    let (mut discovery, _) = signing_in(&client, &peer.url);
    discovery.registration_endpoint = Some(Url::parse(&format!("{}/r", peer.url)).unwrap());
    let redirects = [Url::parse(REDIRECT).unwrap()];
    Box::new(move |input| {
        answer_all(&peer, input);
        let registering = client.register(&discovery, &redirects, "Patchbay", &Untraced);
        if let Ok(identity) = runtime.block_on(registering) {
            // What was given can be kept and read again.
            let kept = ClientIdentity::from_secret(&identity.to_secret()).unwrap();
            assert_eq!(kept.id(), identity.id());
        }
    })
}

pub(super) fn token_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"access_token":"abc","token_type":"Bearer","expires_in":3600,"refresh_token":"def","scope":"read write"}"#,
        r#"{"access_token":"abc","token_type":"bearer","expires_in":"3600"}"#,
        r#"{"error":"invalid_grant","error_description":"It lapsed.","error_uri":"https://as.example/e"}"#,
    ])
}

/// The code is redeemed, or the grant renewed.
pub(super) fn token() -> Taker {
    let (peer, client, runtime) = (Peer::start(), client(), runtime());
    let (discovery, identity) = signing_in(&client, &peer.url);
    let redirect = Url::parse(REDIRECT).unwrap();
    let code = Secret::new("code");
    Box::new(move |input| {
        answer_all(&peer, input);
        let pending = client
            .start_authorization(&discovery, &identity, &redirect, &[])
            .unwrap();
        let redeeming = client.exchange(&pending, &code, &identity, &discovery, &Untraced);
        let Ok(tokens) = runtime.block_on(redeeming) else {
            return;
        };
        let now = Timestamp::from_unix_millis(1_700_000_000_000).unwrap();
        let grant = Grant::new(&discovery, &identity, &pending, tokens, now);
        let grant = Grant::from_secret(&grant.to_secret()).unwrap();
        drop(runtime.block_on(client.refresh(&grant, &Untraced)));
        drop(runtime.block_on(client.revoke(&grant, &Untraced)));
    })
}

fn answer_all(peer: &Peer, input: &[u8]) {
    let status = [200, 200, 200, 201, 400, 401, 500][super::choice(input) % 7];
    let body = input.to_vec();
    peer.answers(move |_| Answer {
        status,
        ..Answer::json(body.clone())
    });
}

pub(super) fn grant_seeds() -> Vec<Vec<u8>> {
    let client = client();
    let (_, identity) = signing_in(&client, "https://as.example");
    let mut seeds = texts(&[
        r#"{"server":"https://h.example/mcp","issuer":"https://h.example","resource":"https://h.example/mcp","token_endpoint":"https://h.example/token","revocation_endpoint":null,"client_id":"a","client_secret":null,"auth_method":"none","redirect_uri":"http://127.0.0.1:1/callback","access_token":"t","refresh_token":"r","scopes":["a"],"expires_at":"2026-01-01T00:00:00Z","obtained_at":"2026-01-01T00:00:00Z"}"#,
    ]);
    seeds.push(identity.to_secret().expose().as_bytes().to_vec());
    seeds
}

pub(super) fn grant() -> Taker {
    Box::new(|input| {
        let text = Secret::new(String::from_utf8_lossy(input));
        if let Ok(grant) = Grant::from_secret(&text) {
            assert!(Grant::from_secret(&grant.to_secret()).is_ok());
        }
        if let Ok(identity) = ClientIdentity::from_secret(&text) {
            assert!(ClientIdentity::from_secret(&identity.to_secret()).is_ok());
        }
    })
}

fn client() -> OAuthClient {
    let addresses = AddressPolicy::default();
    let settings = NetworkSettings {
        proxy: ProxyChoice::Direct,
        ..NetworkSettings::default()
    };
    OAuthClient::new(Network::build(&settings, None, &addresses).unwrap())
}

/// A provider at that address, and a client that it knows.
fn signing_in(client: &OAuthClient, url: &str) -> (Discovery, ClientIdentity) {
    let at = |path: &str| Url::parse(&format!("{url}{path}")).unwrap();
    let discovery = client.discovery_from_endpoints(
        at("/authorize"),
        at("/token"),
        Vec::new(),
        Reach::of(&at("/mcp")),
    );
    let identity: Value = json!({ "kind": "pre_registered", "id": "abc", "secret": "s3cret" });
    let identity = ClientIdentity::from_secret(&Secret::new(identity.to_string())).unwrap();
    (discovery.unwrap(), identity)
}
