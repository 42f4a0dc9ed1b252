//! Calls per second through the run verb, history and all, beside bare rmcp clients.
//!
//! All speak the same era of MCP to the same server, in turns, so that a busy machine slows all. A turn of the verb is
//! over when its runs are in the database: that is part of what is measured, and none of it falls into another's turn.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use patchbay_model::{ConnectorId, Json, Origin, RunState, ServerCommand};
use patchbay_ops::{AddProgram, Context, RunTool, add_program, find_run, refresh_tools, run_tool};
use patchbay_playground::{Options, Playground};
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientServiceExt as _, ServiceExt as _};
use serde_json::{Value, json};

/// Turns that count, and the calls that each side makes in one of them.
const ROUNDS: usize = 25;
const CALLS: u32 = 80;

/// Turns before, in which connections are made and caches filled.
const WARM_UP: usize = 3;

type Bare = RunningService<RoleClient, ()>;

/// Calls to a Playground.
///
/// rmcp's client as it comes makes a connection for every call; ours keeps one. Beside it stands one that was given an
/// HTTP client that keeps its connection too: `ratioToReusing` is what the verb alone costs.
pub(crate) async fn over_http() -> Result<()> {
    let playground = Playground::start(Options::default()).await?;
    let home = tempfile::tempdir()?;
    let cx = crate::open(home.path()).await?;
    let connector = crate::add(&cx, playground.open_url().as_str()).await?;
    let clients = [
        connect(&playground).await?,
        connect_reusing(&playground).await?,
    ];
    let rounds = measure(&cx, &connector, &clients).await?;
    let mut report = report(&rounds);
    report["ratioToReusing"] = json!(ratio(&rounds, 2));
    report["reusingCallsPerSecond"] = json!(per_second(&rounds, 2));
    println!("{report}");
    cx.close().await;
    playground.stop().await;
    Ok(())
}

/// Calls to a program, which both start for themselves; ours is held for commands too, as the app does it.
pub(crate) async fn over_stdio(program: &str, arguments: &[String]) -> Result<()> {
    let home = tempfile::tempdir()?;
    let cx = crate::open(home.path()).await?;
    cx.host_sessions_here();
    let request = AddProgram {
        command: ServerCommand {
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            folder: None,
            variables: [].into(),
        },
        secrets: [].into(),
        ..AddProgram::default()
    };
    let connector = add_program(&cx, request).await?.id;
    refresh_tools(&cx, &connector).await?;
    let mut server = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let streams = server.stdout.take().zip(server.stdin.take());
    let bare = ().serve(streams.context("no streams")?).await?;
    let rounds = measure(&cx, &connector, &[bare]).await?;
    println!("{}", report(&rounds));
    cx.close().await;
    Ok(())
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

/// How long each side took in each turn: the verb first, then the clients.
async fn measure(
    cx: &Context,
    connector: &ConnectorId,
    clients: &[Bare],
) -> Result<Vec<Vec<Duration>>> {
    let sides = 1 + clients.len();
    let mut rounds = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        let mut times = vec![Duration::ZERO; sides];
        // Whoever comes later may find warmer caches.
        for side in (0..sides).map(|place| (round + place) % sides) {
            times[side] = match side {
                0 => call_through_ops(cx, connector).await?,
                side => call_through_rmcp(&clients[side - 1]).await?,
            };
        }
        if round >= WARM_UP {
            rounds.push(times);
        }
    }
    Ok(rounds)
}

async fn call_through_ops(cx: &Context, connector: &ConnectorId) -> Result<Duration> {
    let started = Instant::now();
    let mut last = None;
    for call in 0..CALLS {
        let arguments = Json(arguments(call));
        let request = RunTool::new(connector.clone(), "echo", arguments, Origin::Window);
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

async fn call_through_rmcp(client: &Bare) -> Result<Duration> {
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

fn report(rounds: &[Vec<Duration>]) -> Value {
    json!({
        "ratio": ratio(rounds, 1),
        "callsPerSecond": per_second(rounds, 0),
        "bareCallsPerSecond": per_second(rounds, 1),
        "rounds": rounds.len(),
    })
}

/// Above 1 where the verb is faster than that side.
fn ratio(rounds: &[Vec<Duration>], side: usize) -> f64 {
    median(
        rounds
            .iter()
            .map(|round| round[side].div_duration_f64(round[0])),
    )
}

fn per_second(rounds: &[Vec<Duration>], side: usize) -> f64 {
    let per_second = |round: &Vec<Duration>| f64::from(CALLS) / round[side].as_secs_f64();
    median(rounds.iter().map(per_second)).round()
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
