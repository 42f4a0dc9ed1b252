//! Compares what arrived with what was recorded.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::exact;
use crate::line::Line;
use crate::server::Arrival;

/// Compared in every line, besides every `mcp-*` and those that the line sets.
const COMPARED: [&str; 6] = [
    "authorization",
    "content-type",
    "x-organization-id",
    "x-client-name",
    "x-workspace-id",
    "last-event-id",
];

/// Never compared: they name the client, or what it can decode.
const OWN: [&str; 3] = ["accept-encoding", "user-agent", "x-adp-agent-sdk"];

/// Tells what differs between the requests of a line and those that arrived, but for the time between
/// them.
pub(crate) fn differences(line: &Line, arrivals: &[Arrival]) -> Vec<String> {
    let mut found = Vec::new();
    if arrivals.len() != line.exchanges.len() {
        let names: Vec<String> = arrivals
            .iter()
            .map(|arrival| format!("{} {}", arrival.method, arrival.target))
            .collect();
        found.push(format!(
            "expected {} requests, got {}: {}",
            line.exchanges.len(),
            arrivals.len(),
            names.join(", ")
        ));
    }
    let names = given_headers(line);
    for (n, ((recorded, _), arrival)) in line.exchanges.iter().zip(arrivals).enumerate() {
        let here = one(recorded, arrival, &names);
        found.extend(
            here.into_iter()
                .map(|what| format!("request {}: {what}", n + 1)),
        );
    }
    found
}

fn one(recorded: &Value, arrival: &Arrival, names: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |what: &str, recorded: String, ours: String| {
        if recorded != ours {
            found.push(format!("{what}: expected {recorded}, got {ours}"));
        }
    };
    let method = exact::text(&recorded["method"]).unwrap_or_default();
    expect("method", method.to_owned(), arrival.method.clone());
    let (path, query) = match arrival.target.split_once('?') {
        Some((path, query)) => (path, query),
        None => (arrival.target.as_str(), ""),
    };
    let recorded_path = exact::text(&recorded["path"]).unwrap_or_default();
    if segments(recorded_path).is_none() || segments(recorded_path) != segments(path) {
        expect("path", format!("{recorded_path} "), path.to_owned());
    }
    let pairs: Vec<Value> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| Value::from(vec![name.into_owned(), value.into_owned()]))
        .collect();
    let recorded_query = match &recorded["query"] {
        Value::Null => Value::Array(Vec::new()),
        query => query.clone(),
    };
    expect(
        "query",
        recorded_query.to_string(),
        Value::Array(pairs).to_string(),
    );
    headers(recorded, arrival, names, &mut expect);
    body(&recorded["body"], arrival, &mut found);
    found
}

/// The segments of a path as bytes; `None` where a `%` starts no escape.
fn segments(path: &str) -> Option<Vec<Vec<u8>>> {
    let is_escape = |after: &str| {
        after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
    };
    path.split('/')
        .map(|segment| {
            let whole = segment.split('%').skip(1).all(is_escape);
            whole.then(|| percent_decode_str(segment).collect())
        })
        .collect()
}

fn headers(
    recorded: &Value,
    arrival: &Arrival,
    names: &BTreeSet<String>,
    expect: &mut impl FnMut(&str, String, String),
) {
    let recorded_header = |name: &str| exact::text(&recorded["headers"][name]);
    let mcp = |name: &&str| name.starts_with("mcp-");
    let recorded_names = recorded["headers"].as_object().into_iter().flatten();
    let all: BTreeSet<&str> = COMPARED
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .chain(recorded_names.map(|(name, _)| name.as_str()).filter(mcp))
        .chain(
            arrival
                .headers
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(mcp),
        )
        .collect();
    for name in all {
        let read = |value: Option<&str>| match value {
            None => "nothing".to_owned(),
            Some(value) if name == "content-type" => {
                let media_type = value.split(';').next().unwrap_or_default();
                media_type.trim().to_lowercase()
            }
            Some(value) => value.to_owned(),
        };
        let times = arrival
            .headers
            .iter()
            .filter(|(each, _)| each == name)
            .count();
        if times > 1 {
            expect(name, "it once".to_owned(), format!("it {times} times"));
        }
        expect(
            name,
            read(recorded_header(name)),
            read(arrival.header(name)),
        );
    }
    // Without a body both say the same.
    let length = arrival.header("content-length").unwrap_or("0");
    if recorded["body"].is_null() && length != "0" {
        expect(
            "content-length",
            "0 or nothing".to_owned(),
            length.to_owned(),
        );
    }
}

