//! One tool run from the command line, each in a new process, beside the official MCP Inspector's.
//!
//! Both ask one Playground. Ours reads a token from the vault, whose key is in the session's keychain, and keeps the
//! run in the history; the Inspector has neither and goes where no token is wanted. It is started without `npx`, which
//! would take as long again.

use std::{
    io::{Seek as _, Write as _},
    path::Path,
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::{Goal, Outcome, median};
use crate::{
    bundle, cargo,
    headless::Display,
    paths,
    playground::{Consent, Playground},
    servers::install,
    shell,
    system::{self, Need},
};

/// Runs that count, of each program.
const RUNS: usize = 25;

/// Runs both in turns.
pub(super) fn measure() -> Result<Outcome> {
    system::prepare(Need::Headless)?;
    let inspector = install::npm()?.join(install::INSPECTOR);
    bundle::build_programs(&[])?;
    shell::run(cargo::linted(&["build"]).args(["--bin", "patchbay-playground"]))?;
    let playground = Playground::start(Consent::Allow)?;
    let display = Display::start(640, 480)?;
    let session = display.start_program(Path::new("true"), |_| {})?;
    let patchbay = |words: &[&str]| {
        let mut patchbay = display.command_in_session(&session, &paths::release_binary("patchbay"));
        patchbay.args(words);
        patchbay
    };
    let (bearer, token) = playground.bearer()?;
    // What comes by standard input is saved in the vault.
    let mut input = tempfile::tempfile()?;
    input.write_all(token.as_bytes())?;
    input.rewind()?;
    let mut add = patchbay(&["connector", "add", bearer, "--name", "play", "--connect"]);
    shell::run(add.args(["--token-from", "-"]).stdin(input))?;

    let open = playground.open_url()?;
    let run_inspector = || {
        let mut node = Command::new("node");
        node.arg(&inspector)
            .args(["--cli", open, "--method", "tools/call"]);
        node.args(["--tool-name", "echo", "--tool-arg", "message=hello"]);
        time(node)
    };
    let run_patchbay = || time(patchbay(&["tool", "run", "play", "echo", "message=hello"]));
    let mut times = [Vec::new(), Vec::new()];
    // The first run of each fills caches and does not count.
    for round in 0..=RUNS {
        let round_times = [run_patchbay()?, run_inspector()?];
        for (times, time) in times.iter_mut().zip(round_times) {
            if round > 0 {
                times.push(time);
            }
        }
    }
    let [ours, theirs] = times.map(|times| median(times.into_iter()));
    let ratio = theirs / ours;
    Ok(Outcome {
        bench: "cli_cold",
        kind: "ratio",
        number: ratio,
        unit: "times faster than the Inspector",
        goal: Goal::AtLeast(15.0),
        detail: json!({ "patchbayMs": ours, "inspectorMs": theirs, "runs": RUNS }),
    })
}

/// Milliseconds that a run takes, which has to bring the answer.
fn time(mut command: Command) -> Result<f64> {
    let begun = Instant::now();
    let output = command.output().context("it cannot be started")?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success() && text.contains("hello"),
        "{text}{errors}"
    );
    Ok(took)
}
