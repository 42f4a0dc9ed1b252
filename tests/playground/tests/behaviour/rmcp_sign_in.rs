//! The whole sign-in with a client that is not ours: rmcp's own.

use anyhow::{Context as _, Result};
use reqwest::header::LOCATION;
use rmcp::ClientServiceExt as _;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{
    AuthClient, AuthorizationManager, AuthorizationRequest, AuthorizationSession,
};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::json;

use crate::client::{http, start};
use crate::tools::{call, eras};

const REDIRECT: &str = "http://127.0.0.1:27218/callback";

#[tokio::test]
async fn rmcp_discovers_registers_signs_in_and_refreshes() -> Result<()> {
    let playground = start().await?;
    let mut manager = AuthorizationManager::new(playground.url().as_str()).await?;
    let refused = http()?.post(playground.url()).send().await?;
    let challenge = refused.headers()["www-authenticate"].to_str()?;
    let found = manager
        .resolve_metadata_from_challenge(Some(challenge))
        .await?;
    manager.set_metadata(found.metadata);
    let request = AuthorizationRequest::new(REDIRECT)
        .with_client_name("rmcp")
        .with_initial_scope_selection()
        .with_application_type("native");
    let session = AuthorizationSession::new(manager, request)
        .await
        .map_err(|(_, error)| error)?;
    let page = http()?.get(session.get_authorization_url()).send().await?;
    let back = page.headers().get(LOCATION).context("no redirect")?;
    session.handle_callback_url(back.to_str()?).await?;
    assert_eq!(playground.registrations(), 1);

    let http = AuthClient::new(http()?, session.auth_manager);
    let config = StreamableHttpClientTransportConfig::with_uri(playground.url().as_str());
    let transport = StreamableHttpClientTransport::with_client(http, config);
    // Without sessions there is no listening stream that would refresh on its own beside the call.
    let [_, modern] = eras();
    let client = ().serve_with_lifecycle(transport, modern).await?;
    playground.expire_access_tokens();
    let me = call(&client, "whoami").await?;
    let me = me.structured_content.context("nobody")?;
    assert_eq!(me["subject"], "lena-fischer");
    assert_eq!(me["scopes"], json!(["read", "write"]));
    assert_eq!(playground.refreshes(), 1);
    Ok(())
}
