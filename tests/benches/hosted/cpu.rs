//! Processor time per call beside the official Python clients, for the calls that both have.
//!
//! Counted is user and system time of the calling process over many calls of a client that is warm.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::cases::{self, Case};
use crate::server::Server;
use crate::side::Contender;
use crate::{print_line, usage};

/// Platforms with an official client, and how each is used.
const CLIENTS: [(&str, &str); 4] = [
    ("mistral", "one client for all calls"),
    ("cohere", "one client for all calls"),
    (
        "agentstack",
        "no client handed in, as in its examples, so that each call makes its own",
    ),
    (
        "airbyte",
        "one workspace and one connector for all calls, telemetry off",
    ),
];

/// Counted calls go on until they took so much processor time, which is counted in hundredths.
const LONG_ENOUGH: Duration = Duration::from_millis(1500);

/// Calls between two looks at the time; the first so many only warm the client.
const STRETCH: usize = 200;

/// Measures with the official clients that `python` can import.
pub(crate) fn measure(python: &Path) -> Result<()> {
    let server = Server::start()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let cases: Vec<_> = cases::all()?.into_iter().map(Arc::new).collect();
    for (platform, used) in CLIENTS {
        let base = format!("{}/{platform}", server.base);
        for theirs in official(python, platform, &base)? {
            let is_same =
                |case: &&Arc<Case>| case.platform == platform && theirs["call"] == case.what;
            let case = cases.iter().find(is_same).context("no such call")?;
            let side = Contender::ours(case, &base)?;
            // A task of the runtime, as what the app does is one.
            let (ours, calls) = runtime.block_on(runtime.spawn(milliseconds(side)))??;
            let ms = theirs["ms"].as_f64().context("no time")?;
            print_line(json!({
                "ratio": ms / ours,
                "platform": platform,
                "call": case.what,
                "microsecondsPerCall": (ours * 1000.0).round(),
                "calls": calls,
                "officialMicrosecondsPerCall": (ms * 1000.0).round(),
                "officialCalls": theirs["calls"],
                "counted": "user and system time of the calling process, client made and warm",
                "officialUse": used,
            }));
        }
    }
    Ok(())
}

/// What the official client took, an object for each call.
fn official(python: &Path, platform: &str, base: &str) -> Result<Vec<Value>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/hosted/sdk.py");
    let output = Command::new(python)
        .arg(script)
        .args([platform, base])
        .output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{platform}: {complaint}");
    let lines = std::str::from_utf8(&output.stdout)?.lines();
    lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Milliseconds of processor time per call, and how many calls were counted.
async fn milliseconds(side: Contender) -> Result<(f64, u32)> {
    for arguments in side.arguments(STRETCH) {
        side.call(arguments).await?;
    }
    let (mut calls, started) = (0, usage::own_time()?);
    loop {
        for arguments in side.arguments(STRETCH) {
            side.call(arguments).await?;
        }
        calls += STRETCH as u32;
        let taken = usage::own_time()? - started;
        if taken >= LONG_ENOUGH {
            return Ok((taken.as_secs_f64() * 1000.0 / f64::from(calls), calls));
        }
    }
}
