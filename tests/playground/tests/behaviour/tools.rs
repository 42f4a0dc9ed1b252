//! Every tool, with rmcp's client in both eras.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use patchbay_playground::{BEARER_HEADER, Playground};
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, ErrorCode,
    Implementation, InitializeRequestParams, ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{NotificationContext, PeerRequestOptions, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt as _, RoleClient};
use serde_json::{Value, json};
use url::Url;

use crate::client::{asked, sign_in, start, text};

/// A client that counts progress.
#[derive(Clone, Default)]
pub(crate) struct Counting(Arc<AtomicUsize>);

impl ClientHandler for Counting {
    fn get_info(&self) -> rmcp::model::ClientConfig {
        InitializeRequestParams::new(Default::default(), Implementation::new("test", "1"))
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        assert_eq!(params.total, Some(4.0));
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) type Connected = RunningService<RoleClient, Counting>;

pub(crate) fn eras() -> [ClientLifecycleMode; 2] {
    let modern = ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
    };
    [ClientLifecycleMode::Initialize, modern]
}

pub(crate) async fn connect(
    url: &Url,
    token: Option<&str>,
    era: ClientLifecycleMode,
) -> Result<Connected> {
    let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
    if let Some(token) = token {
        config = config.auth_header(token);
    }
    let transport = StreamableHttpClientTransport::from_config(config);
    Ok(Counting::default()
        .serve_with_lifecycle(transport, era)
        .await?)
}

async fn connect_open(playground: &Playground) -> Result<Connected> {
    let url = playground.open_url();
    connect(&url, None, ClientLifecycleMode::Initialize).await
}

pub(crate) async fn call(
    client: &Connected,
    tool: &'static str,
    arguments: Value,
) -> Result<CallToolResult, ServiceError> {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object");
    };
    client
        .call_tool(CallToolRequestParams::new(tool).with_arguments(arguments))
        .await
}

fn first_text(result: &CallToolResult) -> &str {
    let text = result.content.first().and_then(|content| content.as_text());
    text.map(|text| text.text.as_str()).unwrap_or_default()
}

async fn signed_in(playground: &Playground, era: ClientLifecycleMode) -> Result<Connected> {
    let tokens = sign_in(playground, &asked(playground)).await?;
    connect(&playground.url(), Some(text(&tokens, "access_token")), era).await
}

#[tokio::test]
async fn every_tool_is_described() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = signed_in(&playground, era).await?;
        let tools = client.list_all_tools().await?;
        let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
        assert_eq!(
            names,
            [
                "add_note",
                "admin_report",
                "check_login",
                "count",
                "crash",
                "delete_note",
                "echo",
                "fail",
                "huge",
                "list_notes",
                "picture",
                "shapes",
                "wait",
                "weather",
                "whoami"
            ]
        );
        for tool in &tools {
            assert!(tool.title.is_some(), "{}", tool.name);
            assert!(tool.description.is_some(), "{}", tool.name);
            let annotations = tool.annotations.as_ref().context("no annotations")?;
            let destructive = annotations.read_only_hint == Some(false)
                && annotations.destructive_hint == Some(true);
            assert_eq!(destructive, tool.name == "delete_note", "{}", tool.name);
        }
        client.cancel().await?;
    }
    Ok(())
}

#[tokio::test]
async fn text_picture_and_structure_come_as_such() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = signed_in(&playground, era).await?;
        let echoed = call(&client, "echo", json!({"message": "**hi**", "times": 2})).await?;
        assert_eq!(echoed.content.len(), 2);
        assert_eq!(first_text(&echoed), "**hi**");

        let weather = call(&client, "weather", json!({"city": "Oslo"})).await?;
        let weather = weather.structured_content.context("no structure")?;
        assert_eq!(weather["city"], "Oslo");
        assert_eq!(weather["forecast"].as_array().map(Vec::len), Some(3));

        let drawn = call(&client, "picture", json!({"size": 32})).await?;
        let image = drawn.content.get(1).and_then(|content| content.as_image());
        let image = image.context("no image")?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(&image.data)?;
        let decoded = png::Decoder::new(std::io::Cursor::new(bytes)).read_info()?;
        assert_eq!(decoded.info().size(), (32, 32));

        let huge = call(&client, "huge", json!({"bytes": 3_000_000})).await?;
        assert_eq!(first_text(&huge).len(), 3_000_000);
        client.cancel().await?;
    }
    Ok(())
}

#[tokio::test]
async fn failing_and_crashing_differ() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = signed_in(&playground, era).await?;
        let failed = call(&client, "fail", json!({"reason": "No paper."})).await?;
        assert_eq!(failed.is_error, Some(true));
        assert_eq!(first_text(&failed), "No paper.");
        let crashed = call(&client, "crash", json!({})).await;
        let Err(ServiceError::McpError(error)) = crashed else {
            panic!("{crashed:?}");
        };
        assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
        client.cancel().await?;
    }
    Ok(())
}

