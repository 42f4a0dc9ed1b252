//! How long the pages of a history take that has grown for years: those that are opened, and those that are searched.
//!
//! `runs COUNT`; a million where none is named. Standard output is one JSON object; `cargo xtask bench runs_search`
//! reads it and knows the goals.
#![expect(
    clippy::print_stdout,
    reason = "the result of this program is its output"
)]

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use patchbay_model::{RunQuery, RunState, Timestamp, ToolRun};
use patchbay_store::Store;
use serde_json::{Value, json};

const RUNS: u64 = 1_000_000;

/// Times that each page is asked for, after the first.
const ROUNDS: usize = 9;

/// What is typed: a word of one run in ten thousand, of one in a hundred, of one in ten, of all of them; the beginning
/// of many words, and more of it; filters.
const SEARCHES: [(&str, &str); 8] = [
    ("rare", "rare77 "),
    ("usual", "usual7 "),
    ("frequent", "frequent3 "),
    ("everywhere", "everywhere "),
    ("beginning", "us"),
    ("longer beginning", "usual"),
    ("two words", "usual7 frequent7"),
    ("filters", "tool:tool-7 everywhere"),
];

#[tokio::main]
async fn main() -> Result<()> {
    let count = std::env::args().find_map(|argument| argument.parse().ok());
    let count = count.unwrap_or(RUNS);
    let home = tempfile::tempdir()?;
    let store = Store::open(&home.path().join("patchbay.db")).await?;
    fill(&store, count).await?;
    let opened = time(&store, &RunQuery::default()).await?;
    let failed = RunQuery {
        states: vec![RunState::Failed],
        ..RunQuery::default()
    };
    let failed = time(&store, &failed).await?;
    let mut searched = serde_json::Map::new();
    let mut slowest = 0.0_f64;
    for (name, text) in SEARCHES {
        let query = RunQuery {
            text: Some(text.to_owned()),
            ..RunQuery::default()
        };
        let took = time(&store, &query).await?;
        slowest = slowest.max(took);
        searched.insert(name.to_owned(), json!(took));
    }
    println!(
        "{}",
        json!({ "runs": count, "openedMs": opened, "failedMs": failed, "searchedMs": slowest,
            "searches": searched })
    );
    Ok(())
}

async fn fill(store: &Store, count: u64) -> Result<()> {
    let begun = Timestamp::parse("2026-01-05T08:00:00Z").context("an instant")?;
    for number in 0..count {
        let run: ToolRun = serde_json::from_value(run(number, begun))?;
        store.queue_run(run.into()).await?;
        if number % 10_000 == 0 {
            store.flush_runs().await?;
        }
    }
    Ok(store.flush_runs().await?)
}

/// A run as the history keeps it, about a kibibyte.
fn run(number: u64, begun: Timestamp) -> Value {
    let (tool, server) = (number % 500, number % 50);
    let text = format!(
        "everywhere frequent{} usual{} rare{} {}",
        number % 10,
        number % 100,
        number % 10_000,
        "The quick brown fox jumps over the lazy dog. ".repeat(6)
    );
    json!({
        "id": format!("run_{number:026}"),
        "connector": format!("con_{server:026}"),
        "connectorTitle": format!("Server {server}"),
        "tool": format!("tool-{tool}"),
        "identity": { "platform": "local", "account": "This computer" },
        "origin": { "kind": "window" },
        "state": if number.is_multiple_of(50) { "failed" } else { "done" },
        "startedAt": begun + Duration::from_secs(number),
        "durationMs": 12,
        "resultBytes": text.len(),
        "argumentsLine": format!("query=number{number}"),
        "arguments": { "query": format!("number{number}") },
        "result": { "content": [{ "kind": "text", "text": text }], "isError": false },
    })
}

/// Milliseconds that the first page takes, in the middle.
async fn time(store: &Store, query: &RunQuery) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..=ROUNDS {
        let began = Instant::now();
        let page = store.list_runs(query).await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        ensure!(!page.runs.is_empty(), "{query:?} finds nothing");
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
