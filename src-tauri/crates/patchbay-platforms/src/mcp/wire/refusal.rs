//! Received responses, and the errors that they stand for.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use patchbay_http::{
    Challenge, Clock as _, SystemClock, TEXT_LIMIT, challenge, host_of, read_start, retry_after,
    text,
};
use patchbay_model::Secret;

use crate::{Error, Headers, Refusal, Unreachable};

/// Maximum bytes that are read of the body of an error response.
const ERROR_BYTES: usize = 64 * 1024;

/// A response, and the credentials with which its request was sent.
pub(in crate::mcp) struct ReceivedResponse {
    pub(in crate::mcp) answer: reqwest::Response,
    pub(super) credentials: Headers,
}

/// The error that an error response stands for, and the beginning of its body.
pub(in crate::mcp) async fn refusal(sent: ReceivedResponse) -> (Error, Vec<u8>) {
    let status = sent.answer.status();
    let headers = sent.answer.headers().clone();
    let host = host_of(sent.answer.url());
    let is_html = is_html(media_type(&headers).as_deref());
    let body = read_start(sent.answer, ERROR_BYTES).await;
    let refusal = Box::new(Refusal {
        status: status.as_u16(),
        host: Some(host),
        text: message(&body, is_html, &sent.credentials),
        ..Refusal::default()
    });
    let challenge = challenge(&headers);
    let error = match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized { challenge, refusal },
        StatusCode::FORBIDDEN => Error::Forbidden {
            scope: challenge.as_deref().and_then(required_scope),
            challenge,
            refusal,
        },
        // Only a proxy answers so (RFC 9110, section 15.5.8).
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            Error::unreachable(refusal.host.unwrap_or_default(), Unreachable::ProxySignIn)
        }
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited {
            retry_after: retry_after(&headers, SystemClock.now()),
            refusal,
        },
        _ => Error::Status(refusal),
    };
    (error, body)
}

/// Maximum bytes of the scopes that a challenge may name; of a longer list, the first ones are read.
const MAX_SCOPE_BYTES: usize = 1000;

/// The scopes of an `insufficient_scope` challenge (RFC 6750, section 3.1).
fn required_scope(challenge: &str) -> Option<String> {
    let mut bytes = 0;
    let scopes = Challenge::parse(challenge).scopes.into_iter();
    let scopes = scopes.take_while(|scope| {
        bytes += scope.len() + 1;
        bytes <= MAX_SCOPE_BYTES
    });
    let scope = scopes.collect::<Vec<_>>().join(" ");
    (!scope.is_empty()).then_some(scope)
}

/// The message in a body, cleaned and without the credentials.
fn message(body: &[u8], is_html: bool, credentials: &[(String, Secret)]) -> Option<String> {
    if is_html {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let secrets = credentials.iter().map(|(_, secret)| secret.expose());
    let text = text::redact(&text, secrets);
    let text = text::clean_lines(&text, TEXT_LIMIT);
    (!text.is_empty()).then_some(text)
}

pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

pub(super) fn is_html(media_type: Option<&str>) -> bool {
    matches!(media_type, Some("text/html" | "application/xhtml+xml"))
}

/// Whether an error response is about the session rather than about the request.
///
/// Source: TypeScript SDK 1 and Python SDK 1 answer 400 where the protocol wants 404.
pub(super) fn names_session(body: &[u8]) -> bool {
    let words = String::from_utf8_lossy(body).to_ascii_lowercase();
    words.contains("session") || words.contains("not initialized")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_a_challenge_are_found() {
        let of = |challenge| required_scope(challenge);
        assert_eq!(
            of(r#"Bearer error="insufficient_scope", scope="a b", error_description="x""#)
                .as_deref(),
            Some("a b")
        );
        assert_eq!(of("Bearer scope=a:b, realm=x").as_deref(), Some("a:b"));
        assert_eq!(of(r#"Bearer error="insufficient_scope""#), None);
        assert_eq!(of(r#"Bearer realm="x", scope="""#), None);
        let many = format!("Bearer scope=\"{}\"", "read:x ".repeat(1000));
        let read = of(&many).unwrap();
        assert!(read.len() <= MAX_SCOPE_BYTES && read.ends_with("read:x"));
        let endless = format!("Bearer scope=\"{}\"", "x".repeat(5000));
        assert_eq!(of(&endless), None);
    }

    #[test]
    fn only_the_scopes_of_the_challenge_are_read_and_no_invisible_signs() {
        let of = |challenge| required_scope(challenge);
        let quoted = r#"Bearer error_description="say \"please\", scope=all", scope = "a""#;
        assert_eq!(of(quoted).as_deref(), Some("a"));
        let basic = r#"Basic realm="x", scope=other, Bearer Scope="a b""#;
        assert_eq!(of(basic).as_deref(), Some("a b"));
        let hidden = "Bearer scope=\"a \u{202e}b c\"";
        assert_eq!(of(hidden).as_deref(), Some("a c"));
    }

    #[test]
    fn a_refusal_that_names_the_session_is_told_from_others() {
        for words in [
            r#"{"error":{"message":"Bad Request: No valid session ID provided"}}"#,
            "Bad Request: Server not initialized",
            "Session not found",
        ] {
            assert!(names_session(words.as_bytes()), "{words}");
        }
        assert!(!names_session(b"Invalid params: x is missing"));
    }
}
