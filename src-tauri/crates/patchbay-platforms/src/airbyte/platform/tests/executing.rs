//! Actions, their pages, files and tools.

use patchbay_model::{Content, OperationEffect, RemoteId};

use super::*;
use crate::ToolRequest;
use crate::form::test_support::members;

fn executed(result: Value, metadata: Value) -> Response {
    json(
        200,
        json!({"status": "success", "result": result, "connector_metadata": metadata}),
    )
}

const LIST: &str =
    r#"{"connector_id": "a", "entity": "e", "action": "list", "params": {"limit": 2}}"#;

fn list() -> Value {
    serde_json::from_str(LIST).unwrap()
}

#[tokio::test]
async fn pages_end_with_the_last_one_or_with_a_cursor_that_came_before() {
    for (cursors, pages) in [
        (vec!["a", "b", ""], 3),
        (vec!["a", "a"], 2),
        (vec!["a", "b", "a", "b"], 3),
    ] {
        let server = Server::start(move |_, n| {
            let cursor = cursors.get(n).copied().unwrap_or_default();
            executed(
                json!([n]),
                json!({"has_next_page": true, "end_cursor": cursor}),
            )
        })
        .await;
        let platform = signed_in(&server);
        let all = call(&*platform, "execute_all", list()).await.unwrap();
        let data: Vec<usize> = (0..pages).collect();
        assert_eq!(all, json!({"success": true, "data": data, "pages": pages}));
        let seen = server.seen();
        assert_eq!(seen[1].body["params"], json!({"limit": 2}));
        assert_eq!(seen[2].body["params"], json!({"limit": 2, "cursor": "a"}));
    }
}

#[tokio::test]
async fn pages_end_with_the_cursor_that_they_began_with() {
    let server = Server::start(|_, n| executed(json!([n]), json!({"end_cursor": "b"}))).await;
    let platform = signed_in(&server);
    let mut given = list();
    given["params"] = json!({"cursor": "b"});
    let all = call(&*platform, "execute_all", given).await.unwrap();
    assert_eq!(all["pages"], 1);
}

#[tokio::test]
async fn the_next_page_is_never_the_one_that_was_sent() {
    let server = Server::start(|_, _| executed(json!([]), json!({}))).await;
    let platform = signed_in(&server);
    let tools = platform.tools().unwrap();
    let result = json!({"meta": {"has_next_page": true, "end_cursor": "b"}});
    let next = |cursor: &str| {
        let sent = members(json!({"params": {"cursor": cursor}}));
        tools.next_page(&sent, &result)
    };
    assert_eq!(next("a").unwrap()["params"], json!({"cursor": "b"}));
    assert_eq!(next("b"), None);
}

#[test]
fn what_may_remove_something_is_irreversible() {
    let table = (crate::airbyte::AIRBYTE.operations)();
    let effect = |name: &str, given: Value| {
        let operation = table.iter().find(|known| known.name == name);
        operation.unwrap().effect_of(&given)
    };
    for (action, expected) in [
        ("list", OperationEffect::Read),
        ("create", OperationEffect::Write),
        ("delete", OperationEffect::Irreversible),
        ("purge", OperationEffect::Irreversible),
    ] {
        let given = json!({"connector_id": "a", "entity": "e", "action": action});
        assert_eq!(effect("execute", given.clone()), expected, "{action}");
        assert_eq!(effect("execute_all", given), expected, "{action}");
    }
    for (method, expected) in [
        ("GET", OperationEffect::Read),
        ("PUT", OperationEffect::Write),
        ("delete", OperationEffect::Irreversible),
    ] {
        let given = json!({"method": method, "path": "/api/v1/workspaces/w"});
        assert_eq!(effect("http", given), expected, "{method}");
    }
}

#[tokio::test]
async fn asking_for_the_pages_of_a_file_is_no_fault_of_the_platform() {
    let file = |_: &Seen, _| ([("content-type", "text/csv")], "a,b").into_response();
    let server = Server::start(file).await;
    let platform = signed_in(&server);
    let mut download = list();
    download["action"] = "download".into();
    let refused = call(&*platform, "execute_all", download).await;
    assert_eq!(refused.unwrap_err().kind(), "usage");
}

