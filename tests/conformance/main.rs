//! Patchbay as the client that the official conformance suite of MCP tests.
//!
//! The suite starts this program once for each scenario, with the address of a server as the last
//! argument, and watches what reaches that server. The program does what a person does in the window:
//! looks at the address, adds it, signs in, lists the tools, runs every one. `cargo xtask conformance`
//! runs the suite. Start reading at [`main`].
//!
//! Source: the suite's README, "Testing Clients".

mod arguments;
mod browser;
mod person;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use patchbay_ops::{AppPaths, Context, ContextOptions, NoProgramConsent, SystemClock};
use patchbay_vault::MemoryKeychain;
use url::Url;

use browser::Browser;
use person::Person;

/// The address that the suite knows as ours.
const CLIENT_DOCUMENT: &str = "https://conformance-test.local/client-metadata.json";

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match connect_and_run_everything().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The suite shows what a client says on its standard error.
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn connect_and_run_everything() -> Result<()> {
    let address = std::env::args().next_back().context("no address")?;
    let home = tempfile::tempdir()?;
    let options = ContextOptions {
        paths: AppPaths::under(home.path()),
        keychain: Arc::new(MemoryKeychain::new()),
        browser: Arc::new(Browser),
        programs: Arc::new(NoProgramConsent),
        clock: Arc::new(SystemClock),
        client_document: Some(Url::parse(CLIENT_DOCUMENT)?),
        can_ask: true,
    };
    let cx = Context::open(options).await?;
    tokio::spawn(person::answer_questions(cx.clone()));
    let done = Person::new(&cx, scenario()?).use_server(&address).await;
    cx.close().await;
    done
}

/// What the suite tells a client beyond the address; an empty object where it tells nothing.
fn scenario() -> Result<serde_json::Value> {
    match std::env::var("MCP_CONFORMANCE_CONTEXT") {
        Ok(text) => serde_json::from_str(&text).context("the scenario's context is no JSON"),
        Err(_) => Ok(serde_json::json!({})),
    }
}
