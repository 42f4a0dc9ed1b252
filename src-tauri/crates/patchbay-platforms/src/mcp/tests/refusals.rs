//! Servers that refuse or redirect requests, and addresses without a server.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use futures::stream;
use patchbay_model::{Code, Explain};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedMessage};
use super::*;
use crate::{Found, Unreachable};

async fn error_of(router: Router) -> Error {
    let server = Server::start(router).await;
    connect_error(target(&server.url)).await
}

async fn connect_error(target: McpTarget) -> Error {
    let session = connect_to(target).await;
    session.err().expect("the server cannot be connected to")
}

fn always(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Router {
    Router::new().fallback(any(move || std::future::ready(answer.clone())))
}

#[tokio::test]
async fn what_is_no_mcp_server_is_named() {
    let cases = [
        (always(Html("<html>hello</html>")), Found::Html),
        (
            always((StatusCode::NOT_FOUND, Html("<p>gone</p>"))),
            Found::Status(404),
        ),
        (always(StatusCode::METHOD_NOT_ALLOWED), Found::Status(405)),
        (always(axum::Json(json!({"hello": 1}))), Found::OtherJson),
        (always(axum::Json(json!([]))), Found::OtherJson),
        (always("plain words"), Found::Other("text/plain".to_owned())),
    ];
    for (router, expected) in cases {
        let error = error_of(router).await;
        assert_eq!(error.code(), Code::McpNotAServer, "{expected:?}: {error:?}");
        assert!(error.hint().is_some());
        let Error::NotAServer { found } = error else {
            unreachable!("the code says so")
        };
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_proxy_that_wants_a_sign_in_is_not_taken_for_the_server() {
    let error = error_of(always(StatusCode::PROXY_AUTHENTICATION_REQUIRED)).await;
    assert!(
        matches!(error, Error::Unreachable { how, .. } if how == Unreachable::ProxySignIn),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_accepted_request_is_answered_at_once_or_not_at_all_where_there_is_no_session() {
    for (body, is_answered) in [(true, true), (false, false)] {
        let (_server, session) = serve(hand_made::legacy(move |request| {
            let answer = request.respond(json!({ "tools": [] }));
            match body {
                true => (StatusCode::ACCEPTED, answer).into_response(),
                false => StatusCode::ACCEPTED.into_response(),
            }
        }))
        .await;
        let listed = tools_of(&session).await;
        assert_eq!(listed.is_ok(), is_answered, "{listed:?}");
    }
}

#[tokio::test]
async fn a_failing_server_is_not_taken_for_none() {
    let error = error_of(always((
        StatusCode::INTERNAL_SERVER_ERROR,
        "database \u{1b}down",
    )))
    .await;
    let problem = error.problem();
    assert_eq!(problem.code, Code::PlatformFailed);
    assert_eq!(problem.status, Some(500));
    assert_eq!(problem.detail.as_deref(), Some("database down"));
    assert!(problem.retryable);
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_again() {
    let answer = (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")]);
    let Error::RateLimited { retry_after, .. } = error_of(always(answer)).await else {
        panic!("not rate limited")
    };
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
}

struct NoSuchHost;

impl reqwest::dns::Resolve for NoSuchHost {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(std::future::ready(Err("no such host".into())))
    }
}

#[tokio::test]
async fn nobody_listening_and_no_such_host_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}/mcp", listener.local_addr().unwrap());
    drop(listener);
    let client = reqwest::Client::builder()
        .no_proxy()
        .dns_resolver(NoSuchHost);
    let client = client.build().unwrap();
    for (url, expected) in [
        (closed.as_str(), Unreachable::Refused),
        ("http://patchbay-test.invalid/mcp", Unreachable::Dns),
    ] {
        let target = target(&url.parse().unwrap());
        let cancel = CancellationToken::new();
        let error = connect(&client, target, McpLimits::DEFAULT, &cancel).await;
        let Err(Error::Unreachable { how, .. }) = error else {
            panic!("reached {url}")
        };
        assert_eq!(how, expected);
    }
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_failure() {
    let server = Server::start(always("hello")).await;
    let mut url = server.url.clone();
    url.set_scheme("https").unwrap();
    let error = connect_error(target(&url)).await;
    assert_eq!(error.code(), Code::NetworkTls, "{error:?}");
    assert!(!format!("{error:?}").contains("/mcp"));
}

/// Responds with 401 unless it receives `token-<n>`.
fn guarded(n: usize, challenge: Option<&'static str>) -> Router {
    hand_made::raw(move |message| {
        let wanted = format!("Bearer token-{n}");
        let sent = message.headers.get(header::AUTHORIZATION);
        if sent.is_some_and(|sent| sent == &wanted) {
            return match message.method.as_str() {
                "server/discover" => message.refuse_method(),
                "initialize" => message.respond(hand_made::welcome()),
                "tools/list" => message.respond(json!({"tools": []})),
                _ => hand_made::accepted(),
            };
        }
        let mut answer = (StatusCode::UNAUTHORIZED, "you sent Bearer token-0").into_response();
        if let Some(challenge) = challenge {
            let value = challenge.parse().unwrap();
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        answer
    })
}

fn with_tokens(url: &Url, tokens: &Arc<CountingTokens>) -> McpTarget {
    McpTarget {
        tokens: Arc::clone(tokens) as Arc<dyn TokenSource>,
        ..target(url)
    }
}

#[tokio::test]
async fn a_bare_401_and_one_with_a_challenge_ask_for_a_sign_in() {
    let with_words = r#"Bearer resource_metadata="https://a/b", scope="x""#;
    for challenge in [None, Some(with_words)] {
        let server = Server::start(guarded(9, challenge)).await;
        let tokens = CountingTokens::new(false);
        let error = connect_error(with_tokens(&server.url, &tokens)).await;
        assert_eq!(error.code(), Code::AuthNeeded);
        assert!(!format!("{error:?}").contains("token-0"), "{error:?}");
        let Error::Unauthorized { challenge: got, .. } = error else {
            unreachable!("the code says so")
        };
        assert_eq!(got.as_deref(), challenge);
        assert_eq!(
            *tokens.refusals.lock().await,
            [challenge.map(str::to_owned)]
        );
    }
}

#[tokio::test]
async fn a_renewed_token_is_tried_once() {
    let server = Server::start(guarded(1, None)).await;
    let tokens = CountingTokens::new(true);
    let session = connect_to(with_tokens(&server.url, &tokens)).await.unwrap();
    assert!(tools_of(&session).await.unwrap().is_empty());
    assert_eq!(tokens.refusals.lock().await.len(), 1);

    let server = Server::start(guarded(9, None)).await;
    let tokens = CountingTokens::new(true);
    let error = connect_error(with_tokens(&server.url, &tokens)).await;
    assert_eq!(error.code(), Code::AuthNeeded);
    assert_eq!(tokens.refusals.lock().await.len(), 1);
}

#[tokio::test]
async fn a_lapsed_token_is_noticed_in_a_call() {
    let router = hand_made::legacy(|message| match message.method.as_str() {
        "tools/call" => StatusCode::UNAUTHORIZED.into_response(),
        _ => hand_made::accepted(),
    });
    let (_server, session) = serve(router).await;
    let error = run_tool(&session, call("a")).await;
    assert_eq!(error.err().unwrap().code(), Code::AuthNeeded);
}

/// In the newer era a ping is the request that also starts the negotiation.
#[tokio::test]
async fn a_refused_sign_of_life_says_why() {
    let is_lapsed = Arc::new(AtomicBool::new(false));
    let lapsed = is_lapsed.clone();
    let router = hand_made::raw(move |message| match lapsed.load(Ordering::SeqCst) {
        true => StatusCode::UNAUTHORIZED.into_response(),
        false => message.respond(hand_made::discovered()),
    });
    let (_server, session) = serve(router).await;
    let cancel = CancellationToken::new();
    session.ping(&cancel).await.unwrap();
    is_lapsed.store(true, Ordering::SeqCst);
    assert_eq!(
        session.ping(&cancel).await.unwrap_err().code(),
        Code::AuthNeeded
    );
}

#[tokio::test]
async fn missing_scopes_are_kept() {
    let (_server, session) = serve(hand_made::legacy(|_| {
        let challenge = r#"Bearer error="insufficient_scope", scope="files:write""#;
        let headers = [(header::WWW_AUTHENTICATE, challenge)];
        (StatusCode::FORBIDDEN, headers, "no").into_response()
    }))
    .await;
    let error = run_tool(&session, call("a")).await;
    let Err(Error::Forbidden { scope, .. }) = error else {
        panic!("not forbidden")
    };
    assert_eq!(scope.as_deref(), Some("files:write"));
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_not_followed_and_sees_no_token() {
    let seen: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let recorder = Server::start(Router::new().fallback(any({
        let seen = seen.clone();
        move |headers: HeaderMap| {
            seen.lock().unwrap().push(headers);
            std::future::ready("got you")
        }
    })))
    .await;
    for status in [301, 302, 303, 307, 308] {
        let status = StatusCode::from_u16(status).unwrap();
        let location = recorder.url.to_string();
        let server = Server::start(always((status, [(header::LOCATION, location)]))).await;
        let tokens = CountingTokens::new(true);
        let error = connect_error(with_tokens(&server.url, &tokens)).await;
        assert_eq!(error.code(), Code::NetworkRedirect);
        let Error::RedirectRefused { to, .. } = error else {
            unreachable!("the code says so")
        };
        assert_eq!(to, recorder.url.origin().ascii_serialization());
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_redirect_within_the_origin_names_its_path() {
    let to = [(header::LOCATION, "/mcp/?key=secret")];
    let server = Server::start(always((StatusCode::FOUND, to))).await;
    let session = connect_within(&server.url, McpLimits::DEFAULT).await;
    let Some(Error::RedirectRefused { to, .. }) = session.err() else {
        panic!("it was refused");
    };
    assert_eq!(to, server.url.join("/mcp/").unwrap().as_str());
}

#[tokio::test]
async fn a_redirect_within_the_origin_keeps_method_body_and_token() {
    let moved = hand_made::raw(|_| {
        (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/mcp")]).into_response()
    });
    let router = Router::new().nest("/old", moved).merge(guarded(0, None));
    let server = Server::start(router).await;
    let mut url = server.url.clone();
    url.set_path("/old/mcp");
    let session = connect_to(with_tokens(&url, &CountingTokens::new(false))).await;
    assert_eq!(session.unwrap().facts().name, "handmade");
}

#[tokio::test]
async fn going_round_in_circles_ends() {
    let error = error_of(always((
        StatusCode::PERMANENT_REDIRECT,
        [(header::LOCATION, "/mcp")],
    )))
    .await;
    assert_eq!(error.code(), Code::McpProtocol);
}

#[tokio::test]
async fn an_unknown_tool_and_other_errors_are_told_apart() {
    let (_server, session) = serve(hand_made::legacy(|call| {
        let message = match call.params["name"].as_str() {
            Some("gone") => "Unknown tool: gone",
            _ => "limit has to be a number",
        };
        call.fail(-32602, message)
    }))
    .await;
    let code = async |name: &str| {
        let outcome = run_tool(&session, call(name)).await;
        outcome.err().unwrap().code()
    };
    assert_eq!(code("gone").await, Code::ToolNotFound);
    assert_eq!(code("there").await, Code::McpServerError);
}

/// A JSON-RPC error in the body is the server's own error; any other body with such a status is a failure.
#[tokio::test]
async fn a_status_of_500_is_one_code_everywhere_and_an_error_in_mcp_another() {
    let failing = |in_words: bool| {
        move |message: ReceivedMessage| {
            let error = json!({"code": -32603, "message": "Internal error"});
            let body = axum::Json(message.error_response(error));
            match in_words {
                true => (StatusCode::INTERNAL_SERVER_ERROR, body).into_response(),
                false => (StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response(),
            }
        }
    };
    for (in_words, expected) in [(false, Code::PlatformFailed), (true, Code::McpServerError)] {
        let error = error_of(hand_made::raw(failing(in_words))).await;
        assert_eq!(error.code(), expected, "while connecting: {error:?}");
        let (_server, session) = serve(hand_made::legacy(failing(in_words))).await;
        let cancel = CancellationToken::new();
        let error = session.list_tools(&cancel).await.unwrap_err();
        assert_eq!(error.code(), expected, "while listing: {error:?}");
        let error = session.call_tool(call("any"), &cancel).await.err().unwrap();
        assert_eq!(error.code(), expected, "while calling: {error:?}");
    }
}

#[tokio::test]
async fn an_error_on_the_stream_of_a_call_may_lack_its_id() {
    let (_server, session) = serve(hand_made::legacy(|_| {
        let error = json!({"code": -32603, "message": "out of paper"});
        let event = hand_made::event(&json!({"jsonrpc": "2.0", "error": error}));
        hand_made::events(stream::iter([Ok(event)]))
    }))
    .await;
    let error = run_tool(&session, call("a")).await.err().unwrap();
    let is_said = matches!(&error, Error::ServerError { message, .. } if message == "out of paper");
    assert!(is_said, "{error:?}");
}

#[tokio::test]
async fn what_answers_something_else_is_a_protocol_error() {
    let responses: [fn(ReceivedMessage) -> Response; 4] = [
        |_| "no JSON".into_response(),
        |_| axum::Json(json!({"ok": true})).into_response(),
        |_| axum::Json(json!({"jsonrpc": "2.0", "id": 4711, "result": {}})).into_response(),
        |call| axum::Json(call.error_response(json!("text"))).into_response(),
    ];
    for respond in responses {
        let (_server, session) = serve(hand_made::legacy(respond)).await;
        let outcome = run_tool(&session, call("a")).await;
        assert_eq!(outcome.err().unwrap().code(), Code::McpProtocol);
    }
}

#[tokio::test]
async fn credentials_go_to_another_computer_over_plain_http_only_where_a_person_insists() {
    let server = Server::start(guarded(0, None)).await;
    let mut url = server.url.clone();
    let address = ([127, 0, 0, 1], url.port().unwrap()).into();
    url.set_host(Some("nas.example")).unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .resolve("nas.example", address);
    let http = http.build().unwrap();
    let cancel = CancellationToken::new();
    let as_allowed = |plain_http| McpTarget {
        tokens: CountingTokens::new(false),
        plain_http,
        ..target(&url)
    };
    for plain_http in [PlainHttp::Refused, PlainHttp::allowed_to(&server.url)] {
        let refused = connect(&http, as_allowed(plain_http), McpLimits::DEFAULT, &cancel).await;
        let error = refused.err().unwrap();
        assert!(matches!(&error, Error::PlainHttp { host } if host.starts_with("nas.example:")));
        assert_eq!(error.code(), Code::NetworkPlainHttp);
    }
    let allowed = as_allowed(PlainHttp::allowed_to(&url));
    let reached = connect(&http, allowed, McpLimits::DEFAULT, &cancel).await;
    assert!(!matches!(reached, Err(Error::PlainHttp { .. })));
    let anonymous = connect(&http, target(&url), McpLimits::DEFAULT, &cancel).await;
    assert!(!matches!(anonymous, Err(Error::PlainHttp { .. })));
}
