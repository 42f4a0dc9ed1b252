//! Servers that exceed limits, stay silent, or stop in the middle.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures::{StreamExt, stream};
use patchbay_model::{Code, Explain};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::hand_made::{self, ReceivedMessage};
use super::*;
use crate::Unreachable;

/// Limits for small responses, with a short idle timeout.
const TIGHT: McpLimits = McpLimits {
    idle: Duration::from_millis(300),
    total: Duration::from_secs(20),
    list_pages: 5,
    list_items: 20,
    list_bytes: 50_000,
    body_bytes: 20_000,
    ..McpLimits::DEFAULT
};

/// The error of listing the tools of a server that responds so.
async fn list_error<F>(respond: F) -> Error
where
    F: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
{
    list_error_within(TIGHT, respond).await
}

async fn list_error_within<F>(limits: McpLimits, respond: F) -> Error
where
    F: Fn(ReceivedMessage) -> Response + Clone + Send + Sync + 'static,
{
    let server = Server::start(hand_made::legacy(respond)).await;
    let session = connect_within(&server.url, limits).await.unwrap();
    tools_of(&session).await.err().unwrap()
}

/// As [`list_error`], of a server whose every page has another cursor.
async fn endless_list_error(
    limits: McpLimits,
    tools: impl Fn(&str) -> Value + Clone + Send + Sync + 'static,
) -> Error {
    let pages = Arc::new(AtomicUsize::new(0));
    list_error_within(limits, move |request| {
        let cursor = pages.fetch_add(1, Ordering::SeqCst).to_string();
        request.respond(json!({"tools": tools(&cursor), "nextCursor": cursor}))
    })
    .await
}

fn assert_too_large(error: &Error, most: u64) {
    let is_too_large = matches!(error, Error::TooLarge { limit } if *limit == most);
    assert!(is_too_large, "{error}");
}

fn assert_lost(error: &Error) {
    let is_lost = matches!(error, Error::Unreachable { how, .. } if *how == Unreachable::Lost);
    assert!(is_lost, "{error:?}");
}

fn tools(count: usize, padding: usize) -> Value {
    let words = "x".repeat(padding);
    (0..count)
        .map(|n| json!({"name": format!("t{n}"), "description": words, "inputSchema": {}}))
        .collect()
}

#[tokio::test]
async fn an_event_that_is_not_utf_8_fails_its_request_at_once() {
    let error = list_error(|request| {
        let answer = json!({"jsonrpc": "2.0", "id": request.id, "result": {"tools": [], "x": "X"}});
        let event = hand_made::event(&answer)
            .replace("data", "id: 1\ndata")
            .into_bytes();
        let bytes: Vec<u8> = event
            .into_iter()
            .map(|byte| if byte == b'X' { 0xff } else { byte })
            .collect();
        let kind = [(header::CONTENT_TYPE, "text/event-stream")];
        (kind, bytes).into_response()
    });
    assert_eq!(
        error.await.to_string(),
        "the server violated the MCP protocol: malformed response"
    );
}

#[tokio::test]
async fn an_endless_list_ends() {
    let error = endless_list_error(TIGHT, |_| json!([])).await;
    assert_eq!(
        error.to_string(),
        "the server violated the MCP protocol: tools list has more than 5 pages"
    );
}

#[tokio::test]
async fn a_list_that_repeats_itself_ends() {
    let page = json!({"tools": [], "nextCursor": "again"});
    let error = list_error(move |request| request.respond(page.clone())).await;
    assert!(error.to_string().ends_with("tools list loops"), "{error}");
}

#[tokio::test]
async fn an_empty_cursor_ends_a_list_of_the_older_era() {
    let page = json!({"tools": tools(1, 0), "nextCursor": ""});
    let (_server, session) = serve(hand_made::legacy(move |request| {
        request.respond(page.clone())
    }))
    .await;
    assert_eq!(tools_of(&session).await.unwrap().len(), 1);
}

#[tokio::test]
async fn too_many_tools_end_a_list() {
    let error = list_error(|request| request.respond(json!({"tools": tools(21, 0)}))).await;
    assert!(error.to_string().ends_with("more than 20 tools"), "{error}");
}

#[tokio::test]
async fn too_many_bytes_end_a_list() {
    let error = endless_list_error(TIGHT, |_| tools(1, 15_000)).await;
    assert_too_large(&error, 50_000);
}

/// The errors for a page that is sent as JSON, and as an event.
async fn page_errors(result: Value, limits: McpLimits) -> [Error; 2] {
    let page = result.clone();
    let as_json = list_error_within(limits, move |request| request.respond(page.clone())).await;
    let as_event = list_error_within(limits, move |request| {
        hand_made::events(stream::iter([Ok(request.event(result.clone()))]))
    });
    [as_json, as_event.await]
}

#[tokio::test]
async fn a_page_of_too_many_values_is_given_up_while_it_is_read() {
    let limits = McpLimits {
        values: 100,
        ..TIGHT
    };
    let schema = json!({"enum": vec![0; 200]});
    let page = json!({"tools": [{"name": "a", "inputSchema": schema}]});
    for error in page_errors(page, limits).await {
        assert_eq!(error.to_string(), "the response has more than 100 values");
        assert_eq!(error.code(), Code::NetworkTooLarge);
    }
}

