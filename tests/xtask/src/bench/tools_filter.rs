//! A key in the filter of 5,000 tools, in the real web view.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::list::{self, SeededApp};
use super::{Goal, Outcome, median};

/// Connectors of each of the ten accounts, and the tools of all of them.
const EACH: u32 = 5;
const TOOLS: u32 = 5000;

/// Typed key by key; every key changes what fits.
const TYPED: &str = "3123";

/// What a key keeps the page busy with, until the tools that fit have their places: less than a frame, so that no
/// frame is left out.
pub(super) fn measure() -> Result<Outcome> {
    list::prepare()?;
    let app = SeededApp::open([EACH, 0, TOOLS])?;
    app.wait_for_all()?;
    let rows = "[role='grid'][aria-label='Tools'] [role='row']";
    app.step("open", &[json!("/tools"), json!(rows)])?;
    let keys = app.type_into_filter("Tools", TYPED)?;
    let times = |of: &str| -> Result<Vec<f64>> {
        let times = keys.iter().map(|key| key[of].as_f64());
        times
            .collect::<Option<_>>()
            .with_context(|| format!("no {of}"))
    };
    let [work, paint] = [times("work")?, times("paint")?];
    let slowest = work.iter().copied().fold(0.0, f64::max);
    let [work, paint] = [work, paint].map(|times| median(times.into_iter()));
    Ok(Outcome {
        bench: "tools_filter",
        kind: "value",
        number: work,
        unit: "ms for each key",
        goal: Goal::AtMost(16.0),
        detail: json!({ "keys": keys.len(), "slowestMs": slowest.round(), "paintedMs": paint.round() }),
    })
}
