//! `patchbay run limits`, `prune` and `delete --all`.

use patchbay_model::{Timestamp, count};
use patchbay_ops::{Error, History, Retention, keep_runs, remove_all_runs, trim_runs};

use crate::args::Limit;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::{Screen, when};

pub(super) async fn limits(
    cli: &Cli,
    days: Option<Limit>,
    runs: Option<Limit>,
) -> Result<(), Failure> {
    let mut history = patchbay_ops::history(&cli.cx).await?;
    let is_changed = days.is_some() || runs.is_some();
    if is_changed {
        let retention = Retention {
            days: days.map_or(history.retention.days, |days| days.0),
            runs: runs.map_or(history.retention.runs, |runs| runs.0),
        };
        history = keep_runs(&cli.cx, retention).await?;
    }
    let due = history.due;
    if due > 0 {
        cli.say(format!(
            "{due} past the limit; deleted within a day, or now with `patchbay run prune`."
        ));
    }
    let now = cli.now();
    cli.print_state(is_changed, &history, |screen| facts(&history, now, screen))
}

fn facts(history: &History, now: Timestamp, screen: Screen) -> String {
    let Retention { days, runs } = history.retention;
    let days = days.map_or_else(|| "forever".to_owned(), |days| count(days, "day"));
    let newest = runs.map_or_else(|| "no limit".to_owned(), |runs| format!("latest {runs}"));
    Facts::default()
        .add("Limit", format!("{days}, {newest}"))
        .add("Runs", history.runs.to_string())
        .add("Size", when::size(u64::from(history.kilobytes) * 1000))
        .add_optional(
            "Pinned",
            (history.pinned > 0).then(|| history.pinned.to_string()),
        )
        .add_optional("Oldest", history.oldest.map(|at| when::relative(at, now)))
        .render(screen)
}

pub(super) async fn prune(cli: &Cli) -> Result<(), Failure> {
    let removed = trim_runs(&cli.cx).await?;
    print_done(cli, removed)
}

pub(super) async fn delete_all(cli: &Cli) -> Result<(), Failure> {
    let History { runs, pinned, .. } = patchbay_ops::history(&cli.cx).await?;
    let runs = runs.saturating_sub(pinned);
    let stays = if pinned > 0 { " Pinned runs stay." } else { "" };
    let needed = Error::ConfirmationNeeded {
        what: "Deleting all runs".to_owned(),
    };
    cli.confirm(
        &format!("Delete all runs ({runs})?{stays} You can't undo this."),
        needed.into(),
    )?;
    let removed = remove_all_runs(&cli.cx).await?;
    print_done(cli, removed)
}

fn print_done(cli: &Cli, removed: u32) -> Result<(), Failure> {
    cli.print_done(format!("Deleted {}.", count(removed, "run")), &removed)
}
