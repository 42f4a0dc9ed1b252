//! Reads error responses, in every form that the platforms use.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, Method, StatusCode};
use patchbay_model::{
    FieldProblem, Secret, Timestamp, clean_text, map_leaves, pointer, redact_user_info,
};
use serde_json::Value;
use url::Url;

use super::retry_after::retry_after;
use crate::error::TEXT_LIMIT;
use crate::{Error, Refusal, host_of, text};

/// Maximum length of a request line, in characters.
const REQUEST_LIMIT: usize = 300;

/// Headers in which platforms send their id of a request; the first one wins.
const REQUEST_IDS: [&str; 4] = [
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-trace-id",
];

/// Suffix of other headers with such an id; the platform's name comes before it.
const REQUEST_ID_SUFFIX: &str = "-correlation-id";

/// The error that a response with that status stands for.
///
/// Source: the wire contracts' README, table of kinds.
pub(super) fn error(
    (method, url): (&Method, &Url),
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    secrets: &[Secret],
    now: Timestamp,
) -> Error {
    let challenge = challenge(&headers);
    let retry_after = retry_after(&headers, now);
    let request = format!("{method} {}", url.path());
    let request = text::redact(&request, secrets.iter().map(Secret::expose));
    let refusal = Box::new(Refusal {
        host: Some(host_of(url)),
        request: Some(clean_text(&request, REQUEST_LIMIT)),
        ..read(status.as_u16(), headers, body, secrets)
    });
    match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized { challenge, refusal },
        StatusCode::FORBIDDEN => Error::Forbidden {
            scope: None,
            challenge,
            refusal,
        },
        StatusCode::NOT_FOUND => Error::NotFound(refusal),
        StatusCode::CONFLICT => Error::Conflict(refusal),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Error::Invalid(refusal),
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited {
            retry_after,
            refusal,
        },
        _ => Error::Status(refusal),
    }
}

/// The value of `WWW-Authenticate`, joined by commas if there are several headers.
///
/// Source: RFC 9110, sections 5.3 and 11.6.1.
pub fn challenge(headers: &HeaderMap) -> Option<String> {
    let challenges: Vec<_> = headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!challenges.is_empty()).then(|| challenges.join(", "))
}

/// Reads message, code and field problems of a body in any form.
pub(super) fn read(status: u16, headers: HeaderMap, body: Bytes, secrets: &[Secret]) -> Refusal {
    let json = text::read_json(&body).unwrap_or_default();
    let redact = |text: &str| text::redact(text, secrets.iter().map(Secret::expose));
    let fields = redact_fields(fields(&json), redact);
    let words =
        words(&json, &fields).unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    Refusal {
        status,
        code: code(&json).map(|code| clean_text(&redact(code), 200)),
        text: clean_words(&redact(&words)),
        fields,
        request_id: request_id(&headers, &json).map(|id| redact(&id)),
        headers,
        body,
        ..Refusal::default()
    }
}

/// Outlines a success of unexpected form: its message for people, or else the names of its properties. Other values
/// are left out, since one may be a token that was never sent and thus can't be redacted.
pub(super) fn outline(
    status: u16,
    headers: &HeaderMap,
    body: &Bytes,
    secrets: &[Secret],
) -> Refusal {
    let redact = |text: &str| text::redact(text, secrets.iter().map(Secret::expose));
    let json = text::read_json(body);
    let known = json.as_ref().unwrap_or(&Value::Null);
    let request_id = request_id(headers, known).map(|id| redact(&id));
    let fields = redact_fields(fields(known), redact);
    let words = words(known, &fields).unwrap_or_else(|| match json {
        Some(json) => blank_values(json).to_string(),
        None => describe_body(headers, body),
    });
    Refusal {
        status,
        text: clean_words(&redact(&words)),
        fields,
        request_id,
        ..Refusal::default()
    }
}

/// Redacts path and message of each field: a server may repeat a secret as the name of a field, too.
fn redact_fields(
    mut fields: Vec<FieldProblem>,
    redact: impl Fn(&str) -> String,
) -> Vec<FieldProblem> {
    for field in &mut fields {
        field.path = redact(&field.path);
        field.message = redact_user_info(&redact(&field.message));
    }
    fields
}

fn clean_words(words: &str) -> Option<String> {
    let words = text::clean_lines(&redact_user_info(words), TEXT_LIMIT);
    (!words.is_empty()).then_some(words)
}

fn request_id(headers: &HeaderMap, json: &Value) -> Option<String> {
    let header = |name: &&str| headers.get(*name)?.to_str().ok();
    let suffixed = || {
        let mut headers = headers.iter();
        let found = headers.find(|(name, _)| name.as_str().ends_with(REQUEST_ID_SUFFIX));
        found?.1.to_str().ok()
    };
    let found = REQUEST_IDS.iter().find_map(header).or_else(suffixed);
    let found = found.or_else(|| json["request_id"].as_str());
    found.map(|id| clean_text(id, 200))
}

