//! What is sent, and how responses are handled.

use std::io::Write;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use futures::{StreamExt, stream};
use patchbay_model::Explain;
use serde_json::{Value, json as value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use super::*;
use crate::PlainHttp;
use crate::Redirects;
use crate::redirect::RedirectChain;

fn object(value: Value) -> serde_json::Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn options_replace_headers_append_to_the_query_and_override_the_body() {
    let server = Server::start([json(200, value!({"ok": 1}))]).await;
    let mut api = api(&server.base);
    api.headers = vec![("X-Client-Name".to_owned(), "patchbay".to_owned())];
    let options = CallOptions {
        headers: vec![
            ("x-client-name".to_owned(), Secret::new("other")),
            ("X-Trace".to_owned(), Secret::new("t")),
        ],
        query: vec![
            ("tag".to_owned(), value!(["a b", "c&d"])),
            ("a".to_owned(), value!(1)),
        ],
        body: object(value!({"name": "wins", "beta": true})),
        ..CallOptions::default()
    };
    let request = post()
        .query("limit", 10)
        .json(&value!({"name": "loses", "n": null}))
        .unwrap();
    let answer = api.send(request, &options).await.unwrap();
    assert_eq!(answer.json().unwrap(), value!({"ok": 1}));

    let seen = server.seen().remove(0);
    assert_eq!(seen.uri, "/edge/v1/things?limit=10&tag=a+b&tag=c%26d&a=1");
    assert_eq!(
        seen.headers
            .get_all("x-client-name")
            .iter()
            .collect::<Vec<_>>(),
        ["other"]
    );
    assert_eq!(seen.headers["x-trace"], "t");
    assert_eq!(seen.headers[CONTENT_TYPE], "application/json");
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body, value!({"name": "wins", "beta": true, "n": null}));
}

#[tokio::test]
async fn a_request_without_body_has_no_content_type_and_no_question_mark() {
    let server = Server::start([json(200, value!(null)), json(200, value!(null))]).await;
    for request in [get(), post()] {
        send(&api(&server.base), request).await.unwrap();
    }
    for seen in server.seen() {
        assert_eq!(seen.uri, "/edge/v1/things");
        assert!(!seen.headers.contains_key(CONTENT_TYPE));
        assert!(
            seen.headers
                .get("content-length")
                .is_none_or(|length| length == "0")
        );
    }
}

