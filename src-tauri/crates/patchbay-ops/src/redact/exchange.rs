//! The HTTP exchange of a run, without secrets.

use patchbay_http::{Captured, CapturedResponse};
use patchbay_model::{Exchange, ReceivedResponse, SentRequest, clean_text, millis};
use reqwest::header::{HeaderName, HeaderValue};

use crate::redact::{KnownSecrets, REDACTED};

/// Maximum characters of a response header, and maximum number of headers.
const HEADER_LIMIT: usize = 1000;
const MAX_HEADERS: usize = 100;

/// Headers whose values are credentials.
const SECRET_HEADERS: [&str; 7] = [
    "authorization",
    "cookie",
    "mcp-session-id",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
    "x-api-key",
];

pub(crate) fn redact_request(request: SentRequest, secrets: &KnownSecrets) -> SentRequest {
    let headers = request.headers.into_iter();
    SentRequest {
        method: request.method,
        url: request.url.map(|url| secrets.redact_text(url)),
        headers: headers
            .map(|(name, value)| secrets.redact_sent_header(name, value))
            .collect(),
        body: request.body.map(|body| secrets.redact_json_text(body)),
    }
}

pub(crate) fn redact_exchange(captured: Captured, secrets: &KnownSecrets) -> Exchange {
    Exchange {
        request: redact_request(captured.request, secrets),
        response: captured
            .response
            .map(|response| redact_response(&response, secrets)),
    }
}

fn redact_response(response: &CapturedResponse, secrets: &KnownSecrets) -> ReceivedResponse {
    let headers = response.headers.iter().take(MAX_HEADERS);
    let headers = headers.map(|(name, value)| {
        let value = redact_header(name, value, secrets);
        (name.to_string(), clean_text(&value, HEADER_LIMIT))
    });
    let body = response.body.as_deref();
    let text = body.and_then(|body| std::str::from_utf8(body).ok());
    ReceivedResponse {
        status: response.status,
        headers: headers.collect(),
        body: text.map(|text| secrets.redact_json_text(text.to_owned())),
        took_ms: millis(response.took),
    }
}

/// Returns the value of a header without secrets.
pub(crate) fn redact_header(
    name: &HeaderName,
    value: &HeaderValue,
    secrets: &KnownSecrets,
) -> String {
    match SECRET_HEADERS.contains(&name.as_str()) {
        true => REDACTED.to_owned(),
        false => secrets.redact_text(String::from_utf8_lossy(value.as_bytes()).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_http::Capture;
    use patchbay_model::Secret;
    use reqwest::header::HeaderMap;

    use super::*;

    #[test]
    fn an_exchange_is_unchanged_except_for_secrets() {
        let capture = Capture::enabled();
        capture.note_request(|| SentRequest {
            url: Some("https://a.example/mcp?key=key-123456".to_owned()),
            ..SentRequest::line(r#"{"b": 12.0, "a": "key-123456"}"#)
        });
        let headers = [
            ("set-cookie", "a=b"),
            ("x-echo", "Bearer key-123456"),
            ("x-long", &"x".repeat(5000)),
        ];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        capture.note_head(200, &HeaderMap::from_iter(headers));
        capture.note_body(br#"{ "z":12.0,"a":1e2,"k":"key\u002d123456" }"#);

        let secrets = KnownSecrets::new([Secret::new("key-123456")]);
        let redacted = redact_exchange(capture.take_exchange().unwrap(), &secrets);
        let url = redacted.request.url.as_deref();
        assert_eq!(url, Some("https://a.example/mcp?key=<redacted>"));
        let sent = redacted.request.body.as_deref();
        assert_eq!(sent, Some(r#"{"b": 12.0, "a": "<redacted>"}"#));
        let response = redacted.response.unwrap();
        let body = response.body.as_deref();
        assert_eq!(body, Some(r#"{ "z":12.0,"a":1e2,"k":"<redacted>" }"#));
        let header = |name: &str| {
            let found = response.headers.iter().find(|(sent, _)| sent == name);
            found.unwrap().1.as_str()
        };
        assert_eq!(header("set-cookie"), "<redacted>");
        assert_eq!(header("x-echo"), "Bearer <redacted>");
        assert_eq!(header("x-long").chars().count(), HEADER_LIMIT);
    }

    #[test]
    fn binary_bodies_are_not_saved() {
        let capture = Capture::enabled();
        capture.note_request(SentRequest::default);
        capture.note_body(b"\xff\xfe");
        let redacted = redact_exchange(capture.take_exchange().unwrap(), &KnownSecrets::default());
        assert_eq!(redacted.response.unwrap().body, None);
    }
}