/// Names of the headers that the line itself sets, in lower case.
fn given_headers(line: &Line) -> BTreeSet<String> {
    let config = line
        .config
        .iter()
        .filter(|(name, _)| name.contains("header") && *name != "show_headers");
    let args = line.args.iter().filter(|(name, _)| *name == "headers");
    let in_config = config.flat_map(|(_, value)| match value {
        Value::Object(members) => members.keys().map(|name| name.to_lowercase()).collect(),
        // A header as name and value.
        Value::Array(pair) => pair
            .first()
            .and_then(Value::as_str)
            .map(|name| vec![name.to_lowercase()])
            .unwrap_or_default(),
        _ => Vec::new(),
    });
    let is_compared = |name: &String| {
        !OWN.contains(&name.as_str()) && !name.starts_with("x-fern-") && name != "accept"
    };
    let in_args = args.flat_map(|(_, value)| value.as_object().into_iter().flatten());
    let in_args = in_args.map(|(name, _)| name.to_lowercase());
    in_config
        .filter(is_compared)
        .chain(in_args.filter(|name| is_compared(name) || name == "accept"))
        .filter(|name| name != "content-length")
        .collect()
}

fn body(recorded: &Value, arrival: &Arrival, found: &mut Vec<String>) {
    let text = String::from_utf8_lossy(&arrival.body);
    if recorded.is_null() {
        if !arrival.body.is_empty() {
            found.push(format!("body: expected none, got {text}"));
        }
        return;
    }
    let raw = recorded.as_object().filter(|members| members.len() == 1);
    if let Some(raw) = raw.and_then(|members| members.get("$raw")) {
        if exact::text(raw) != Some(&text) {
            found.push(format!("body: expected {}, got {text}", exact::write(raw)));
        }
        return;
    }
    match exact::read(&text) {
        None => found.push(format!("body: expected JSON, got {text:?}")),
        Some(ours) => json("body", recorded, &ours, found),
    }
}

/// Compares two JSON values: absent and null differ, numbers by value.
fn json(at: &str, recorded: &Value, ours: &Value, found: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            for (name, value) in recorded {
                match ours.get(name) {
                    Some(ours) => json(&format!("{at}/{name}"), value, ours, found),
                    None => found.push(format!(
                        "{at}/{name}: expected {}, it is missing",
                        exact::write(value)
                    )),
                }
            }
            for (name, value) in ours {
                if !recorded.contains_key(name) {
                    found.push(format!(
                        "{at}/{name}: not expected, got {}",
                        exact::write(value)
                    ));
                }
            }
        }
        (Value::Array(recorded), Value::Array(ours)) if recorded.len() == ours.len() => {
            for (n, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
                json(&format!("{at}/{n}"), recorded, ours, found);
            }
        }
        _ => {
            let same = match (exact::number(recorded), exact::number(ours)) {
                (Some(recorded), Some(ours)) => exact::same_number(recorded, ours),
                _ => recorded == ours,
            };
            if !same {
                found.push(format!(
                    "{at}: expected {}, got {}",
                    exact::write(recorded),
                    exact::write(ours)
                ));
            }
        }
    }
}

/// What the clock moved from each request to the next, in seconds.
pub(crate) fn waits(arrivals: &[Arrival]) -> Vec<f64> {
    let wait = |pair: &[Arrival]| (pair[1].at.instant() - pair[0].at.instant()).as_seconds_f64();
    arrivals.windows(2).map(wait).collect()
}

/// Tells which recorded waits lie outside of ours, which go from `shortest` to `longest`: by more than a
/// quarter or 0.3 s, whichever is more.
pub(crate) fn gaps(recorded: &[f64], shortest: &[f64], longest: &[f64]) -> Vec<String> {
    let ours = shortest.iter().zip(longest);
    let is_off = |recorded: f64, (shortest, longest): (f64, f64)| {
        let off = (recorded - longest).max(shortest - recorded);
        off > (recorded.abs() * 0.25).max(0.3) + 1e-9
    };
    recorded
        .iter()
        .zip(ours)
        .enumerate()
        .filter(|(_, (recorded, (shortest, longest)))| is_off(**recorded, (**shortest, **longest)))
        .map(|(n, (recorded, (shortest, longest)))| {
            format!(
                "wait {}: expected {recorded} s, got {shortest} to {longest} s",
                n + 1
            )
        })
        .collect()
}

#[cfg(test)]
mod tests;