#[tokio::test]
async fn nothing_is_sent_when_a_header_is_impossible() {
    let server = Server::start([]).await;
    for (name, text) in [("bad name", "a"), ("x-ok", "line\nbreak")] {
        let options = CallOptions {
            headers: vec![(name.to_owned(), Secret::new(text))],
            ..CallOptions::default()
        };
        let error = api(&server.base).send(get(), &options).await.unwrap_err();
        assert_eq!(error.kind(), "usage");
        assert!(!error.to_string().contains("break"));
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn each_status_has_its_kind() {
    for (status, kind) in [
        (400, "invalid"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "conflict"),
        (422, "invalid"),
        (429, "rate_limited"),
        (402, "platform"),
        (500, "platform"),
    ] {
        let mut answer = json(status, value!({"detail": "words"}));
        answer
            .headers_mut()
            .insert("x-request-id", "req-7".parse().unwrap());
        let server = Server::start([answer]).await;
        let error = send(&api(&server.base), get()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(status)));
        let problem = error.problem();
        assert_eq!(problem.detail.as_deref(), Some("words"));
        assert_eq!(problem.request_id.as_deref(), Some("req-7"));
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_a_decode_error() {
    for body in ["<html>", "", "{\"cut\":"] {
        let server = Server::start([body.into_response()]).await;
        let answer = send(&api(&server.base), get()).await.unwrap();
        let error = answer.json().unwrap_err();
        assert_eq!((error.kind(), error.status()), ("decode", Some(200)));
    }
    let server = Server::start([StatusCode::NO_CONTENT.into_response()]).await;
    let answer = send(&api(&server.base), get()).await.unwrap();
    assert_eq!(answer.json_or_null().unwrap(), Value::Null);
}

#[tokio::test]
async fn a_renewed_token_is_tried_once_and_never_shown() {
    let refused = || (StatusCode::UNAUTHORIZED, "no: key-0, key-1").into_response();
    for (renews, answers, kind, requests) in [
        (true, vec![refused(), json(200, value!(1))], None, 2),
        (
            true,
            vec![refused(), refused(), json(200, value!(1))],
            Some("unauthorized"),
            2,
        ),
        (
            false,
            vec![refused(), json(200, value!(1))],
            Some("unauthorized"),
            1,
        ),
    ] {
        let server = Server::start(answers).await;
        let api = api_with(&server.base, JumpingClock::new(), Renewing::new(renews));
        let result = send(&api, post()).await;
        assert_eq!(result.as_ref().err().map(Error::kind), kind);
        let shown = format!("{result:?}");
        assert!(!shown.contains(&format!("key-{}", requests - 1)), "{shown}");
        let seen = server.seen();
        assert_eq!(seen.len(), requests);
        for (n, seen) in seen.iter().enumerate() {
            assert_eq!(seen.headers[AUTHORIZATION], format!("Bearer key-{n}"));
        }
    }
}

#[tokio::test]
async fn an_anonymous_request_and_one_with_its_own_key_take_no_token() {
    let own = CallOptions {
        headers: vec![("AUTHORIZATION".to_owned(), Secret::new("Basic own"))],
        ..CallOptions::default()
    };
    for (request, options, expected) in [
        (post().anonymous(), CallOptions::default(), None),
        (post(), own, Some("Basic own")),
    ] {
        let server = Server::start([StatusCode::UNAUTHORIZED.into_response()]).await;
        let api = api_with(&server.base, JumpingClock::new(), Renewing::new(true));
        assert_eq!(
            api.send(request, &options).await.unwrap_err().kind(),
            "unauthorized"
        );
        let seen = server.seen();
        assert_eq!(seen.len(), 1);
        let sent = seen[0]
            .headers
            .get(AUTHORIZATION)
            .map(|sent| sent.to_str().unwrap());
        assert_eq!(sent, expected);
    }
}

fn redirect_to(status: u16, to: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), [(LOCATION, to)]).into_response()
}

#[tokio::test]
async fn redirects_within_the_origin_are_followed() {
    let put = || Request::new(Method::PUT, Path::new("/v1/things"));
    for (status, request, method, body) in [
        (307, post(), "POST", "{\"a\":1}"),
        (308, post(), "POST", "{\"a\":1}"),
        (301, post(), "GET", ""),
        (301, put(), "PUT", "{\"a\":1}"),
        (302, put(), "GET", ""),
        (303, post(), "GET", ""),
    ] {
        let server = Server::start([redirect_to(status, "/moved?x=1"), json(200, value!(1))]).await;
        let api = api_with(&server.base, JumpingClock::new(), Renewing::new(false));
        let request = request.json(&value!({"a": 1})).unwrap();
        send(&api, request).await.unwrap();
        let second = server.seen().remove(1);
        assert_eq!(second.uri, "/moved?x=1");
        assert_eq!(second.method, method);
        assert_eq!(second.body, body);
        assert_eq!(second.headers[AUTHORIZATION], "Bearer key-0");
    }
}

#[tokio::test]
async fn another_origin_gets_no_credentials_and_no_body() {
    let other = Server::start([json(200, value!({}))]).await;
    let server = Server::start([redirect_to(302, &other.base)]).await;
    let mut api = api_with(&server.base, JumpingClock::new(), Renewing::new(true));
    api.headers = vec![("x-organization-id".to_owned(), "o-1".to_owned())];
    let options = CallOptions {
        headers: vec![("x-own".to_owned(), Secret::new("own"))],
        ..CallOptions::default()
    };
    let request = post().json(&value!({"a": 1})).unwrap();
    api.send(request, &options).await.unwrap();
    let sent = other.seen().remove(0);
    assert_eq!((sent.method.as_str(), sent.body.len()), ("GET", 0));
    assert_eq!(sent.headers["x-organization-id"], "o-1");
    assert!(!sent.headers.contains_key(AUTHORIZATION));
    assert!(!sent.headers.contains_key("x-own"));

    let other = Server::start([json(401, value!({}))]).await;
    let server = Server::start([redirect_to(307, &other.base)]).await;
    let api = api_with(&server.base, JumpingClock::new(), Renewing::new(true));
    let error = send(&api, get()).await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    // Renewed credentials would not be sent there either.
    assert_eq!((server.seen().len(), other.seen().len()), (1, 1));
}

#[tokio::test]
async fn who_wants_to_know_of_the_credentials_is_not_answered_by_another_origin() {
    let other = Server::start([json(200, value!({}))]).await;
    let server = Server::start([redirect_to(302, "/within"), redirect_to(302, &other.base)]).await;
    let api = api_with(&server.base, JumpingClock::new(), Renewing::new(false));
    let options = CallOptions {
        same_origin_only: true,
        ..CallOptions::default()
    };
    let error = api.send(get(), &options).await.unwrap_err();
    assert!(matches!(error, Error::RedirectRefused { .. }), "{error:?}");
    assert_eq!((server.seen().len(), other.seen().len()), (2, 0));
}

#[test]
fn no_redirect_leads_from_https_to_http_or_to_what_is_no_plain_web_address() {
    let api = api("https://a.example");
    let options = CallOptions::default();
    let prepared = api.prepare(get(), &options).unwrap();
    let follow =
        |to: &str| RedirectChain::new(&prepared).follow(StatusCode::FOUND, to.parse().unwrap());
    assert!(follow("https://b.example/x").is_ok());
    for refused in [
        "http://a.example/x",
        "http://b.example/x",
        "https://u:p@b.example/",
        "ftp://b.example/",
    ] {
        let outcome = follow(refused);
        assert!(
            matches!(outcome, Err(Error::RedirectRefused { status: 302, .. })),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn the_way_back_from_another_origin_stays_without_credentials() {
    let other = Server::start([]).await;
    let server = Server::start([redirect_to(307, &other.base), json(200, value!({}))]).await;
    other.then(redirect_to(307, &format!("{}back", server.base)));
    let api = api_with(&server.base, JumpingClock::new(), Renewing::new(false));
    send(&api, get()).await.unwrap();
    let back = server.seen().remove(1);
    assert_eq!(back.uri, "/edge/back");
    assert!(!back.headers.contains_key(AUTHORIZATION));
}

#[tokio::test]
async fn redirects_with_a_body_elsewhere_or_unwanted_or_endless_are_no_success() {
    let other = Server::start([]).await;
    let server = Server::start([redirect_to(307, &other.base)]).await;
    let api = api_with(&server.base, JumpingClock::new(), Renewing::new(false));
    let request = post().json(&value!({"a": 1})).unwrap();
    let error = send(&api, request).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, Error::RedirectRefused { status: 307, .. }),
        "{error:?}"
    );
    assert!(other.seen().is_empty());

    let server = Server::start([redirect_to(307, "/elsewhere")]).await;
    let mut api = crate::testing::api(&server.base);
    api.redirects = Redirects::Refuse;
    let error = send(&api, post()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), ("platform", Some(307)));
    assert_eq!(server.seen().len(), 1);

    let server = Server::start((0..30).map(|_| redirect_to(307, "/again"))).await;
    let error = send(&crate::testing::api(&server.base), get()).await;
    assert_eq!(error.unwrap_err().status(), Some(307));
    assert_eq!(server.seen().len(), 21);
}

/// Answers one connection with these bytes and closes it.
async fn serve_raw(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 2048];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(answer.as_bytes()).await;
    });
    base
}

