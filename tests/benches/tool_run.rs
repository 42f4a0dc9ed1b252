//! Calls per second through the run verb, history and all, beside a bare rmcp client.
//!
//! Both speak the same era of MCP to the same Playground, in turns, so that a busy machine slows both.
//! Standard output is one JSON object; `cargo xtask bench tool_run` reads it and knows the goal.
#![expect(
    clippy::print_stdout,
    reason = "the result of this program is its output"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use patchbay_model::{ConnectorId, Json, Origin, RunState};
use patchbay_ops::{
    AddConnector, AuthenticationChoice, Context, ContextOptions, Places, RunTool, SystemBrowser,
    SystemClock, add_connector, refresh_tools, run_tool,
};
use patchbay_playground::{Options, Playground};
use patchbay_vault::MemoryKeychain;
use rmcp::ClientServiceExt as _;
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};

/// Turns that count, and the calls that each side makes in one of them.
const ROUNDS: usize = 25;
const CALLS: u32 = 80;

/// Turns before, in which connections are made and caches filled.
const WARM_UP: usize = 3;

type Bare = RunningService<RoleClient, ()>;

#[tokio::main]
async fn main() -> Result<()> {
    let playground = Playground::start(Options::default()).await?;
    let home = tempfile::tempdir()?;
    let cx = Context::open(ContextOptions {
        places: Places::under(home.path()),
        keychain: Arc::new(MemoryKeychain::new()),
        browser: Arc::new(SystemBrowser),
        clock: Arc::new(SystemClock),
    })
    .await?;
        client_document: None,
    let connector = add(&cx, &playground).await?;
    let bare = connect(&playground).await?;

    let mut rounds = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        // Whoever comes second may find warmer caches.
        let times = if round % 2 == 0 {
            let verb = through_the_verb(&cx, &connector).await?;
            (verb, through_rmcp(&bare).await?)
        } else {
            let bare = through_rmcp(&bare).await?;
            (through_the_verb(&cx, &connector).await?, bare)
        };
        if round >= WARM_UP {
            rounds.push(times);
        }
    }
    println!("{}", report(&rounds));
    bare.cancel().await?;
    cx.close().await;
    playground.stop().await;
    Ok(())
}

async fn add(cx: &Context, playground: &Playground) -> Result<ConnectorId> {
    let request = AddConnector {
        url: playground.open_url().to_string(),
        name: None,
        title: None,
        authentication: Some(AuthenticationChoice::None),
    };
    let connector = add_connector(cx, request).await?;
    refresh_tools(cx, &connector.id).await?;
    Ok(connector.id)
}

async fn connect(playground: &Playground) -> Result<Bare> {
    let modern = ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
    };
    let transport = StreamableHttpClientTransport::from_uri(playground.open_url().as_str());
    Ok(().serve_with_lifecycle(transport, modern).await?)
}

async fn through_the_verb(cx: &Context, connector: &ConnectorId) -> Result<Duration> {
    let started = Instant::now();
    for call in 0..CALLS {
        let request = RunTool {
            connector: connector.clone(),
            tool: "echo".to_owned(),
            arguments: Json(arguments(call)),
            timeout_seconds: None,
            confirmed: false,
            replay_of: None,
            origin: Origin::Window,
        };
        let run = run_tool(cx, request, |_| {}).await?;
        ensure!(
            run.summary.state == RunState::Done,
            "a run failed: {:?}",
            run.summary.problem
        );
    }
    Ok(started.elapsed())
}

async fn through_rmcp(client: &Bare) -> Result<Duration> {
    let started = Instant::now();
    for call in 0..CALLS {
        let arguments = arguments(call);
        let arguments = arguments.as_object().cloned().context("no object")?;
        let request = CallToolRequestParams::new("echo").with_arguments(arguments);
        let answer = client.call_tool(request).await?;
        ensure!(!answer.content.is_empty(), "an empty answer");
    }
    Ok(started.elapsed())
}

fn arguments(call: u32) -> Value {
    json!({ "message": format!("Call number {call} of this turn") })
}

/// What was measured; the ratio is above 1 where the verb is faster.
fn report(rounds: &[(Duration, Duration)]) -> Value {
    let of = |number: &dyn Fn(f64, f64) -> f64| {
        let each = rounds
            .iter()
            .map(|(verb, bare)| number(verb.as_secs_f64(), bare.as_secs_f64()));
        median(each.collect())
    };
    let calls = f64::from(CALLS);
    json!({
        "ratio": of(&|verb, bare| bare / verb),
        "callsPerSecond": of(&|verb, _| calls / verb).round(),
        "bareCallsPerSecond": of(&|_, bare| calls / bare).round(),
        "rounds": rounds.len(),
    })
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
