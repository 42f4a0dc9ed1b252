//! The program.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use url::Url;

use crate::client::{http, text};

const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn it_says_where_it_is_and_stops_with_its_input() -> Result<()> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_patchbay-playground"))
        .args(["--port", "0", "--token-life", "7", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let stdout = program.stdout.take().context("no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    let line = tokio::time::timeout(LIMIT, lines.next_line()).await??;
    let said: Value = serde_json::from_str(&line.context("no line")?)?;
    let url = Url::parse(text(&said, "url"))?;
    assert_eq!(url.host_str(), Some("127.0.0.1"));
    let response = http()?.post(url).send().await?;
    assert_eq!(response.status(), reqwest::StatusCode::UNAUTHORIZED);

    drop(program.stdin.take());
    let status = tokio::time::timeout(LIMIT, program.wait()).await??;
    assert!(status.success());
    Ok(())
}
