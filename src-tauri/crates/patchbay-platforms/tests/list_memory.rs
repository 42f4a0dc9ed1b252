//! How much memory lists of hostile servers take.
//!
//! A binary of its own, since what other tests hold would count too.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test, its server included")]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::stream;
use patchbay_model::Tool;
use patchbay_platforms::Error;
use patchbay_platforms::mcp::{McpLimits, McpTarget, connect};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const MIB: usize = 1024 * 1024;

/// Bytes of a list that is taken, and of one that is more than the limit.
const TAKEN: usize = 4 * MIB;
const TOO_LARGE: usize = 16 * MIB;

/// How many servers of a kind are listed.
const SERVERS: usize = 4;

/// Most that may come on top, whatever is sent.
const MAX_GROWTH: usize = 100 * MIB;

/// What the schemas of the tools are full of.
#[derive(Clone, Copy, Debug)]
enum Filling {
    Text,
    Numbers,
    SmallObjects,
    DeepObjects,
}

impl Filling {
    /// Members of a schema, of about 100 kB, without the last one's comma.
    fn piece(self) -> String {
        let repeated = |one: &str| format!("\"enum\":[{}0]", one.repeat(100_000 / one.len()));
        match self {
            Self::Text => format!("\"title\":\"{}\"", "x".repeat(100_000)),
            Self::Numbers => repeated("0,"),
            Self::SmallObjects => repeated("{\"a\":0},"),
            Self::DeepObjects => {
                let deep = format!("{}0{},", "{\"a\":".repeat(80), "}".repeat(80));
                repeated(&deep)
            }
        }
    }
}

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}

/// A page of so many bytes, made while it is sent so that the server itself holds next to nothing.
fn page(id: &Value, filling: Filling, bytes: usize, from: usize, next: Option<usize>) -> Response {
    let piece = Bytes::from(filling.piece());
    let count = bytes / (piece.len() + 60);
    let start = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":["#);
    let end = match next {
        Some(next) => format!(r#"],"nextCursor":"{next}"}}}}"#),
        None => "]}}".to_owned(),
    };
    let tools = (0..count).flat_map(move |nth| {
        let comma = if nth == 0 { "" } else { "," };
        let name = from + nth;
        let head = format!(r#"{comma}{{"name":"t{name}","inputSchema":{{"#);
        [Bytes::from(head), piece.clone(), Bytes::from_static(b"}}")]
    });
    let all = std::iter::once(Bytes::from(start))
        .chain(tools)
        .chain(std::iter::once(Bytes::from(end)));
    let body = Body::from_stream(stream::iter(all.map(Ok::<_, std::io::Error>)));
    ([("content-type", "application/json")], body).into_response()
}

fn answer(message: &Value, filling: Filling, (bytes, pages): (usize, usize)) -> Response {
    let id = &message["id"];
    let result = |result: Value| {
        axum::Json(json!({"jsonrpc": "2.0", "id": id, "result": result})).into_response()
    };
    match message["method"].as_str().unwrap() {
        "initialize" => result(json!({
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
            "serverInfo": {"name": "large", "version": "1"},
        })),
        "tools/list" => {
            let cursor = message["params"]["cursor"].as_str();
            let nth: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
            let next = (nth + 1 < pages).then_some(nth + 1);
            // A little less than the limit of a page.
            page(id, filling, bytes / pages - 64 * 1024, nth * 1000, next)
        }
        "server/discover" => {
            let error = json!({"code": -32601, "message": "Method not found"});
            axum::Json(json!({"jsonrpc": "2.0", "id": id, "error": error})).into_response()
        }
        _ => StatusCode::ACCEPTED.into_response(),
    }
}

async fn list(filling: Filling, size: (usize, usize)) -> Result<Vec<Tool>, Error> {
    let handler = move |body: Bytes| {
        let message: Value = serde_json::from_slice(&body).unwrap();
        std::future::ready(answer(&message, filling, size))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let router = Router::new().route("/mcp", post(handler));
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let target = McpTarget::anonymous(url.parse().unwrap());
    let cancel = CancellationToken::new();
    let session = connect(&http, target, McpLimits::DEFAULT, &cancel).await?;
    let listed = session.list_tools(&cancel).await;
    session.close().await;
    server.abort();
    listed
}

#[tokio::test]
async fn large_lists_take_little_memory() {
    // One of each, so that what is made once does not count.
    list(Filling::Text, (TAKEN, 16)).await.unwrap();
    let cases = [
        (Filling::Text, TAKEN, 4),
        (Filling::Text, TOO_LARGE, 1),
        (Filling::Text, TOO_LARGE, 4),
        (Filling::Numbers, TOO_LARGE, 1),
        (Filling::Numbers, TOO_LARGE, 4),
        (Filling::SmallObjects, TOO_LARGE, 4),
        (Filling::DeepObjects, TOO_LARGE, 4),
    ];
    for (filling, bytes, pages) in cases {
        let before = resident();
        let mut most = before;
        let mut kept = Vec::new();
        for _ in 0..SERVERS {
            let listed = list(filling, (bytes, pages)).await;
            most = most.max(resident());
            match bytes {
                TAKEN => assert!(!listed.as_ref().unwrap().is_empty()),
                _ => assert!(listed.is_err(), "{filling:?} in {pages} pages"),
            }
            // As an app does that has all of them open.
            kept.push(listed);
        }
        let growth = most - before;
        eprintln!(
            "{SERVERS} lists of {} MiB of {filling:?} in {pages} pages: {} KiB more",
            bytes / MIB,
            growth / 1024
        );
        assert!(
            growth <= MAX_GROWTH,
            "{filling:?} in {pages} pages: {growth}"
        );
    }
}
