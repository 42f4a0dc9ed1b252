//! How fast the servers of one's own are run, beside a bare rmcp client, and what they take while nobody runs them.
//!
//! The first argument says what to measure; standard output is one JSON object a line, which `cargo xtask bench`
//! reads and whose goals it knows. The servers of `idle` are this same program with another first argument.
#![expect(
    clippy::print_stdout,
    reason = "the result of this program is its output"
)]

mod calls;
mod idle;
#[path = "../hosted/usage.rs"]
#[expect(dead_code, reason = "the other program needs the rest of it")]
mod usage;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use async_trait::async_trait;
use patchbay_model::ConnectorId;
use patchbay_ops::{
    AddConnector, AppPaths, AuthenticationChoice, Context, ContextOptions, ProgramConsent,
    ProgramRequest, SystemBrowser, SystemClock, add_connector, refresh_tools,
};
use patchbay_vault::MemoryKeychain;

#[tokio::main]
async fn main() -> Result<()> {
    // Cargo adds `--bench` to what it is given.
    let mut arguments = std::env::args().skip(1).filter(|word| word != "--bench");
    let what = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match (what.as_str(), rest.as_slice()) {
        ("http", []) => calls::over_http().await,
        ("stdio", [program, arguments @ ..]) => calls::over_stdio(program, arguments).await,
        ("idle", []) => idle::measure().await,
        (idle::SERVE, []) => idle::serve().await,
        _ => bail!("expected http, stdio PROGRAM [ARGUMENT …] or idle"),
    }
}

/// All of Patchbay over a folder, as the app has it.
async fn open(home: &Path) -> Result<Context> {
    Ok(Context::open(ContextOptions {
        paths: AppPaths::under(home),
        keychain: Arc::new(MemoryKeychain::new()),
        browser: Arc::new(SystemBrowser),
        programs: Arc::new(EveryProgram),
        clock: Arc::new(SystemClock),
        client_document: None,
        can_ask: false,
    })
    .await?)
}

/// A person who allows what is measured.
struct EveryProgram;

#[async_trait]
impl ProgramConsent for EveryProgram {
    async fn allows(&self, _request: &ProgramRequest) -> bool {
        true
    }
}

async fn add(cx: &Context, url: &str) -> Result<ConnectorId> {
    let request = AddConnector::new(url, Some(AuthenticationChoice::None));
    let connector = add_connector(cx, request).await?;
    refresh_tools(cx, &connector.id).await?;
    Ok(connector.id)
}
