//! The list of connectors in the real web view: 10 accounts with 1,000 each, nobody asked for news.
//!
//! What is done in the page stands in `list.js`.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Goal, Outcome, median};
use crate::{
    bundle, cargo,
    headless::Display,
    paths, shell,
    system::{self, Need},
    webdriver::WebView,
};

/// Connectors of each of the ten accounts.
const EACH: u32 = 1000;

/// Times that each page is opened.
const OPENINGS: usize = 15;

/// Times that the list and the text are scrolled, for so many milliseconds and by so many pixels a frame.
const RUNS: usize = 7;
const RUN_MS: u32 = 1500;
const STEP: u32 = 120;

/// Typed key by key, and taken away again; every key changes what fits.
const TYPED: &str = "3123";

/// Times that it is typed.
const TYPINGS: usize = 5;

const STEPS: &str = include_str!("list.js");

/// How much later than an empty list's first look the first rows are drawn, the page loaded anew each time.
pub(super) fn first_rows() -> Result<Vec<Outcome>> {
    prepare()?;
    let (full, empty) = (SeededApp::open([EACH, 0, 0])?, SeededApp::open([0; 3])?);
    let mut times = [Vec::new(), Vec::new()];
    // The first opening of each fills caches and does not count.
    for round in 0..=OPENINGS {
        for (app, times) in [&full, &empty].into_iter().zip(&mut times) {
            let time = app.reload_until_drawn()?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    let [full, empty] = times.map(|times| median(times.into_iter()));
    let later = full - empty;
    Ok(vec![Outcome {
        bench: "list_first_rows",
        kind: "value",
        number: later,
        unit: "ms later than an empty list's first look",
        goal: Goal::AtMost(50.0),
        detail: json!({ "fullMs": full.round(), "emptyMs": empty.round(), "openings": OPENINGS }),
    }])
}

/// What a key in the filter takes: in Rust, and until the rows that fit are drawn.
pub(super) fn filter() -> Result<Vec<Outcome>> {
    prepare()?;
    let keys = SeededApp::open([EACH, 0, 0])?.type_into_filter("Connectors", TYPED)?;
    let times = |of: &str| -> Vec<f64> { keys.iter().filter_map(|key| key[of].as_f64()).collect() };
    let [rust, paint] = ["rust", "paint"].map(|of| median(times(of).into_iter()));
    let slowest = times("paint").into_iter().fold(0.0, f64::max);
    let calls: f64 = times("calls").into_iter().sum();
    let line = |bench, number, most, detail| Outcome {
        bench,
        kind: "value",
        number,
        unit: "ms for each key",
        goal: Goal::AtMost(most),
        detail,
    };
    let of_rust = json!({ "keys": keys.len(), "calls": calls });
    let of_paint = json!({ "keys": keys.len(), "slowestMs": slowest.round() });
    Ok(vec![
        line("list_filter_rust", rust, 16.0, of_rust),
        line("list_filter", paint, 50.0, of_paint),
    ])
}

/// Frames per second of the list while it is scrolled, beside those of plain text in its place.
pub(super) fn scroll() -> Result<Vec<Outcome>> {
    prepare()?;
    let app = SeededApp::open([EACH, 0, 0])?;
    app.wait_for_all()?;
    let mut frames = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        let run = app.step("scroll", &[json!(RUN_MS), json!(STEP)])?;
        for (of, frames) in ["list", "text"].into_iter().zip(&mut frames) {
            frames.push(run[of].as_f64().context("no frames were counted")?);
        }
    }
    let [list, text] = frames.map(|frames| median(frames.into_iter()));
    let ratio = list / text;
    Ok(vec![Outcome {
        bench: "list_scroll",
        kind: "ratio",
        number: ratio,
        unit: "times the frames per second of plain text",
        goal: Goal::AtLeast(0.8),
        detail: json!({ "listFps": list.round(), "textFps": text.round(), "runs": RUNS }),
    }])
}

pub(super) fn prepare() -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("the list is measured through WebKitWebDriver, which only Linux has");
    }
    system::prepare(Need::Headless)?;
    bundle::build_programs(&[])?;
    // As the tests build it: alone it would have other features of what it needs, and all of that be compiled anew.
    shell::run(cargo::linted(&["build"]).args(["--example", SEED]))
}

/// Where the app has its database below the display's home.
const DATABASE: &str = "home/.local/share/patchbay/patchbay.db";

/// The example that fills a database.
const SEED: &str = "many_connectors";

/// The release app over a database of its own, at the list of connectors.
pub(super) struct SeededApp {
    pub(super) window: WebView,
    connectors: u32,
    _display: Display,
}

impl SeededApp {
    /// Opens one whose ten accounts have `each` connectors; on this computer are as many as are `waiting` for a
    /// person, and as many credentials. The connectors of the accounts have so many `tools` together.
    pub(super) fn open([each, waiting, tools]: [u32; 3]) -> Result<Self> {
        let display = Display::start(1280, 800)?;
        seed(&display.home().join(DATABASE), [each, waiting, tools])?;
        let window = WebView::start(&display, &paths::release_binary("patchbay-desktop"), &[])?;
        window.wait_for_content()?;
        window.execute("location.hash = '/connectors'", &[])?;
        window.settle()?;
        window.wait_for_content()?;
        Ok(Self {
            window,
            connectors: 10 * each + waiting,
            _display: display,
        })
    }

    /// Loads the page anew; milliseconds until its rows, or that there are none, are drawn.
    pub(super) fn reload_until_drawn(&self) -> Result<f64> {
        self.window.execute("window.isLeft = true", &[])?;
        self.window.reload()?;
        let looked = shell::poll_every(Duration::from_millis(1), "the new page", TIMEOUT, || {
            let look = self.step("firstLook", &[json!(self.connectors == 0)])?;
            Ok((look != "left").then_some(look))
        })?;
        ensure!(
            looked != "late",
            "the rows were there before they were looked for"
        );
        self.wait_for_all()?;
        looked.as_f64().context("the page told no time")
    }

    /// Waits until everything is known and the machine has come to rest.
    pub(super) fn wait_for_all(&self) -> Result<()> {
        let known = self.connectors.to_string();
        let script = "const number = document.querySelector('[href$=\"#/connectors\"]').innerText.replace(/\\D/g, '') || '0';
            return number === arguments[0]";
        shell::poll("all connectors", TIMEOUT, || {
            let there = self.window.execute(script, &[json!(known)])?;
            Ok((there == true).then_some(()))
        })?;
        self.window.wait_for_content()?;
        self.window.settle()
    }

    /// Types into the filter of the list of that name again and again: what each key took, as `list.js` tells it.
    pub(super) fn type_into_filter(&self, list: &str, text: &str) -> Result<Vec<Value>> {
        self.wait_for_all()?;
        let mut keys = Vec::new();
        for _ in 0..TYPINGS {
            let typed = self.step("filter", &[json!(list), json!(text)])?;
            keys.extend(typed.as_array().context("no keys were typed")?.clone());
        }
        Ok(keys)
    }

    pub(super) fn step(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        let arguments: Vec<Value> = [json!(name)].iter().chain(arguments).cloned().collect();
        let answer = self.window.execute_async(STEPS, &arguments)?;
        if let Some(failed) = answer["failed"].as_str() {
            bail!("{name}: {failed}");
        }
        Ok(answer)
    }
}

/// How long a page may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

fn seed(database: &Path, counts: [u32; 3]) -> Result<()> {
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut program = Command::new(paths::debug_example(SEED));
    shell::run(
        program
            .arg(database)
            .args(counts.map(|count| count.to_string())),
    )
}
