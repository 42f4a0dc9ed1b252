//! The pages of the window in the real web view: 1,000 connectors, 100 of which need attention, 100 credentials.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::list::{self, SeededApp};
use super::{Goal, Outcome, median};

/// Connectors of each of the ten accounts, and those of this computer, which all need attention.
const EACH: u32 = 90;
const WAITING: u32 = 100;

/// Times that each page is opened, after the first time.
const OPENINGS: usize = 7;

/// Typed into the filter; every key changes what fits.
const TYPED: &str = "3045";

/// A page, and what is there once it is drawn.
const PAGES: [(&str, &str, &str); 4] = [
    (
        "window_latency_home",
        "/",
        "[aria-labelledby='needs-you'] li",
    ),
    (
        "window_latency_list",
        "/connectors",
        "[role='grid'][aria-label='Connectors'] [role='row']",
    ),
    (
        "window_latency_catalog",
        "/catalogue",
        "[role='grid'][aria-label='Catalog'] [role='row']",
    ),
    (
        "window_latency_credentials",
        "/credentials",
        "[role='grid'][aria-label='Credentials'] [role='row']",
    ),
];

/// Where one comes from each time.
const ELSEWHERE: (&str, &str) = ("/settings", "main h2");

/// Milliseconds until each page is drawn, until a key in the filter of the list is, and until the first page of an
/// empty window is.
pub(super) fn measure() -> Result<Vec<Outcome>> {
    list::prepare()?;
    let empty = SeededApp::open([0; 3])?;
    let mut first_run = Vec::new();
    for _ in 0..OPENINGS {
        first_run.push(empty.reload_until_drawn()?);
    }
    drop(empty);
    let app = SeededApp::open([EACH, WAITING, 0])?;
    let keys = app.type_into_filter("Connectors", TYPED)?;
    let keys = keys.iter().filter_map(|key| key["paint"].as_f64());
    let mut outcomes = vec![
        outcome("window_latency_first_run", first_run, Value::Null),
        outcome("window_latency_filter", keys.collect(), Value::Null),
    ];
    for (bench, path, wanted) in PAGES {
        let mut times = Vec::new();
        for _ in 0..=OPENINGS {
            open(&app, ELSEWHERE)?;
            times.push(open(&app, (path, wanted))?);
        }
        // The first time reads what is kept afterwards.
        let first = times.remove(0);
        outcomes.push(outcome(bench, times, json!(first.round())));
    }
    Ok(outcomes)
}

fn open(app: &SeededApp, (path, wanted): (&str, &str)) -> Result<f64> {
    let took = app.step("open", &[json!(path), json!(wanted)])?;
    app.window.settle()?;
    took.as_f64().context("the page told no time")
}

fn outcome(bench: &'static str, times: Vec<f64>, first: Value) -> Outcome {
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let times_taken = times.len();
    let number = median(times.into_iter());
    Outcome {
        bench,
        kind: "value",
        number,
        unit: "ms until it is drawn",
        goal: Goal::AtMost(200.0),
        detail: json!({ "times": times_taken, "slowestMs": slowest.round(), "firstMs": first }),
    }
}
