//! Every tool, with rmcp's client in both eras.

use anyhow::{Context as _, Result};
use patchbay_playground::Playground;
use rmcp::model::{CallToolRequestParams, CallToolResult, ProtocolVersion};
use rmcp::service::{RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientLifecycleMode, ClientServiceExt as _, RoleClient};
use serde_json::json;
use url::Url;

use crate::client::{asked, sign_in, start, text};

pub(crate) type Connected = RunningService<RoleClient, ()>;

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
    Ok(().serve_with_lifecycle(transport, era).await?)
}

pub(crate) async fn call(
    client: &Connected,
    tool: &'static str,
) -> Result<CallToolResult, ServiceError> {
    client.call_tool(CallToolRequestParams::new(tool)).await
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
        let described = "
            add_note admin_report check_login count crash delete_note echo fail huge list_notes picture shapes
            wait weather whoami
        ";
        assert_eq!(names, described.split_whitespace().collect::<Vec<_>>());
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
async fn whoami_knows_the_signed_in_only() -> Result<()> {
    let playground = start().await?;
    for era in eras() {
        let client = signed_in(&playground, era.clone()).await?;
        let me = call(&client, "whoami").await?;
        assert_eq!(
            me.structured_content,
            Some(json!({
                "subject": "lena-fischer", "clientId": "playground-app", "scopes": ["read", "write"]
            }))
        );
        let open = connect(&playground.open_url(), None, era).await?;
        let nobody = call(&open, "whoami").await?;
        assert_eq!(nobody.is_error, Some(true));
    }
    Ok(())
}
