//! `patchbay run edit`.

use patchbay_model::RunLabel;
use patchbay_ops::{find_run, label_run, list_connectors};

use crate::args::RunEditArgs;
use crate::cli::Cli;
use crate::failure::Failure;

pub(super) async fn run(cli: &Cli, args: RunEditArgs) -> Result<(), Failure> {
    let id = cli.run_id(&args.run).await?;
    let run = find_run(&cli.cx, &id).await?.summary;
    if args.name.is_some() || args.note.is_some() {
        // Secrets are left out of both, so they have to be known.
        let connectors = list_connectors(&cli.cx).await?.into_iter();
        for connector in connectors.filter(|one| one.id == run.connector) {
            cli.unlock_for(&connector).await?;
        }
    }
    let before = run.label;
    let label = RunLabel {
        name: args.name.or(before.name),
        note: args.note.or(before.note),
        pinned: args.pin || (before.pinned && !args.unpin),
    };
    let labelled = label_run(&cli.cx, &id, label).await?;
    cli.print_done(format!("Saved {id}."), &labelled)
}
