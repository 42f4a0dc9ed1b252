//! A tool that needs more scopes than the token has.

use anyhow::Result;
use reqwest::StatusCode;
use rmcp::ClientLifecycleMode;
use rmcp::transport::streamable_http_client::InsufficientScopeError;
use serde_json::json;

use crate::client::{asked, http, sign_in, start, text};
use crate::tools::{call, connect, eras};

#[tokio::test]
async fn admin_report_wants_the_admin_scope() -> Result<()> {
    let playground = start().await?;
    let few = sign_in(&playground, &asked(&playground)).await?;
    let mut more = asked(&playground);
    more.insert("scope".to_owned(), "read write admin".to_owned());
    let more = sign_in(&playground, &more).await?;
    for era in eras() {
        let token = text(&few, "access_token");
        let client = connect(&playground.url(), Some(token), era.clone()).await?;
        let refused = call(&client, "admin_report", json!({})).await;
        let mut cause: Option<&dyn std::error::Error> = match &refused {
            Err(rmcp::ServiceError::TransportSend(error)) => Some(error.error.as_ref()),
            other => panic!("{other:?}"),
        };
        let mut wanted = None;
        while let Some(error) = cause {
            if let Some(scope) = error.downcast_ref::<InsufficientScopeError>() {
                wanted.clone_from(&scope.required_scope);
            }
            cause = error.source();
        }
        assert_eq!(wanted.as_deref(), Some("admin"));

        let token = text(&more, "access_token");
        let client = connect(&playground.url(), Some(token), era).await?;
        let report = call(&client, "admin_report", json!({})).await?;
        assert!(report.structured_content.is_some());
    }
    Ok(())
}

#[tokio::test]
async fn any_tool_can_be_made_to_want_more() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| {
        let scopes = ["write".to_owned(), "admin".to_owned()].into();
        switches.step_up.insert("echo".to_owned(), scopes);
    });
    let tokens = sign_in(&playground, &asked(&playground)).await?;
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "echo" }
    });
    let response = http()?
        .post(playground.url())
        .bearer_auth(text(&tokens, "access_token"))
        .json(&message)
        .send()
        .await?;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let challenge = response.headers()["www-authenticate"].to_str()?;
    for part in [
        "error=\"insufficient_scope\"",
        "scope=\"admin write\"",
        "resource_metadata=",
    ] {
        assert!(challenge.contains(part), "{challenge}");
    }
    let open = connect(
        &playground.open_url(),
        None,
        ClientLifecycleMode::Initialize,
    )
    .await?;
    assert!(call(&open, "echo", json!({"message": "x"})).await.is_ok());
    Ok(())
}
