//! The addresses where something else than a good MCP server answers.

use std::time::{Duration, Instant};

use anyhow::Result;
use patchbay_playground::{Endpoint, Playground};
use reqwest::StatusCode;
use serde_json::json;

use crate::client::{http, start};
use crate::tools::{connect, eras};

#[tokio::test]
async fn the_redirect_leads_where_the_switch_says() -> Result<()> {
    let playground = start().await?;
    let other = start().await?;
    playground.configure(|switches| switches.redirect_target = Some(other.open_url()));
    let url = playground.at("redirect-elsewhere");
    let response = http()?.post(url).send().await?;
    assert_eq!(response.headers()["location"], other.open_url().as_str());
    Ok(())
}

#[tokio::test]
async fn stopping_ends_what_waits_and_frees_the_port() -> Result<()> {
    let playground = start().await?;
    let port = playground.port();
    playground.configure(|switches| {
        switches
            .delays
            .insert(Endpoint::Token, Duration::from_secs(600));
    });
    let slow = tokio::spawn(http()?.post(playground.at("slow")).send());
    let token = tokio::spawn(http()?.post(playground.at("auth/token")).send());
    let both = |playground: &Playground| playground.log().len() == 2;
    assert!(playground.wait_until(both, Duration::from_secs(10)).await);
    assert!(
        playground
            .log()
            .iter()
            .all(|request| request.status.is_none())
    );
    playground.stop().await;
    assert_eq!(slow.await??.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(token.await??.status(), StatusCode::UNAUTHORIZED);
    let again = Playground::start(patchbay_playground::Options {
        port,
        ..Default::default()
    })
    .await?;
    assert_eq!(again.port(), port);
    Ok(())
}

#[tokio::test]
async fn stopping_ends_open_sessions() -> Result<()> {
    let playground = start().await?;
    let mut clients = Vec::new();
    for era in eras() {
        clients.push(connect(&playground.open_url(), None, era).await?);
    }
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "count", "arguments": { "steps": 1000, "delay_ms": 60_000 } }
    });
    let counting = tokio::spawn(
        http()?
            .post(playground.open_url())
            .header("accept", "application/json, text/event-stream")
            .json(&message)
            .send(),
    );
    let arrived = |playground: &Playground| {
        playground.count(|request| request.rpc_method().as_deref() == Some("tools/call")) == 1
    };
    assert!(
        playground
            .wait_until(arrived, Duration::from_secs(10))
            .await
    );
    let begun = Instant::now();
    playground.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    drop(counting.await?);
    Ok(())
}