#[tokio::test]
async fn a_cut_answer_is_a_lost_connection() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
    ] {
        let base = serve_raw(answer).await;
        let error = send(&api(&base), get()).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Unreachable {
                    how: crate::Unreachable::Lost,
                    ..
                }
            ),
            "{answer:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn time_and_size_are_bounded_and_a_call_can_be_stopped() {
    let endless = || {
        Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>("x".repeat(999))
        }))
    };
    let silent = || Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let server = Server::start([
        endless().into_response(),
        silent().into_response(),
        silent().into_response(),
    ])
    .await;
    let mut api = api(&server.base);
    api.body_bytes = 5000;
    let error = send(&api, get()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 5000 }));

    let short_timeout = CallOptions {
        timeout: Some(Duration::from_millis(50)),
        ..CallOptions::default()
    };
    assert_eq!(
        api.send(get(), &short_timeout).await.unwrap_err().kind(),
        "timeout"
    );

    let (options, stop) = cancellable_options();
    let seen = || server.seen.lock().unwrap().len();
    // On a busy machine, the time may have been up before the server saw the second request.
    let before = seen();
    let stopped = async {
        while seen() == before {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let (result, ()) = tokio::join!(api.send(get(), &options), stopped);
    assert_eq!(result.unwrap_err().kind(), "cancelled");
}

/// Source: Mistral and Cohere contracts, section 1: the limit is that of each read, not of all of them.
#[tokio::test]
async fn an_answer_that_keeps_coming_may_take_longer_than_the_time_limit() {
    let limit = Duration::from_millis(1200);
    let drops = stream::unfold(0, move |drop| async move {
        tokio::time::sleep(limit / 4).await;
        (drop < 6).then(|| (Ok::<_, std::io::Error>("1"), drop + 1))
    });
    let server = Server::start([Body::from_stream(drops).into_response()]).await;
    let options = CallOptions {
        timeout: Some(limit),
        ..CallOptions::default()
    };
    let answer = api(&server.base).send(get(), &options).await.unwrap();
    assert_eq!(answer.body, "111111");
}

#[tokio::test]
async fn a_relay_gets_status_headers_and_the_bytes_as_they_are() {
    let accepted = (StatusCode::ACCEPTED, [("mcp-session-id", "s-1")]).into_response();
    // Agent Stack labels plain bytes as compressed.
    let mislabelled = ([(CONTENT_ENCODING, "gzip")], "plain").into_response();
    let refused = (StatusCode::BAD_GATEWAY, [("x-of", "upstream")], "down").into_response();
    let server = Server::start([accepted, mislabelled, refused]).await;
    let api = api(&server.base);
    let relay = || post().bytes(Some("application/json"), "{}");

    let empty = api.stream(relay(), &CallOptions::default()).await.unwrap();
    assert_eq!(empty.status, 202);
    assert_eq!(empty.headers["mcp-session-id"], "s-1");
    assert_eq!(empty.pieces.count().await, 0);

    let plain = api.stream(relay(), &CallOptions::default()).await.unwrap();
    let pieces: Vec<_> = plain.pieces.map(|piece| piece.unwrap()).collect().await;
    assert_eq!(pieces.concat(), b"plain");

    let error = api
        .stream(relay(), &CallOptions::default())
        .await
        .err()
        .unwrap();
    let refusal = error.refusal().unwrap();
    assert_eq!(
        (refusal.status, refusal.headers["x-of"].to_str().unwrap()),
        (502, "upstream")
    );
    assert_eq!(refusal.body, "down");
}

#[tokio::test]
async fn pieces_arrive_one_by_one_and_end_with_what_ended_them() {
    let (piece, pieces) = tokio::sync::mpsc::unbounded_channel::<Result<String, std::io::Error>>();
    let body = Body::from_stream(tokio_stream::wrappers::UnboundedReceiverStream::new(pieces));
    let server = Server::start([body.into_response()]).await;
    let (options, stop) = cancellable_options();
    let mut answer = api(&server.base).stream(get(), &options).await.unwrap();
    for words in ["one", "two"] {
        piece.send(Ok(words.to_owned())).unwrap();
        assert_eq!(answer.pieces.next().await.unwrap().unwrap(), words);
    }
    stop.cancel();
    assert_eq!(
        answer.pieces.next().await.unwrap().unwrap_err().kind(),
        "cancelled"
    );
    assert!(answer.pieces.next().await.is_none());
}

#[tokio::test]
async fn compressed_answers_are_bounded_after_decompression() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 1_000_000]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 5000);
    let server = Server::start([([(CONTENT_ENCODING, "gzip")], bomb).into_response()]).await;
    let mut api = api(&server.base);
    api.body_bytes = 5000;
    let error = send(&api, get()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }));
}

