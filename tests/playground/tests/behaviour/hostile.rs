//! The addresses where something else than a good MCP server answers.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use patchbay_playground::{Endpoint, Playground};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{answer, http, start, text};
use crate::tools::{connect, eras};

async fn list(playground: &Playground, path: &str, params: Value) -> Result<Value> {
    let message = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": params });
    Ok(answer(http()?.post(playground.at(path)).json(&message))
        .await?
        .1)
}

#[tokio::test]
async fn no_mcp_server_answers_here() -> Result<()> {
    let playground = start().await?;
    for (path, status) in [
        ("html", StatusCode::OK),
        ("json-not-rpc", StatusCode::OK),
        ("notfound", StatusCode::NOT_FOUND),
        ("error500", StatusCode::INTERNAL_SERVER_ERROR),
        ("redirect-elsewhere", StatusCode::TEMPORARY_REDIRECT),
    ] {
        let response = http()?.post(playground.at(path)).send().await?;
        assert_eq!(response.status(), status, "{path}");
    }
    Ok(())
}

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
async fn lists_are_huge_endless_broken_or_strange() -> Result<()> {
    let playground = start().await?;
    playground.configure(|switches| switches.huge_list_tools = 100);
    let huge = list(&playground, "huge-list", json!({})).await?;
    assert_eq!(huge["result"]["tools"].as_array().map(Vec::len), Some(100));
    assert_eq!(huge["id"], 7);

    let page = list(&playground, "endless-list", json!({"cursor": "41"})).await?;
    assert_eq!(text(&page["result"], "nextCursor"), "42");

    let broken = list(&playground, "broken-list", json!({})).await?;
    assert_eq!(broken["result"]["tools"][1]["inputSchema"], "not a schema");

    let strange = list(&playground, "strange-list", json!({})).await?;
    assert_eq!(strange["result"]["tools"][0]["name"], "x\n\u{1b}[2J");
    Ok(())
}

#[tokio::test]
async fn the_endless_body_goes_on() -> Result<()> {
    let playground = start().await?;
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let url = playground.at("endless-body-list");
    let mut response = http()?.post(url).json(&message).send().await?;
    let mut read = 0;
    while read < 4 * 1024 * 1024 {
        read += response.chunk().await?.context("it ended")?.len();
    }
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
