//! Compares what the caller received.

use patchbay_model::Explain as _;
use patchbay_platforms::Error;
use serde_json::{Map, Value};

use crate::comparison::Comparison;
use crate::exact;
use crate::line::Line;

/// Members whose value must never come back to the caller.
const SECRET_NAMES: [&str; 5] = [
    "api_key",
    "client_secret",
    "access_token",
    "token",
    "bearer_token",
];

/// Tells what differs between the line's outcome and ours; `token` is the key that was given.
pub(crate) fn differences(
    platform: &str,
    line: &Line,
    token: &str,
    ours: &Result<Value, Error>,
) -> Vec<String> {
    let recorded = &line.outcome;
    let mut found = match (recorded.get("ok"), ours) {
        (Some(recorded), Ok(ours)) => ok(platform, line, recorded, &exact::from(ours)),
        (Some(_), Err(error)) => vec![format!(
            "expected success, got {} ({error}{})",
            error.kind(),
            message(error)
        )],
        (None, Ok(ours)) => vec![format!(
            "expected {}, got success with {ours}",
            exact::write(&recorded["error"])
        )],
        (None, Err(error)) => failure(line, &recorded["error"], error),
    };
    found.extend(leaks(line, token, ours));
    found
}

fn ok(platform: &str, line: &Line, recorded: &Value, ours: &Value) -> Vec<String> {
    let recorded = match recorded.as_object() {
        Some(members) if members.len() == 2 && members.contains_key("type") => {
            members.get("value").unwrap_or(recorded)
        }
        _ => recorded,
    };
    // A member that is null is none.
    let is_empty = |value: &Value| match value {
        Value::Object(members) => members.values().all(Value::is_null),
        other => other.is_null(),
    };
    if is_empty(recorded) && is_empty(ours) {
        return Vec::new();
    }
    let ignores_type =
        platform == "airbyte" && matches!(line.op.as_str(), "connect" | "get_connector");
    let is_relayed = platform == "agentstack" && matches!(line.op.as_str(), "mcp" | "mcp_proxy");
    let one = |members: &mut Map<String, Value>| {
        members.remove("yielded");
        members.remove("browser_opened");
        if ignores_type {
            members.remove("type");
        }
        if is_relayed {
            relayed(members);
        }
    };
    let compared = |value: &Value| {
        let mut value = value.clone();
        match &mut value {
            Value::Object(members) => one(members),
            // The results of a call that is made several times.
            Value::Array(items) => items
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(one),
            _ => {}
        }
        value
    };
    let answers = answers(line);
    Comparison { answers: &answers }.differences(&compared(recorded), &compared(ours))
}

/// What counts of a relayed answer: some of its headers, and its `text` as a value where its content type
/// is JSON.
///
/// Source: Agent Stack contract, section 3, `mcp`, "Replays compare".
fn relayed(answer: &mut Map<String, Value>) {
    let headers = answer.get_mut("headers").and_then(Value::as_object_mut);
    let Some(headers) = headers else { return };
    headers.retain(|name, _| {
        name.starts_with("mcp-") || matches!(name.as_str(), "content-type" | "content-encoding")
    });
    let content_type = headers.get("content-type").and_then(exact::text);
    let media_type = content_type.and_then(|text| text.split(';').next());
    let is_json = media_type.is_some_and(|text| text.trim().to_lowercase().ends_with("json"));
    let text = answer.get("text").and_then(exact::text);
    let json = text.filter(|_| is_json).and_then(exact::read);
    if let Some(json) = json {
        answer.insert("text".to_owned(), json);
    }
}

/// Bodies and headers of every answer.
fn answers(line: &Line) -> Vec<Value> {
    let replies = || line.exchanges.iter().map(|(_, reply)| reply);
    let bodies = replies().filter_map(|reply| reply.json.clone());
    let headers = replies().map(|reply| {
        let size: usize = reply.pieces.iter().map(|(_, bytes)| bytes.len()).sum();
        let own = [
            ("content-length".to_owned(), size.to_string()),
            ("transfer-encoding".to_owned(), "chunked".to_owned()),
        ];
        let all = reply.headers.iter().cloned().chain(own);
        Value::Object(
            all.map(|(name, value)| (name, Value::String(value)))
                .collect(),
        )
    });
    bodies.chain(headers).collect()
}

