//! Answers that are well formed and not what they should be: other ids, other issuers, too many, challenges.

use std::sync::Arc;

use patchbay_playground::Reply;
use serde_json::{Value, json};

use super::Exchange;
use super::app::try_answer;
use crate::traps::Traps;

type Edit = fn(&mut Value);

async fn try_edit(case: &str, exchange: Exchange, traps: &Arc<Traps>, edit: Edit) {
    let change = move |reply: &mut Reply| {
        if let Some(mut json) = reply.json() {
            edit(&mut json);
            reply.set_json(&json);
        }
    };
    try_answer(case.to_owned(), exchange, Arc::clone(traps), change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protocol_answer_of_the_wrong_shape_is_an_error_and_no_more() {
    let traps = Arc::new(Traps::set().await);
    let edits: [(&str, Edit); 8] = [
        ("another id", |json| json["id"] = json!(987_654_321)),
        ("an id that is text", |json| json["id"] = json!("1")),
        ("no id", |json| json["id"] = Value::Null),
        ("an error and a result", |json| {
            json["error"] = json!({ "code": -1, "message": "both", "data": { "a": [1] } });
        }),
        ("an error of the wrong shape", |json| {
            *json = json!({ "jsonrpc": "2.0", "id": json["id"], "error": "no" });
        }),
        ("a request of the server", |json| {
            *json = json!({
                "jsonrpc": "2.0", "id": json["id"], "method": "sampling/createMessage", "params": {}
            });
        }),
        ("numbers for texts", |json| {
            json["result"] = json!({ "tools": 7, "content": 7, "resources": 7, "prompts": 7 });
        }),
        ("the next page is the same for ever", |json| {
            json["result"]["nextCursor"] = json!("again");
        }),
    ];
    for exchange in [
        Exchange::Handshake,
        Exchange::ToolList,
        Exchange::ToolResult,
        Exchange::ResourceList,
        Exchange::Resource,
        Exchange::PromptList,
        Exchange::Prompt,
    ] {
        for (name, edit) in edits {
            // Without an answer a call waits as long as a person lets it; `limits` of the client says so.
            let waits = name.contains("id") && exchange != Exchange::Handshake;
            if !waits && name != "a request of the server" {
                try_edit(&format!("{exchange:?} has {name}"), exchange, &traps, edit).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_nobody_asked_for_change_nothing() {
    let traps = Arc::new(Traps::set().await);
    let notes = [
        json!({ "jsonrpc": "2.0", "method": "notifications/progress",
            "params": { "progressToken": 1, "progress": 1e308, "total": -1, "message": "\u{1b}[2J\u{202e}" } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/message",
            "params": { "level": "emergency", "data": "\u{1b}]0;x\u{7}" } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" }),
        json!({ "jsonrpc": "2.0", "id": 424_242, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": "x", "method": "elicitation/create", "params": {} }),
        json!({ "jsonrpc": "2.0", "id": "y", "method": "roots/list" }),
    ];
    for exchange in [Exchange::ToolList, Exchange::ToolResult, Exchange::Prompt] {
        let notes = notes.clone();
        let change = move |reply: &mut Reply| {
            let Some(good) = reply.json() else { return };
            let events: String = notes
                .iter()
                .cycle()
                .take(300)
                .map(|note| format!("event: message\nid: \u{1b}7\nretry: 0\ndata: {note}\n\n"))
                .collect();
            reply.set_header("content-type", "text/event-stream");
            reply.body = format!(": {}\n{events}data: {good}\n\n", "x".repeat(10_000)).into_bytes();
        };
        let case = format!("{exchange:?} among events");
        try_answer(case, exchange, Arc::clone(&traps), change).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_no_events_are_an_error_and_no_more() {
    let traps = Arc::new(Traps::set().await);
    let frames: [(&str, &[u8]); 5] = [
        ("no line breaks", &[b'd'; 100_000]),
        ("bytes that are not UTF-8", b"data: \xff\xfe{\"a\":1}\n\n"),
        ("only comments", b": \n: \n: \n\n"),
        (
            "fields without names",
            b":\n\n:::\n\ndata\ndata\ndata\n\nid\nretry: -1\n\n",
        ),
        ("carriage returns", b"data: {\rdata: }\r\rdata: 1\r\r"),
    ];
    for (name, bytes) in frames {
        let change = move |reply: &mut Reply| {
            reply.set_header("content-type", "text/event-stream");
            reply.body = bytes.to_vec();
        };
        let case = format!("the tools come as {name}");
        try_answer(case, Exchange::Handshake, Arc::clone(&traps), change).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_leads_nowhere_else_and_ends() {
    let traps = Arc::new(Traps::set().await);
    let elsewhere = traps.elsewhere();
    let marker = traps.marker();
    let challenges = [
        format!("Bearer resource_metadata=\"{elsewhere}\""),
        "Bearer resource_metadata=\"file:///etc/passwd\", scope=\"a\"".to_owned(),
        "Bearer resource_metadata=\"javascript:alert(1)\"".to_owned(),
        "Bearer resource_metadata=\"https://169.254.169.254/\"".to_owned(),
        format!("Bearer scope=\"cmd://touch {}\"", marker.display()),
        format!("Bearer scope=\"{}\"", "scope ".repeat(2_000)),
        "Bearer error=\"\\\"\\\\\", =,,==, realm=\"".to_owned(),
        "Basic ".repeat(2_000),
        "Bearer \u{85}\u{9b}31m".to_owned(),
    ];
    for (number, challenge) in challenges.into_iter().enumerate() {
        for status in [401, 403] {
            let challenge = challenge.clone();
            let change = move |reply: &mut Reply| {
                reply.status = status;
                reply.set_header("www-authenticate", challenge.clone());
                reply.set_text(b"");
            };
            let case = format!("challenge {number} with {status}");
            try_answer(case, Exchange::ToolList, Arc::clone(&traps), change).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_an_error_status_is_text_and_no_more() {
    let traps = Arc::new(Traps::set().await);
    for exchange in Exchange::ALL {
        for status in [400, 404, 429, 500, 503] {
            let marker = traps.marker();
            let change = move |reply: &mut Reply| {
                reply.status = status;
                reply.set_header("retry-after", "99999999999999999999");
                reply.set_header("content-type", "application/json");
                let payload = format!("cmd://touch {} \u{1b}[2J\u{202e}", marker.display());
                let body = json!({
                    "error": payload, "error_description": payload, "error_uri": "javascript:alert(1)",
                    "message": payload, "detail": { "a": [payload] }
                });
                reply.body = body.to_string().into_bytes();
            };
            let case = format!("{exchange:?} fails with {status}");
            try_answer(case, exchange, Arc::clone(&traps), change).await;
        }
    }
}
