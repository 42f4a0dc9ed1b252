use async_trait::async_trait;
use http::Method;
use patchbay_http::{Api, CallOptions, Path as ApiPath, Request};
use patchbay_platforms::{Error, NoToken};
use serde_json::json;

use super::*;

/// Gets `args.path` so many times as `args.times` says.
struct Toy;

#[async_trait]
impl Adapter for Toy {
    fn platform(&self) -> &'static str {
        "toy"
    }

    fn token(&self, _: &Map<String, Value>) -> String {
        "key\"1".to_owned()
    }

    async fn run(&self, line: &Line, stage: &Stage) -> Result<Value, Error> {
        let clock = Arc::clone(&stage.clock) as _;
        let api = Api::new(
            stage.clients.clone(),
            clock,
            &stage.base_url,
            Arc::new(NoToken),
        )?;
        let path = line.args["path"].as_str().unwrap_or_default();
        let mut body = Value::Null;
        for _ in 0..line.args.get("times").and_then(Value::as_u64).unwrap_or(1) {
            let request = Request::new(Method::GET, ApiPath::new(path));
            let answer = api.send(request, &CallOptions::default()).await?;
            body = answer.json_or_null()?;
        }
        Ok(body)
    }
}

/// Replays one line built of these, and gives what differs.
async fn differences(id: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut line = json!({
        "id": id, "op": "get", "args": {"path": "/a"},
        "request": {"method": "GET", "path": "/a", "query": [], "headers": {}, "body": null},
        "response": {"status": 200, "headers": {}, "body": {"n": 1}},
        "outcome": {"ok": {"n": 1}}
    });
    change(&mut line);
    let mut verdicts = file(&line.to_string()).await.unwrap();
    assert_eq!(verdicts.len(), 1);
    verdicts.remove(0).differences
}

async fn file(text: &str) -> Result<Vec<Verdict>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy.some.jsonl");
    std::fs::write(&path, text).unwrap();
    replay(&path, &[], &[&Toy]).await
}

fn fails(kind: &str) -> Value {
    json!({"error": {"kind": kind, "status": null}})
}

#[tokio::test]
async fn a_line_as_recorded_passes_and_a_change_does_not() {
    assert!(differences("a", |_| ()).await.is_empty());
    assert_eq!(
        differences("a", |line| line["request"]["path"] = json!("/b"))
            .await
            .len(),
        1
    );
    assert_eq!(
        differences("a", |line| line["outcome"] = json!({"ok": {"n": 2}}))
            .await
            .len(),
        1
    );
    let headers = json!({"authorization": "Bearer <token>"});
    assert_eq!(
        differences("a", |line| line["request"]["headers"] = headers).await,
        ["request 1: authorization: expected Bearer key\"1, got nothing"]
    );
}

#[tokio::test]
async fn a_request_that_was_not_recorded_fails() {
    let found = differences("a", |line| line["args"]["times"] = json!(2)).await;
    assert!(
        found[0].starts_with("expected 1 requests, got 2"),
        "{found:?}"
    );
    let found = differences("a", |line| line["request"] = Value::Null).await;
    assert!(
        found[0].starts_with("expected 0 requests, got 1"),
        "{found:?}"
    );
}

#[tokio::test]
async fn connections_are_dropped_cut_and_refused_as_told() {
    let answered = |response: Value| {
        differences("a", move |line| {
            line["response"] = response;
            line["outcome"] = fails("transport");
        })
    };
    assert!(answered(json!({"dropped": true})).await.is_empty());
    let cut = json!({"status": 200, "headers": {}, "body": {}, "cut_short": true});
    assert!(answered(cut).await.is_empty());
    let cut = json!({"status": 200, "headers": {}, "chunks": ["{", "}"], "cut_short": true});
    assert!(answered(cut).await.is_empty());
    let refused = differences("a", |line| {
        line["config"] = json!({"unreachable": true});
        line["request"] = Value::Null;
        line["outcome"] = fails("transport");
    });
    assert!(refused.await.is_empty());
}

#[tokio::test]
async fn every_form_of_a_body_is_served() {
    for response in [
        json!({"chunks": ["{\"n\"", ":1}"], "chunk_gap_s": 0.01}),
        json!({"chunks_base64": ["eyJuIg==", "OjF9"]}),
        json!({"body_text": "{\"n\":1}"}),
        json!({"body_base64": "eyJuIjoxfQ=="}),
        json!({"body_text": "{\"n\":1}", "parts": [[0.0, 3], [0.02, 4]]}),
        json!({"body": {"n": 1}, "delay_s": 0.01}),
    ] {
        let mut response = response;
        response["status"] = json!(200);
        response["headers"] = json!({"x-one": "1"});
        let found = differences("a", |line| line["response"] = response.clone()).await;
        assert!(found.is_empty(), "{response} {found:?}");
    }
}

#[tokio::test]
async fn placeholders_stand_for_the_server() {
    let found = differences("a", |line| {
        line["response"]["body"] = json!({"n": "{base_url}/x", "host": "{host}"});
        line["outcome"] = json!({"ok": {"n": "{base_url}/x", "host": "{host}"}});
    });
    assert!(found.await.is_empty());
}

#[tokio::test]
async fn skipped_repeated_and_unreadable_lines_are_told_apart() {
    let skipped = json!({"id": "a", "op": "x", "outcome": {"ok": 1}, "replay": "skip", "why": "w",
        "response": {"status": 200, "headers": {}}});
    let verdicts = file(&format!("{skipped}\n\n{skipped}\nnonsense\n"))
        .await
        .unwrap();
    assert!(verdicts[0].is_skipped && verdicts[0].differences.is_empty());
    assert_eq!(verdicts[1].differences, ["its id stands in the file twice"]);
    assert_eq!(verdicts[2].name, "toy/line 4");
    assert_eq!(verdicts[2].differences.len(), 1);
}

#[tokio::test]
async fn a_file_of_an_unknown_platform_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.wire.jsonl");
    std::fs::write(&path, "").unwrap();
    assert!(replay(&path, &[], &[&Toy]).await.is_err());
    assert!(
        replay(&folder.path().join("toy.jsonl"), &[], &[&Toy])
            .await
            .is_err()
    );
}