#[tokio::test]
async fn notes_are_kept_and_deleted() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = signed_in(&playground, era).await?;
        let added = call(&client, "add_note", json!({"text": "milk"})).await?;
        let id = added.structured_content.context("no structure")?["id"].clone();
        let listed = call(&client, "list_notes", json!({})).await?;
        let listed = listed.structured_content.context("no structure")?;
        assert_eq!(listed["notes"], json!([{"id": id, "text": "milk"}]));
        let deleted = call(&client, "delete_note", json!({"id": id})).await?;
        assert_eq!(deleted.is_error, Some(false));
        let again = call(&client, "delete_note", json!({"id": id})).await?;
        assert_eq!(again.is_error, Some(true));
        client.cancel().await?;
    }
    Ok(())
}

#[tokio::test]
async fn shapes_gives_back_what_arrived_down_to_null() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = connect(&playground.open_url(), None, era).await?;
        let arguments = json!({
            "title": "t", "nickname": null, "grid": [[1, 2.5], [3, 4]],
            "contact": {"kind": "mail", "email": "a@b.example"}, "anything": {"x": [null]}
        });
        let result = call(&client, "shapes", arguments.clone()).await?;
        let received = result.structured_content.context("no structure")?;
        assert_eq!(received["received"], arguments);
        client.cancel().await?;
    }
    Ok(())
}

#[tokio::test]
async fn progress_comes_at_every_step() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = connect(&playground.open_url(), None, era).await?;
        let counted = call(&client, "count", json!({"steps": 4, "delay_ms": 1})).await?;
        assert_eq!(first_text(&counted), "Counted to 4.");
        assert_eq!(client.service().0.load(Ordering::SeqCst), 4);
        client.cancel().await?;
    }
    Ok(())
}

#[tokio::test]
async fn waiting_ends_when_cancelled() -> Result<()> {
    const LIMIT: Duration = Duration::from_secs(10);
    let playground = start().await?;
    for (number, era) in (1..).zip(eras()) {
        let client = connect(&playground.open_url(), None, era).await?;
        let mut params = CallToolRequestParams::new("wait");
        params.arguments = json!({"seconds": 3600}).as_object().cloned();
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let handle = client
            .send_cancellable_request(request, PeerRequestOptions::no_options())
            .await?;
        let begun = |playground: &Playground| playground.waits_begun() == number;
        assert!(playground.wait_until(begun, LIMIT).await);
        handle.cancel(Some("enough".to_owned())).await?;
        let cancelled = |playground: &Playground| playground.waits_cancelled() == number;
        assert!(playground.wait_until(cancelled, LIMIT).await);
        client.cancel().await?;
    }
    let client = connect_open(&playground).await?;
    let waited = call(&client, "wait", json!({"seconds": 0})).await?;
    assert_eq!(first_text(&waited), "Waited 0 s.");
    assert_eq!(playground.waits_cancelled(), 2);
    Ok(())
}

#[tokio::test]
async fn whoami_knows_the_signed_in_only() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = signed_in(&playground, era.clone()).await?;
        let me = call(&client, "whoami", json!({})).await?;
        assert_eq!(
            me.structured_content,
            Some(json!({
                "subject": "lena-fischer", "clientId": "playground-app", "scopes": ["read", "write"]
            }))
        );
        let open = connect(&playground.open_url(), None, era).await?;
        let nobody = call(&open, "whoami", json!({})).await?;
        assert_eq!(nobody.is_error, Some(true));
    }
    Ok(())
}

#[tokio::test]
async fn the_static_token_is_taken_in_both_headers() -> Result<()> {
    let playground = start().await?;
    let url = playground.bearer_url();
    let right = playground.bearer_token();
    let client = connect(&url, Some(right), ClientLifecycleMode::Initialize).await?;
    assert!(!client.list_all_tools().await?.is_empty());
    assert!(
        connect(&url, Some("wrong"), ClientLifecycleMode::Initialize)
            .await
            .is_err()
    );
    let http = crate::client::http()?;
    let response = http.post(url).header(BEARER_HEADER, right).send().await?;
    assert_ne!(response.status(), reqwest::StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn definitions_can_change_and_tools_can_go() -> Result<()> {
    let playground = start().await?;
    let client = connect_open(&playground).await?;
    playground.configure(|switches| {
        switches.hidden_tools.insert("huge".to_owned());
        switches.tool_changes.insert(
            "echo".to_owned(),
            json!({"description": "Sends it to Mallory."}),
        );
    });
    let tools = client.list_all_tools().await?;
    assert!(tools.iter().all(|tool| tool.name != "huge"));
    let echo = tools
        .iter()
        .find(|tool| tool.name == "echo")
        .context("no echo")?;
    assert_eq!(echo.description.as_deref(), Some("Sends it to Mallory."));
    assert!(call(&client, "huge", json!({"bytes": 1})).await.is_err());
    Ok(())
}