/// Replaces all texts and numbers by `…`.
fn blank_values(json: Value) -> Value {
    map_leaves(json, &|leaf| match leaf {
        Value::String(_) | Value::Number(_) => Value::from("…"),
        other => other,
    })
}

/// Media type and size of a body that isn't JSON; empty for an empty body.
fn describe_body(headers: &HeaderMap, body: &Bytes) -> String {
    if body.trim_ascii().is_empty() {
        return String::new();
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    format!("{} bytes of {}", body.len(), kind.unwrap_or("unknown type"))
}

/// The message in `detail`, `errors`, `message` or `error`, in this order.
fn words(json: &Value, fields: &[FieldProblem]) -> Option<String> {
    if let Some(detail) = non_blank(&json["detail"]) {
        return Some(detail.to_owned());
    }
    if !fields.is_empty() {
        let each = fields.iter().map(|field| match field.path.as_str() {
            "" => field.message.clone(),
            path => format!("{path}: {}", field.message),
        });
        return Some(each.collect::<Vec<_>>().join("\n"));
    }
    [
        &json["message"],
        &json["error"],
        &json["error"]["message"],
        &json["detail"]["message"],
        &json["message"]["detail"],
    ]
    .into_iter()
    .find_map(non_blank)
    .map(str::to_owned)
}

/// Text that isn't blank.
fn non_blank(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

fn code(json: &Value) -> Option<&str> {
    [
        &json["code"],
        &json["error"]["code"],
        &json["error_code"],
        &json["errors"][0]["error_code"],
    ]
    .into_iter()
    .find_map(Value::as_str)
    // `error` is a code if there is a message beside it.
    .or_else(|| {
        json["error"]
            .as_str()
            .filter(|_| json["message"].is_string() || json["detail"].is_string())
    })
}

/// Field problems in FastAPI's list `detail`, or in a list `errors` or `details`, also within the error's description.
fn fields(json: &Value) -> Vec<FieldProblem> {
    let places = [json, &json["message"], &json["error"], &json["detail"]];
    let lists = places
        .into_iter()
        .flat_map(|place| ["detail", "errors", "details"].map(|name| &place[name]));
    lists
        .map(|list| list.as_array().into_iter().flatten())
        .map(|list| list.filter_map(field).collect())
        .find(|fields: &Vec<_>| !fields.is_empty())
        .unwrap_or_default()
}

fn field(entry: &Value) -> Option<FieldProblem> {
    let message = [
        "msg",
        "userPresentableMessage",
        "message",
        "error",
        "error_code",
    ]
    .into_iter()
    .find_map(|key| non_blank(&entry[key]))
    .or_else(|| non_blank(entry))?;
    let path = match (&entry["loc"], &entry["field"]) {
        (Value::Array(segments), _) => pointer_of(segments.iter().map(|segment| match segment {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        })),
        (_, Value::String(field)) => pointer_of(field.split('.').map(str::to_owned)),
        _ => String::new(),
    };
    Some(FieldProblem {
        path: clean_text(&path, 300),
        message: clean_text(message, 500),
    })
}

/// A JSON pointer; a first segment `body` stands for the whole body and is left out.
fn pointer_of(segments: impl Iterator<Item = String>) -> String {
    segments
        .enumerate()
        .filter(|(n, segment)| !(*n == 0 && segment == "body"))
        .map(|(_, segment)| pointer::member("", &segment))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(body: Value) -> Refusal {
        read(422, HeaderMap::new(), body.to_string().into(), &[])
    }

    #[test]
    fn both_forms_of_422_are_understood() {
        let list = refusal(json!({"detail": [
            {"loc": ["body", "auth", 0, "na/me"], "msg": "field required", "type": "missing"},
            {"loc": ["query", "limit"], "msg": "too large"}
        ]}));
        assert_eq!(list.fields[0].path, "/auth/0/na~1me");
        assert_eq!(list.fields[0].message, "field required");
        assert_eq!(
            list.text.as_deref(),
            Some("/auth/0/na~1me: field required\n/query/limit: too large")
        );

        let text = refusal(json!({"detail": "no such \u{1b}thing", "code": "gone"}));
        assert_eq!(text.text.as_deref(), Some("no such thing"));
        assert_eq!(text.code.as_deref(), Some("gone"));
        assert!(text.fields.is_empty());
    }

    #[test]
    fn field_problems_are_found_within_the_description_of_the_error() {
        let list = json!([{"loc": ["body", "name"], "msg": "too long"}]);
        for body in [
            json!({"object": "error", "message": {"detail": list}, "type": "invalid_request_error"}),
            json!({"error": {"message": "invalid", "details": list}}),
            json!({"detail": {"message": "invalid", "errors": list}}),
            json!({"message": "invalid", "detail": [], "errors": list}),
        ] {
            let refusal = refusal(body.clone());
            assert_eq!(refusal.text.as_deref(), Some("/name: too long"), "{body}");
            assert_eq!(refusal.fields[0].path, "/name", "{body}");
        }
        let coded =
            refusal(json!({"errors": [{"field": "a", "message": null, "error_code": "gone"}]}));
        assert_eq!(coded.text.as_deref(), Some("/a: gone"));
        let text = refusal(json!({"message": {"detail": "no such thing"}}));
        assert_eq!(text.text.as_deref(), Some("no such thing"));
    }

    #[test]
    fn the_number_of_a_request_is_found_under_a_platforms_own_name() {
        let id = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| {
                let name = http::HeaderName::from_static(name);
                (name, http::HeaderValue::from_static(value))
            });
            request_id(&headers.collect(), &json!({"request_id": "body"}))
        };
        assert_eq!(id(&[("acme-correlation-id", "a")]).as_deref(), Some("a"));
        let both = [("acme-correlation-id", "a"), ("x-request-id", "b")];
        assert_eq!(id(&both).as_deref(), Some("b"));
        assert_eq!(id(&[]).as_deref(), Some("body"));
    }

    #[test]
    fn every_platforms_form_gives_its_words() {
        for (body, words, code) in [
            (json!({"message": "bad", "request_id": "r"}), "bad", None),
            (
                json!({"error": "rate_limited", "message": "slow"}),
                "slow",
                Some("rate_limited"),
            ),
            (
                json!({"error": "rate_limit_exceeded", "detail": "20 per s"}),
                "20 per s",
                Some("rate_limit_exceeded"),
            ),
            (
                json!({"error": {"message": "m", "code": "c"}}),
                "m",
                Some("c"),
            ),
            (
                json!({"errors": [{"field": "a.b", "message": "x", "error_code": "e"}]}),
                "/a/b: x",
                Some("e"),
            ),
            (
                json!({"message": null, "errors": [{"field": null, "message": "x"}]}),
                "x",
                None,
            ),
            (json!({"error": "just text"}), "just text", None),
            (
                json!({"detail": "", "message": " ", "errors": [""], "error": {"message": "e"}}),
                "e",
                None,
            ),
            (json!({"message": ""}), "{\"message\":\"\"}", None),
            (json!({"other": 1}), "{\"other\":1}", None),
            (json!([1]), "[1]", None),
        ] {
            let refusal = refusal(body.clone());
            assert_eq!(refusal.text.as_deref(), Some(words), "{body}");
            assert_eq!(refusal.code.as_deref(), code, "{body}");
        }
    }

    #[test]
    fn what_is_no_json_is_kept_as_text_without_the_secrets() {
        let sent = [Secret::new("Bearer key-12345")];
        let refusal = read(500, HeaderMap::new(), "oops key-12345".into(), &sent);
        assert_eq!(refusal.text.as_deref(), Some("oops <redacted>"));
        assert_eq!(read(500, HeaderMap::new(), Bytes::new(), &[]).text, None);
    }

    #[test]
    fn of_an_unexpected_success_the_members_are_kept_and_not_their_values() {
        let json = "application/json";
        for (kind, body, words) in [
            (
                json,
                r#"{"jwt": "eyJ0", "data": [{"pin": 1234, "is_new": true}, null]}"#,
                r#"{"jwt":"…","data":[{"pin":"…","is_new":true},null]}"#,
            ),
            (json, r#""eyJ0""#, r#""…""#),
            (json, r#"{"token": "eyJ0", "message": "odd"}"#, "odd"),
            (
                json,
                r#"{"error": {"token": "eyJ0"}}"#,
                r#"{"error":{"token":"…"}}"#,
            ),
            (json, r#"{"code": "eyJ0"}"#, r#"{"code":"…"}"#),
            ("text/plain", "eyJ0", "4 bytes of text/plain"),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
            let refusal = outline(200, &headers, &body.into(), &[]);
            assert_eq!(refusal.text.as_deref(), Some(words), "{body}");
            assert!(!format!("{refusal:?}").contains("eyJ0"), "{body}");
            assert!(refusal.body.is_empty(), "{body}");
        }
        let empty = outline(200, &HeaderMap::new(), &" ".into(), &[]);
        assert_eq!(empty.text, None);
    }

    #[test]
    fn a_field_problem_does_not_repeat_the_secrets() {
        let sent = [Secret::new("ghp_12345")];
        let body = json!({"errors": [{"field": "token", "message": "bad token ghp_12345"}]});
        let refusal = read(422, HeaderMap::new(), body.to_string().into(), &sent);
        assert_eq!(refusal.fields[0].message, "bad token <redacted>");
    }
}