#[tokio::test]
async fn an_id_is_looked_up_once_and_again_when_it_is_gone() {
    let server = Server::start(|seen, n| match (seen.line.contains('?'), n) {
        (true, n) => listed(json!([item(&format!("c-{n}"), "stripe")])),
        (false, 2) => json(404, json!({"message": "gone"})),
        (false, _) => executed(json!([]), Value::Null),
    })
    .await;
    let platform = signed_in(&server);
    let given = json!({"connector_definition_id": "Stripe", "entity": "e", "action": "list"});
    let mut kinds = Vec::new();
    for _ in 0..3 {
        let answer = call(&*platform, "execute", given.clone()).await;
        kinds.push(answer.map_or_else(|error| error.kind(), |_| "ok"));
    }
    assert_eq!(kinds, ["ok", "not_found", "ok"]);
    let lookup = "GET /integrations/connectors?workspace_name=default";
    assert_eq!(
        server.lines()[1..],
        [
            lookup,
            "POST /integrations/connectors/c-0/execute",
            "POST /integrations/connectors/c-0/execute",
            lookup,
            "POST /integrations/connectors/c-3/execute",
        ]
    );
}

#[tokio::test]
async fn a_tool_that_fails_says_so_in_its_result() {
    let server = Server::start(|seen, _| match seen.body["action"].as_str() {
        Some("create") => json(
            200,
            json!({"status": "failed", "message": "quota is used up"}),
        ),
        Some("download") => ([("content-type", "text/csv")], "a,b").into_response(),
        _ => executed(json!([{"id": 1}]), Value::Null),
    })
    .await;
    let platform = signed_in(&server);
    let tools = platform.tools().unwrap();
    let id = RemoteId::new("a");
    let options = CallOptions {
        capture: patchbay_http::Capture::enabled(),
        ..CallOptions::default()
    };
    let run = async |tool: &str, given: Value| {
        let given = given.as_object().unwrap().clone();
        tools
            .call_tool(ToolRequest::new(&id, tool, given), &options)
            .await
    };
    let listed = run("e.list", json!({"params": {"limit": 1}}))
        .await
        .unwrap();
    assert!(!listed.result.is_error);
    assert_eq!(
        listed.result.structured.unwrap()["data"],
        json!([{"id": 1}])
    );
    let sent = options.capture.take_exchange().unwrap().request;
    let sent: Value = serde_json::from_str(&sent.body.unwrap()).unwrap();
    assert_eq!(sent["entity"], "e");
    assert_eq!(sent["params"], json!({"limit": 1}));

    let failed = run("e.create", json!({})).await.unwrap();
    assert!(failed.result.is_error);
    let Content::Text { text, .. } = &failed.result.content[0] else {
        panic!("no text")
    };
    assert_eq!(text, "quota is used up");

    let any = json!({"entity": "files", "action": "download"});
    let file = run("execute", any).await.unwrap();
    let Content::Resource {
        blob, mime_type, ..
    } = &file.result.content[0]
    else {
        panic!("no file")
    };
    assert_eq!(mime_type.as_deref(), Some("text/csv"));
    assert_eq!(blob.as_deref(), Some("YSxi"));

    let unknown = run("e", json!({})).await.unwrap_err();
    assert_eq!(unknown.kind(), "not_found");
    let refused = run("e.list", json!({"odd": 1})).await.unwrap_err();
    assert_eq!(refused.kind(), "usage");
}

#[tokio::test]
async fn tools_are_not_listed_without_the_entities_that_a_limit_hides() {
    for (status, is_listed) in [(404, true), (500, true), (429, false)] {
        let server = Server::start(move |seen, _| match seen.line.contains("inspect") {
            true => json(status, json!({"message": "no"})),
            false => json(200, item("a", "stripe")),
        })
        .await;
        let platform = signed_in(&server);
        let options = CallOptions {
            retries: Some(Retries::Times(0)),
            ..CallOptions::default()
        };
        let tools = platform.tools().unwrap();
        let listed = tools.list_tools(&RemoteId::new("a"), &options).await;
        assert_eq!(listed.is_ok(), is_listed, "{status}");
    }
}