/// The server under the name of another computer, which resolves to it.
fn api_by_name(server: &Server, plain_http: PlainHttp) -> (Api, Url) {
    let base: Url = server.base.parse().unwrap();
    let address = ([127, 0, 0, 1], base.port().unwrap()).into();
    let client = reqwest::Client::builder()
        .no_proxy()
        .resolve("nas.example", address)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let base = server.base.replace("127.0.0.1", "nas.example");
    let mut api = api_with(&base, JumpingClock::new(), Renewing::new(false));
    api.clients = Clients {
        usual: client.clone(),
        raw: client,
        addresses: crate::AddressPolicy::default(),
        plain_http,
    };
    (api, base.parse().unwrap())
}

#[tokio::test]
async fn credentials_do_not_go_to_another_computer_over_plain_http() {
    let server = Server::start([json(200, value!({}))]).await;
    let (mut api, _) = api_by_name(&server, PlainHttp::Refused);
    let refused = send(&api, get()).await.unwrap_err();
    assert!(matches!(refused, Error::PlainHttp { .. }), "{refused:?}");

    // Neither do secrets in a body or in headers of the call.
    api.tokens = Arc::new(NoToken);
    let body = Request::new(Method::POST, Path::new("/login")).secret(Secret::new("hunter2"));
    let body = body.json(&value!({"password": "hunter2"})).unwrap();
    let refused = send(&api, body).await.unwrap_err();
    assert!(matches!(refused, Error::PlainHttp { .. }), "{refused:?}");
    let options = CallOptions {
        headers: vec![("x-key".to_owned(), Secret::new("hunter2"))],
        ..CallOptions::default()
    };
    let refused = api.send(get(), &options).await.unwrap_err();
    assert!(matches!(refused, Error::PlainHttp { .. }), "{refused:?}");
    assert_eq!(server.seen().len(), 0);

    send(&api, get()).await.unwrap();
    assert_eq!(server.seen().len(), 1, "without credentials");
}

