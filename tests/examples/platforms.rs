//! A platform of each kind on free ports of this computer, until standard input ends.
//!
//! Prints their addresses as one line of JSON. Each takes `demo-key-1234` for a key. `cargo xtask
//! screenshots` is what wants it.

use std::io::{Write as _, stdin, stdout};

use anyhow::Result;
use patchbay_testkit::fakes::{Fake, FakeAgentStack, FakeCohere, FakeMistral, FakeTenex};
use serde_json::json;

const KEY: &str = "demo-key-1234";

#[tokio::main]
async fn main() -> Result<()> {
    let mistral = Fake::start(FakeMistral::new(KEY)).await?;
    let cohere = Fake::start(FakeCohere::new(KEY)).await?;
    let agentstack = Fake::start(FakeAgentStack::new()).await?;
    let tenex = Fake::start(FakeTenex::new(KEY)).await?;
    let addresses = json!({
        "mistral": mistral.url(), "cohere": cohere.url(), "agentstack": agentstack.url(),
        "tenex": tenex.url(),
    });
    writeln!(stdout(), "{addresses}")?;
    tokio::task::spawn_blocking(|| std::io::copy(&mut stdin(), &mut std::io::sink())).await??;
    Ok(())
}
