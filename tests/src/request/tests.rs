use patchbay_http::Clock as _;
use patchbay_model::Timestamp;
use serde_json::json;

use super::*;
use crate::ReplayClock;

fn line(request: Value, args: Value, config: Value) -> Line {
    let line = json!({
        "id": "a", "op": "get", "args": args, "config": config, "request": request,
        "response": {"status": 200, "headers": {}, "body": null}, "outcome": {"ok": null}
    });
    Line::read(&line.to_string()).unwrap()
}

fn arrival(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Arrival {
    Arrival {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
        at: ReplayClock::start().now(),
    }
}

fn found(request: Value, arrival: Arrival) -> Vec<String> {
    differences(&line(request, json!({}), json!({})), &[arrival])
}

fn target(recorded: &str, ours: &str) -> Vec<String> {
    let request =
        json!({"method": "GET", "path": recorded, "query": [], "headers": {}, "body": null});
    found(request, arrival("GET", ours, &[], ""))
}

fn body(recorded: &str, ours: &str) -> Vec<String> {
    let line = format!(
        r#"{{"id":"a","op":"o","args":{{}},"request":{{"method":"POST","path":"/","query":[],"headers":{{}},"body":{recorded}}},
        "response":{{"status":200,"headers":{{}},"body":null}},"outcome":{{"ok":null}}}}"#
    );
    let line = Line::read(&line).unwrap();
    differences(&line, &[arrival("POST", "/", &[], ours)])
}

#[test]
fn paths_compare_segment_by_segment_after_decoding() {
    assert!(target("/a+b", "/a%2Bb").is_empty());
    assert!(target("/%c3%a9", "/%C3%A9").is_empty());
    assert_eq!(target("/a%2Fb", "/a/b").len(), 1);
    assert_eq!(target("/a", "/a/").len(), 1);
    assert_eq!(target("/a", "/b").len(), 1);
    // A `%` that starts no escape never matches, itself included.
    assert_eq!(target("/100%", "/100%").len(), 1);
    assert_eq!(target("/100%", "/100%25").len(), 1);
}

#[test]
fn a_query_keeps_its_order() {
    let request = json!({
        "method": "GET", "path": "/", "query": [["a", "1 é"], ["b", ""]], "headers": {}, "body": null
    });
    let ours = |target| found(request.clone(), arrival("GET", target, &[], ""));
    assert!(ours("/?a=1+%C3%A9&b=").is_empty());
    assert_eq!(ours("/?b=&a=1+%C3%A9").len(), 1);
    assert_eq!(ours("/?a=1+%C3%A9").len(), 1);
    assert_eq!(ours("/?a=1+%C3%A9&b=&c=1").len(), 1);
}

#[test]
fn meaningful_headers_are_compared_and_no_others() {
    let request = json!({
        "method": "POST", "path": "/", "query": [], "body": {},
        "headers": {"authorization": "Bearer k", "content-type": "application/json", "user-agent": "x"}
    });
    let ours =
        |headers: &[(&str, &str)]| found(request.clone(), arrival("POST", "/", headers, "{}"));
    let usual = [
        ("authorization", "Bearer k"),
        ("content-type", "Application/JSON; charset=utf-8"),
    ];
    let with = |more| ours(&[usual[0], usual[1], more]);
    assert!(ours(&usual).is_empty());
    assert!(with(("accept-encoding", "gzip")).is_empty());
    assert_eq!(with(("mcp-session-id", "1")).len(), 1);
    assert_eq!(with(("x-organization-id", "o")).len(), 1);
    assert_eq!(with(("authorization", "Bearer k")).len(), 1);
    assert_eq!(ours(&usual[..1]).len(), 1);
    assert_eq!(ours(&[("authorization", "bearer k"), usual[1]]).len(), 1);
}

