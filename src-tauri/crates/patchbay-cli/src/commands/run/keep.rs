//! `patchbay run keep`, `trim` and `clear`.

use patchbay_model::{Code, Problem};
use patchbay_ops::{History, Retention, history, keep_runs, remove_all_runs, trim_runs};

use crate::args::Limit;
use crate::door::Door;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::{Screen, when};

pub(super) async fn keep(
    door: &Door,
    days: Option<Limit>,
    runs: Option<Limit>,
) -> Result<(), Failure> {
    let mut kept = history(&door.cx).await?;
    if days.is_some() || runs.is_some() {
        let retention = Retention {
            days: days.map_or(kept.retention.days, |days| days.0),
            runs: runs.map_or(kept.retention.runs, |runs| runs.0),
        };
        kept = keep_runs(&door.cx, retention).await?;
    }
    if kept.due > 0 {
        let due = kept.due;
        door.talk.say(&format!(
            "{due} are too old: the app removes them within the hour, `patchbay run trim` now."
        ));
    }
    let now = door.now();
    door.out.answer(&kept, |screen| facts(&kept, now, screen))
}

fn facts(history: &History, now: patchbay_model::Timestamp, screen: Screen) -> String {
    let Retention { days, runs } = history.retention;
    let days = days.map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
    let newest = runs.map_or_else(|| "all".to_owned(), |runs| format!("the newest {runs}"));
    Facts::default()
        .add("Kept", format!("{days}, {newest}"))
        .add("Runs", history.runs.to_string())
        .add("Size", when::size(history.kilobytes.saturating_mul(1000)))
        .maybe("Oldest", history.oldest.map(|at| when::relative(at, now)))
        .render(screen)
}

pub(super) async fn trim(door: &Door) -> Result<(), Failure> {
    let removed = trim_runs(&door.cx).await?;
    said(door, removed)
}

pub(super) async fn clear(door: &Door) -> Result<(), Failure> {
    let runs = history(&door.cx).await?.runs;
    let needed = Problem::new(Code::ConfirmationNeeded, "this removes every run for good")
        .with_hint("Add --yes to confirm.");
    door.confirm(&format!("Remove all {runs} runs for good?"), needed.into())?;
    let removed = remove_all_runs(&door.cx).await?;
    said(door, removed)
}

fn said(door: &Door, removed: u32) -> Result<(), Failure> {
    door.talk.say(&match removed {
        1 => "Removed 1 run.".to_owned(),
        removed => format!("Removed {removed} runs."),
    });
    door.out.answer(&removed, |_| String::new())
}