#[tokio::test]
async fn a_page_that_is_nested_too_deeply_is_given_up_while_it_is_read() {
    let nested = (0..120).fold(json!(1), |inner, _| json!([inner]));
    let page = json!({"tools": [{"name": "a", "inputSchema": {"x": nested}}]});
    for error in page_errors(page, TIGHT).await {
        assert_eq!(error.to_string(), "the response has more than 100 levels");
    }
}

#[tokio::test]
async fn a_page_of_too_many_bytes_is_given_up_though_another_answer_might_have_them() {
    let limits = McpLimits {
        page_bytes: 5_000,
        ..TIGHT
    };
    for error in page_errors(json!({"tools": tools(1, 10_000)}), limits).await {
        assert_too_large(&error, 5_000);
    }
}

#[tokio::test]
async fn the_values_of_all_pages_are_counted() {
    let limits = McpLimits {
        values: 100,
        ..TIGHT
    };
    let error = endless_list_error(
        limits,
        |name| json!([{"name": name, "inputSchema": {"enum": vec![0; 40]}}]),
    )
    .await;
    assert_eq!(error.to_string(), "the response has more than 100 values");
}

#[tokio::test]
async fn a_list_that_goes_on_at_an_endless_place_is_given_up() {
    let limits = McpLimits {
        page_bytes: 50_000,
        body_bytes: 50_000,
        ..TIGHT
    };
    let page = json!({"tools": [], "nextCursor": "x".repeat(20_000)});
    for error in page_errors(page, limits).await {
        assert_eq!(error.code(), Code::McpProtocol, "{error}");
    }
}

#[tokio::test]
async fn a_huge_answer_is_cut_off() {
    let error = list_error(|request| {
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>("x".repeat(1000)));
        let start = stream::iter([Ok(format!(
            r#"{{"jsonrpc":"2.0","id":{},"x":""#,
            request.id
        ))]);
        let kind = [("content-type", "application/json")];
        (kind, axum::body::Body::from_stream(start.chain(endless))).into_response()
    })
    .await;
    assert_too_large(&error, 20_000);
}

#[tokio::test]
async fn a_huge_event_is_cut_off() {
    let error = list_error(|_| {
        let endless = stream::repeat_with(|| Ok("x".repeat(1000)));
        // With an event id, so that resuming the stream would be possible.
        hand_made::events(stream::iter([Ok("id: 1\ndata: ".to_owned())]).chain(endless))
    })
    .await;
    assert_too_large(&error, 20_000);
}

#[tokio::test]
async fn a_silent_stream_times_out() {
    let error = list_error(|_| hand_made::events(stream::pending())).await;
    assert!(
        matches!(error, Error::TimedOut { after } if after == TIGHT.idle),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_cut_in_the_middle_is_a_lost_connection() {
    let error = list_error(|_| {
        let cut = std::io::Error::other("cut");
        hand_made::events(stream::iter([Ok(": hello\n\n".to_owned()), Err(cut)]))
    })
    .await;
    assert_lost(&error);
}

#[tokio::test]
async fn an_answer_cut_in_the_middle_is_a_lost_connection() {
    let error = list_error(|_| {
        let cut = std::io::Error::other("cut");
        let pieces = stream::iter([Ok("{\"jsonrpc\":"), Err(cut)]);
        let kind = [("content-type", "application/json")];
        (kind, axum::body::Body::from_stream(pieces)).into_response()
    })
    .await;
    assert_lost(&error);
}

fn silent() -> Router {
    Router::new().fallback(any(std::future::pending::<Response>))
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = Server::start(silent()).await;
    let limits = McpLimits {
        connect: Duration::from_millis(200),
        ..TIGHT
    };
    let error = connect_within(&server.url, limits).await.err().unwrap();
    assert_eq!(error.code(), Code::TimedOut);
}

#[tokio::test]
async fn connecting_can_be_stopped() {
    let server = Server::start(silent()).await;
    let cancel = CancellationToken::new();
    let client = http();
    let connecting = connect(&client, target(&server.url), McpLimits::DEFAULT, &cancel);
    cancel.cancel();
    assert_eq!(connecting.await.err().unwrap().code(), Code::Cancelled);
}

#[tokio::test]
async fn a_malformed_tool_hides_itself_only() {
    let (_server, session) = serve(hand_made::legacy(|request| {
        let tools = json!([
            {"name": "good", "inputSchema": {"type": "object", "$comment": "kept"}},
            {"name": "bad", "inputSchema": "text"},
            {"name": 1}
        ]);
        // As an event, which rmcp parses: it would reject the whole list for one bad tool.
        let event = request.event(json!({ "tools": tools }));
        hand_made::events(stream::iter([Ok(event)]))
    }))
    .await;
    let tools = tools_of(&session).await.unwrap();
    assert_eq!(tools.len(), 1);
    assert_eq!(
        tools[0].input_schema.0,
        json!({"type": "object", "$comment": "kept"})
    );
}