fn failure(line: &Line, recorded: &Value, error: &Error) -> Vec<String> {
    let mut found = Vec::new();
    let kind = match exact::text(&recorded["kind"]).unwrap_or_default() {
        // The recorded client looks into a table of its own, which Patchbay does not have.
        "unknown_slug" => "none_found",
        kind => kind,
    };
    if kind != error.kind() {
        found.push(format!(
            "expected the error {kind}, got {} ({error}{})",
            error.kind(),
            message(error)
        ));
    }
    if let Some(status) = exact::number(&recorded["status"]) {
        let ours = error.status().map(|status| status.to_string());
        if ours.as_deref() != Some(status) {
            found.push(format!("expected status {status}, got {ours:?}"));
        }
    }
    if let Some(seconds) = exact::number(&recorded["retry_after"]) {
        let Error::RateLimited { retry_after, .. } = error else {
            found.push(format!("expected retry_after {seconds}, got none"));
            return found;
        };
        let ours = retry_after.map(|wait| wait.as_secs_f64());
        if ours != seconds.parse().ok() {
            found.push(format!("expected retry_after {seconds}, got {ours:?}"));
        }
    }
    let last = line.exchanges.last();
    let was_told = last.is_some_and(|(_, reply)| {
        Some(reply.status) == error.status().map(Some)
            && reply
                .pieces
                .iter()
                .any(|(_, bytes)| !bytes.trim_ascii().is_empty())
    });
    if was_told
        && error
            .refusal()
            .is_some_and(|refusal| refusal.text.is_none())
    {
        found.push("the server's own words were lost".to_owned());
    }
    found
}

fn message(error: &Error) -> String {
    let text = error.refusal().and_then(|refusal| refusal.text.as_deref());
    text.map(|text| format!(": {text}")).unwrap_or_default()
}

/// Secrets of the caller in what comes back, unless the record has them there too.
fn leaks(line: &Line, token: &str, ours: &Result<Value, Error>) -> Vec<String> {
    let mut secrets = vec![token.to_owned()];
    for given in [&line.args, &line.config] {
        for member in given.iter().map(|(name, value)| (name.as_str(), value)) {
            collect(member, &mut secrets);
        }
    }
    let mut shown = Vec::new();
    match ours {
        Ok(value) => texts(value, &mut shown),
        Err(error) => {
            shown.push(format!("{error:?}"));
            shown.push(error.to_string());
            shown.extend(serde_json::to_string(&error.problem()));
        }
    }
    let recorded = exact::write(&line.outcome);
    secrets
        .into_iter()
        // A short one is a word that also stands elsewhere.
        .filter(|secret| secret.len() >= 3 && !recorded.contains(secret.as_str()))
        .filter(|secret| match ours {
            Ok(_) => shown.contains(secret),
            Err(_) => secret.len() >= 6 && shown.iter().any(|text| text.contains(secret.as_str())),
        })
        .map(|_| "a secret of the caller came back".to_owned())
        .collect()
}

