//! Calls per second through the run verb, history and all, beside a bare rmcp client.
//!
//! All speak the same era of MCP to the same Playground, in turns, so that a busy machine slows all. A turn
//! of the verb is over when its runs are in the database: that is part of what is measured, and none of it
//! falls into another's turn.
//!
//! rmcp's client as it comes makes a connection for every call; ours keeps one. Beside it stands one that
//! was given an HTTP client that keeps its connection too: `ratioToReusing` is what the verb alone costs.
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
    AddConnector, AppPaths, AuthenticationChoice, Context, ContextOptions, NoProgramConsent,
    RunTool, SystemBrowser, SystemClock, add_connector, find_run, refresh_tools, run_tool,
};
use patchbay_playground::{Options, Playground};
use patchbay_vault::MemoryKeychain;
use rmcp::ClientServiceExt as _;
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Value, json};

/// Turns that count, and the calls that each side makes in one of them.
const ROUNDS: usize = 25;
const CALLS: u32 = 80;

/// Turns before, in which connections are made and caches filled.
const WARM_UP: usize = 3;

type Bare = RunningService<RoleClient, ()>;

/// How long each side took in one turn.
#[derive(Default)]
struct Round {
    verb: Duration,
    bare: Duration,
    reusing: Duration,
}

#[tokio::main]
async fn main() -> Result<()> {
    let playground = Playground::start(Options::default()).await?;
    let home = tempfile::tempdir()?;
    let cx = Context::open(ContextOptions {
        paths: AppPaths::under(home.path()),
        keychain: Arc::new(MemoryKeychain::new()),
        browser: Arc::new(SystemBrowser),
        programs: Arc::new(NoProgramConsent),
        clock: Arc::new(SystemClock),
        client_document: None,
        asks: false,
    })
    .await?;
    let connector = add(&cx, &playground).await?;
    let bare = connect(&playground).await?;
    let reusing = connect_reusing(&playground).await?;

    let mut rounds = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        // Whoever comes later may find warmer caches.
        let mut times = Round::default();
        for place in 0..3 {
            match (round + place) % 3 {
                0 => times.verb = through_the_verb(&cx, &connector).await?,
                1 => times.bare = through_rmcp(&bare).await?,
                _ => times.reusing = through_rmcp(&reusing).await?,
            }
        }
        if round >= WARM_UP {
            rounds.push(times);
        }
    }
    println!("{}", report(&rounds));
    bare.cancel().await?;
    reusing.cancel().await?;
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
        allow_plain_http: false,
    };
    let connector = add_connector(cx, request).await?;
    refresh_tools(cx, &connector.id).await?;
    Ok(connector.id)
}

/// rmcp's client as it comes.
async fn connect(playground: &Playground) -> Result<Bare> {
    let transport = StreamableHttpClientTransport::from_uri(playground.open_url().as_str());
    Ok(().serve_with_lifecycle(transport, modern()).await?)
}

/// rmcp's client with an HTTP client like ours.
async fn connect_reusing(playground: &Playground) -> Result<Bare> {
    let http = reqwest::Client::builder().tcp_nodelay(true).build()?;
    let config = StreamableHttpClientTransportConfig::with_uri(playground.open_url().as_str());
    let transport = StreamableHttpClientTransport::with_client(http, config);
    Ok(().serve_with_lifecycle(transport, modern()).await?)
}

fn modern() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
    }
}

async fn through_the_verb(cx: &Context, connector: &ConnectorId) -> Result<Duration> {
    let started = Instant::now();
    let mut last = None;
    for call in 0..CALLS {
        let request = RunTool {
            connector: connector.clone(),
            tool: "echo".to_owned(),
            arguments: Json(arguments(call)),
            timeout_seconds: None,
            confirmed: false,
            replay_of: None,
            credential: None,
            origin: Origin::Window,
        };
        let run = run_tool(cx, request, |_| {}).await?;
        ensure!(
            run.summary.state == RunState::Done,
            "a run failed: {:?}",
            run.summary.problem
        );
        last = Some(run.summary.id);
    }
    // Reading one run has all of them written.
    let last = find_run(cx, &last.context("no call was made")?).await?;
    ensure!(last.result.is_some(), "the history lacks an answer");
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

/// What was measured; a ratio is above 1 where the verb is faster.
fn report(rounds: &[Round]) -> Value {
    let of = |number: &dyn Fn(&Round) -> f64| median(rounds.iter().map(number).collect());
    let per_second = |took: Duration| f64::from(CALLS) / took.as_secs_f64();
    json!({
        "ratio": of(&|round| round.bare.div_duration_f64(round.verb)),
        "ratioToReusing": of(&|round| round.reusing.div_duration_f64(round.verb)),
        "callsPerSecond": of(&|round| per_second(round.verb)).round(),
        "bareCallsPerSecond": of(&|round| per_second(round.bare)).round(),
        "reusingCallsPerSecond": of(&|round| per_second(round.reusing)).round(),
        "rounds": rounds.len(),
    })
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
