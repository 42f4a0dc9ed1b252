//! Processor time of finding a connector of Airbyte by its slug, from the start of a process to its end.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use patchbay_http::CallOptions;
use serde_json::json;

use crate::server::Server;
use crate::{print_line, side, usage};

/// The argument with which this program connects once and ends.
pub(crate) const ONCE: &str = "connect-once";

/// Processes that count.
const STARTS: u32 = 40;

/// Starts the processes and takes what they took on average.
pub(crate) fn measure() -> Result<()> {
    let server = Server::start()?;
    let base = format!("{}/airbyte", server.base);
    // The first fills the system's caches.
    start(&base)?;
    let before = usage::children_time()?;
    for _ in 0..STARTS {
        start(&base)?;
    }
    let taken = usage::children_time()? - before;
    print_line(json!({
        "value": taken.as_secs_f64() * 1000.0 / f64::from(STARTS),
        "processes": STARTS,
        "counted": "user and system time of whole processes: start, sign-in, exchange of credentials, list, end",
    }));
    Ok(())
}

fn start(base: &str) -> Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let ended = command.args([ONCE, base]).stdout(Stdio::null()).status()?;
    ensure!(ended.success(), "connecting ended with {ended}");
    Ok(())
}

/// Connects to the connector of the first kind.
#[tokio::main]
pub(crate) async fn once(base: &str) -> Result<()> {
    let airbyte = side::platform("airbyte", base)?;
    let arguments = json!({"slug": "kind-0"});
    let found = airbyte
        .call("connect", arguments, &CallOptions::default())
        .await?;
    ensure!(found["connector_id"].is_string(), "no connector was found");
    Ok(())
}