fn collect((name, value): (&str, &Value), secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if SECRET_NAMES.contains(&name) => secrets.push(text.clone()),
        Value::Object(members) => {
            for (name, value) in members {
                collect((name, value), secrets);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect((name, item), secrets);
            }
        }
        _ => {}
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use patchbay_platforms::Refusal;
    use serde_json::json;

    use super::*;

    fn line(op: &str, args: Value, body: Value, outcome: Value) -> Line {
        let line = json!({
            "id": "a", "op": op, "args": args, "request": {},
            "response": {"status": 200, "headers": {}, "body": body}, "outcome": outcome
        });
        Line::read(&line.to_string()).unwrap()
    }

    fn found(recorded: Value, ours: Value) -> Vec<String> {
        let line = line("get", json!({}), Value::Null, json!({"ok": recorded}));
        differences("mistral", &line, "test-key", &Ok(ours))
    }

    #[test]
    fn a_typed_value_counts_alone() {
        let typed = json!({"type": "T", "value": {"a": 1}});
        assert!(found(typed.clone(), json!({"a": 1})).is_empty());
        assert!(!found(typed, json!({"a": 2})).is_empty());
        let wider = json!({"type": "T", "value": 1, "more": 1});
        assert!(found(wider.clone(), wider).is_empty());
    }

    #[test]
    fn an_acknowledgement_may_be_null_or_empty() {
        assert!(found(Value::Null, json!({})).is_empty());
        assert!(found(json!({}), Value::Null).is_empty());
        assert!(found(Value::Null, json!({"job_id": null})).is_empty());
        assert!(!found(Value::Null, json!({"message": "x"})).is_empty());
    }

    #[test]
    fn the_type_of_an_airbyte_connector_is_ignored() {
        let outcome = json!({"ok": {"id": "1", "type": "x"}});
        let line = line("connect", json!({}), Value::Null, outcome);
        let ours = Ok(json!({"id": "1"}));
        assert!(differences("airbyte", &line, "k", &ours).is_empty());
        assert!(!differences("mistral", &line, "k", &ours).is_empty());

        let outcome = json!({"ok": [{"id": "1", "type": "x"}]});
        let twice = self::line("connect", json!({}), Value::Null, outcome);
        let ours = Ok(json!([{"id": "1"}]));
        assert!(differences("airbyte", &twice, "k", &ours).is_empty());
    }

    #[test]
    fn timing_is_ignored() {
        assert!(found(json!({"yielded": 3, "text": "a"}), json!({"text": "a"})).is_empty());
    }

    #[test]
    fn relayed_json_compares_by_value() {
        let found = |recorded: (&str, &str), ours: (&str, &str)| {
            let relayed = |(text, kind): (&str, &str), other: &str| {
                let headers = json!({"content-type": kind, "x-other": other});
                json!({"status_code": 200, "headers": headers, "text": text})
            };
            let outcome = json!({"ok": relayed(recorded, "a")});
            let line = line("mcp_proxy", json!({}), Value::Null, outcome);
            differences("agentstack", &line, "test-key", &Ok(relayed(ours, "b"))).len()
        };
        let (json, plain) = ("application/json; charset=utf-8", "text/plain");
        assert_eq!(found(("{\"a\": 1}", json), ("{\"a\":1.0}", json)), 0);
        assert_eq!(found(("{\"a\": 1}", json), ("{\"a\":2}", json)), 1);
        assert_eq!(found(("{\"a\": 1}", plain), ("{\"a\":1}", plain)), 1);
    }

    #[test]
    fn a_secret_that_comes_back_is_reported() {
        let args = json!({"credentials": {"oauth": {"client_secret": "hush"}}});
        let body = json!({"message": "ok", "echo": "hush"});
        let line = line(
            "create",
            args,
            body.clone(),
            json!({"ok": {"message": "ok"}}),
        );
        assert_eq!(
            differences("mistral", &line, "test-key", &Ok(body)).len(),
            1
        );
    }

    #[test]
    fn errors_compare_by_kind_status_and_wait() {
        let limited = |status, retry_after| {
            Err(Error::RateLimited {
                retry_after,
                refusal: Box::new(Refusal {
                    status,
                    text: Some("slow".to_owned()),
                    ..Refusal::default()
                }),
            })
        };
        let recorded = json!({"kind": "rate_limited", "status": 429, "retry_after": 17});
        let line = line("get", json!({}), Value::Null, json!({"error": recorded}));
        let found = |ours| differences("mistral", &line, "test-key", &ours).len();
        assert_eq!(found(limited(429, Some(Duration::from_secs(17)))), 0);
        assert_eq!(found(limited(429, Some(Duration::from_secs(16)))), 1);
        assert_eq!(found(limited(429, None)), 1);
        assert_eq!(found(limited(430, Some(Duration::from_secs(17)))), 1);
        assert_eq!(found(Err(Error::Cancelled)), 3);
        assert_eq!(found(Ok(Value::Null)), 1);
    }

    #[test]
    fn lost_words_are_reported() {
        let body = json!({"detail": "no"});
        let mut line = line(
            "get",
            json!({}),
            body,
            json!({"error": {"kind": "not_found", "status": 404}}),
        );
        line.exchanges[0].1.status = Some(404);
        let error = |text: Option<&str>| {
            Err(Error::NotFound(Box::new(Refusal {
                status: 404,
                text: text.map(str::to_owned),
                ..Refusal::default()
            })))
        };
        assert!(differences("mistral", &line, "k", &error(Some("no"))).is_empty());
        assert_eq!(differences("mistral", &line, "k", &error(None)).len(), 1);
    }
}
