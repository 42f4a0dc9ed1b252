//! `patchbay run edit`.

use patchbay_model::RunLabel;
use patchbay_ops::{find_run, label_run};

use crate::args::RunEditArgs;
use crate::cli::Cli;
use crate::failure::Failure;

pub(super) async fn run(cli: &Cli, args: RunEditArgs) -> Result<(), Failure> {
    let id = cli.run_id(&args.run).await?;
    let before = find_run(&cli.cx, &id).await?.summary.label;
    let label = RunLabel {
        name: args.name.or(before.name),
        note: args.note.or(before.note),
        pinned: args.pin || (before.pinned && !args.unpin),
    };
    let labelled = label_run(&cli.cx, &id, label).await?;
    cli.print_done(format!("Saved {id}."), &labelled)
}
