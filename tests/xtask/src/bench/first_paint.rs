//! How long a person waits for the app's window and what it takes, beside the least that Tauri can show.

use std::{
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use serde_json::json;

use super::{Goal, Outcome, median, processes::Tree};
use crate::{
    bundle,
    headless::{Display, Frame, GuardedChild},
    paths, shell,
    system::{self, Need},
};

/// Starts that count, of each program.
const STARTS: usize = 15;

/// How long one start or end may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How often the display is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A page has content when it shows something on its background.
const CONTENT_COLOURS: usize = 2;

/// Starts the release app and a blank window in turns on one display.
pub(super) fn measure() -> Result<Vec<Outcome>> {
    if !cfg!(target_os = "linux") {
        bail!("first_paint reads the picture of an X display, which only Linux has");
    }
    system::prepare(Need::Headless)?;
    bundle::build_programs(&["patchbay-blank-window"])?;
    let stage = Stage::new()?;
    let programs = [
        paths::release_binary("patchbay-desktop"),
        paths::release_binary("patchbay-blank-window"),
    ];
    let mut starts = [Vec::new(), Vec::new()];
    // The first start of each fills caches and does not count.
    for round in 0..=STARTS {
        for (program, starts) in programs.iter().zip(&mut starts) {
            let start = stage.start(program)?;
            if round > 0 {
                starts.push(start);
            }
        }
    }
    let [app, blank] = starts;
    Ok(vec![time(&app, &blank), memory(&app, &blank)])
}

/// What one start took.
struct Start {
    /// Milliseconds until the first content was on the display.
    painted: f64,
    /// Memory of all its processes shortly after, in MiB.
    memory: f64,
}

/// Where programs are started: a display and a session that stay the same.
struct Stage {
    display: Display,
    session: GuardedChild,
}

impl Stage {
    fn new() -> Result<Self> {
        let display = Display::start(1280, 800)?;
        let session = display.start_program(Path::new("true"), |_| {})?;
        Ok(Self { display, session })
    }

    fn start(&self, program: &Path) -> Result<Start> {
        let mut frame = self.display.frame()?;
        wait_for_colours(&mut frame, "an empty display", |colours| colours == 0)?;
        let mut command = self.display.command_in_session(&self.session, program);
        let begun = Instant::now();
        let app = App(command.spawn()?);
        wait_for_colours(&mut frame, "content in the window", |colours| {
            colours >= CONTENT_COLOURS
        })?;
        let painted = begun.elapsed().as_secs_f64() * 1000.0;
        let tree = Tree::of(app.0.id())?;
        let memory = bundle::mebibytes(stable_memory(&tree)?);
        drop(app);
        shell::poll("the end of the app", TIMEOUT, || {
            Ok(tree.is_gone().then_some(()))
        })?;
        Ok(Start { painted, memory })
    }
}

fn wait_for_colours(frame: &mut Frame, what: &str, fits: impl Fn(usize) -> bool) -> Result<()> {
    shell::poll_every(LOOK_EVERY, what, TIMEOUT, || {
        Ok(fits(frame.colours(CONTENT_COLOURS)?).then_some(()))
    })
}

/// The memory of `tree` in bytes, once two looks half a second apart differ by less than a hundredth.
fn stable_memory(tree: &Tree) -> Result<u64> {
    let mut before = 0;
    let look = || {
        let now = tree.proportional_memory()?;
        let settled = now.abs_diff(before) < now / 100;
        before = now;
        Ok(settled.then_some(now))
    };
    shell::poll_every(Duration::from_millis(500), "steady memory", TIMEOUT, look)
}

/// A started program; it ends when dropped, as if the person's session did.
struct App(Child);

impl Drop for App {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

fn time(app: &[Start], blank: &[Start]) -> Outcome {
    let [app, blank] = [app, blank].map(|starts| median(starts.iter().map(|start| start.painted)));
    let ratio = app / blank;
    Outcome {
        bench: "first_paint",
        kind: "ratio",
        number: ratio,
        unit: "times a blank window's time",
        goal: Goal::AtMost(1.4),
        detail: json!({ "appMs": app.round(), "blankMs": blank.round(), "starts": STARTS }),
    }
}

fn memory(app: &[Start], blank: &[Start]) -> Outcome {
    let [app, blank] = [app, blank].map(|starts| median(starts.iter().map(|start| start.memory)));
    let ratio = app / blank;
    Outcome {
        bench: "first_paint_memory",
        kind: "ratio",
        number: ratio,
        unit: "times a blank window's memory",
        goal: Goal::AtMost(1.3),
        detail: json!({ "appMiB": app.round(), "blankMiB": blank.round(), "starts": STARTS }),
    }
}
