//! What connections to servers on the web take while nobody uses them: memory of each, and processor time of all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use patchbay_ops::{CheckIntervals, SystemPowerAndNetwork, run_background_checks};
use patchbay_playground::{Options, Playground};
use serde_json::json;

use crate::usage;

/// The argument with which this program is the servers, each on a port of its own.
pub(crate) const SERVE: &str = "serve";

const SERVERS: usize = 50;

/// Servers before them, with which everything is loaded that is needed once.
const WARM_UP: usize = 5;

/// How long what connecting left behind may take to come to rest, and how long nothing is done then. Connectors are
/// looked after meanwhile, as in the app.
const REST: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(90);

/// Connects, and looks what that takes.
pub(crate) async fn measure() -> Result<()> {
    let servers = Servers::start()?;
    let home = tempfile::tempdir()?;
    let cx = crate::open(home.path()).await?;
    let (first, rest) = servers.urls.split_at(WARM_UP);
    for url in first {
        crate::add(&cx, url).await?;
    }
    let before = usage::memory()?;
    for url in rest {
        crate::add(&cx, url).await?;
    }
    let looking = cx.clone();
    tokio::spawn(async move {
        run_background_checks(
            &looking,
            &SystemPowerAndNetwork,
            CheckIntervals::from_environment(),
        )
        .await;
    });
    tokio::time::sleep(REST).await;
    let memory = usage::memory()?.saturating_sub(before);
    let busy = usage::own_time()?;
    tokio::time::sleep(IDLE).await;
    let busy = usage::own_time()? - busy;
    println!(
        "{}",
        json!({
            "kibibytesEach": memory as f64 / SERVERS as f64,
            "percent": 100.0 * busy.div_duration_f64(IDLE),
            "servers": SERVERS,
            "seconds": IDLE.as_secs(),
        })
    );
    cx.close().await;
    Ok(())
}

/// The servers, in a process of their own that ends when dropped.
struct Servers {
    process: Child,
    urls: Vec<String>,
}

impl Servers {
    fn start() -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process
            .stdout
            .take()
            .context("the servers have no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let urls: Vec<String> = serde_json::from_str(&line)?;
        ensure!(urls.len() == WARM_UP + SERVERS, "{} servers", urls.len());
        Ok(Self { process, urls })
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Serves until standard input ends.
pub(crate) async fn serve() -> Result<()> {
    let mut servers = Vec::new();
    for _ in 0..WARM_UP + SERVERS {
        servers.push(Playground::start(Options::default()).await?);
    }
    let urls: Vec<String> = servers
        .iter()
        .map(|server| server.open_url().into())
        .collect();
    println!("{}", json!(urls));
    std::io::stdout().flush()?;
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
    ended.await??;
    Ok(())
}