#[tokio::test]
async fn credentials_go_over_plain_http_where_a_person_insists_and_nowhere_else() {
    let elsewhere = "http://nas.example:1/";
    let server = Server::start([json(200, value!({})), json(200, value!({}))]).await;
    let (mut api, base) = api_by_name(&server, PlainHttp::Refused);
    api.clients.plain_http = PlainHttp::allowed_to(&base);
    send(&api, get()).await.unwrap();
    assert!(server.seen()[0].headers.contains_key("authorization"));
    api.clients.plain_http = PlainHttp::allowed_to(&elsewhere.parse().unwrap());
    let refused = send(&api, get()).await.unwrap_err();
    assert!(matches!(refused, Error::PlainHttp { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_redirect_to_plain_http_on_another_computer_is_not_followed() {
    let other = Server::start([]).await;
    let to = other.base.replace("127.0.0.1", "nas.example");
    let server = Server::start([redirect_to(302, &to)]).await;
    let (mut api, _) = api_by_name(&other, PlainHttp::Refused);
    api.base = server.base.trim_end_matches('/').parse().unwrap();
    let refused = send(&api, get()).await.unwrap_err();
    assert!(
        matches!(refused, Error::RedirectRefused { .. }),
        "{refused:?}"
    );
    assert!(server.seen()[0].headers.contains_key("authorization"));
    assert!(other.seen().is_empty());
}