#[test]
fn headers_that_the_line_sets_are_compared() {
    let request = json!({
        "method": "GET", "path": "/", "query": [], "body": null,
        "headers": {"x-trace": "1", "user-agent": "theirs"}
    });
    let config = json!({"http_headers": {"X-Trace": "1", "User-Agent": "mine"}});
    let line = line(request, json!({"headers": {"Accept": "text/html"}}), config);
    let ours = |headers: &[(&str, &str)]| differences(&line, &[arrival("GET", "/", headers, "")]);
    assert!(ours(&[("x-trace", "1"), ("user-agent", "mine")]).is_empty());
    assert_eq!(ours(&[]).len(), 1);
    assert_eq!(ours(&[("x-trace", "1"), ("accept", "*/*")]).len(), 1);
}

#[test]
fn without_a_body_the_length_is_zero_or_absent() {
    let request = |headers| json!({"method": "PUT", "path": "/", "query": [], "headers": headers, "body": null});
    let zero = request(json!({"content-length": "0"}));
    let none = request(json!({}));
    let ours = |request: &Value, headers: &[(&str, &str)], body| {
        found(request.clone(), arrival("PUT", "/", headers, body)).len()
    };
    assert_eq!(ours(&zero, &[("content-length", "0")], ""), 0);
    assert_eq!(ours(&zero, &[], ""), 0);
    assert_eq!(ours(&none, &[("content-length", "0")], ""), 0);
    assert_eq!(ours(&none, &[], ""), 0);
    assert_eq!(ours(&none, &[("content-length", "2")], "{}"), 2);
}

#[test]
fn bodies_compare_by_value() {
    assert!(body(r#"{"a":1.0,"b":[1]}"#, r#"{"b":[1.0],"a":1}"#).is_empty());
    assert!(body("9007199254740993", "9007199254740993.0").is_empty());
    assert_eq!(body("9007199254740993", "9007199254740992").len(), 1);
    assert_eq!(
        body("123456789012345678901", "123456789012345678902").len(),
        1
    );
    assert_eq!(body(r#"{"a":null}"#, "{}").len(), 1);
    assert_eq!(body("{}", r#"{"a":null}"#).len(), 1);
    assert_eq!(body("[]", "null").len(), 1);
    assert_eq!(body("[1,2]", "[2,1]").len(), 2);
    assert_eq!(body("1", "\"1\"").len(), 1);
    assert_eq!(body("{}", "{").len(), 1);
    assert!(body(r#"{"$raw":"{url:"}"#, "{url:").is_empty());
    assert_eq!(body(r#"{"$raw":"{url:"}"#, "{}").len(), 1);
}

#[test]
fn a_request_too_many_or_too_few_is_reported() {
    let request = json!({"method": "GET", "path": "/", "query": [], "headers": {}, "body": null});
    let line = line(request, json!({}), json!({}));
    let get = || arrival("GET", "/", &[], "");
    assert!(differences(&line, &[get()]).is_empty());
    assert_eq!(differences(&line, &[]).len(), 1);
    assert_eq!(differences(&line, &[get(), get()]).len(), 1);
}

#[test]
fn waits_may_differ_by_a_quarter() {
    let at = |seconds: f64| {
        let start = Timestamp::parse("2026-10-21T07:27:30Z").unwrap();
        let mut arrival = arrival("GET", "/", &[], "");
        arrival.at = start + std::time::Duration::from_secs_f64(seconds);
        arrival
    };
    let found = |recorded: f64, ours: f64| {
        let waits = waits(&[at(0.0), at(ours)]);
        gaps(&[recorded], &waits, &waits).len()
    };
    assert_eq!(found(4.0, 5.0), 0);
    assert_eq!(found(4.0, 5.1), 1);
    assert_eq!(found(0.0, 0.3), 0);
    assert_eq!(found(0.0, 0.4), 1);
}

#[test]
fn a_wait_by_chance_may_be_any_that_it_allows() {
    let found = |recorded: f64| gaps(&[recorded], &[0.5], &[1.5]).len();
    for allowed in [0.2, 0.5, 0.9, 1.5, 2.0] {
        assert_eq!(found(allowed), 0, "{allowed}");
    }
    assert_eq!(found(0.1), 1);
    assert_eq!(found(2.1), 1);
}
