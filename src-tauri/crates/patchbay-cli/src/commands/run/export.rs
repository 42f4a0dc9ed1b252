//! `patchbay run export`.

use std::path::Path;

use patchbay_model::count;
use patchbay_ops::{RunExport, export_run, export_runs, list_connectors, run_document};

use super::query_of;
use crate::args::RunExportArgs;
use crate::cli::Cli;
use crate::failure::Failure;

pub(super) async fn run(cli: &Cli, args: RunExportArgs) -> Result<(), Failure> {
    let one = match &args.run {
        Some(run) => Some(cli.run_id(run).await?),
        None => None,
    };
    let query = query_of(cli, args.filter, args.limit.unwrap_or(0)).await?;
    // Secrets are left out of the export, so they have to be known.
    for connector in list_connectors(&cli.cx).await? {
        cli.unlock_for(&connector).await?;
    }
    if args.output != "-" {
        let path = Path::new(&args.output);
        cli.confirm_replace(path)?;
        let exported = match &one {
            Some(id) => export_run(&cli.cx, id, path).await?,
            None => export_runs(&cli.cx, &query, args.format, path).await?,
        };
        cli.say(done_message(exported.runs, exported.note.as_deref()));
        return cli
            .out
            .answer(&exported, |_| format!("{}\n", exported.path));
    }
    let mut raw = cli.out.raw()?;
    if let Some(id) = &one {
        let document = run_document(&cli.cx, id).await?;
        raw.write(document.as_bytes())?;
        raw.finish()?;
        cli.say(done_message(1, None));
        return Ok(());
    }
    let mut export = RunExport::new(&cli.cx, &query, args.format);
    while let Some(piece) = export.next().await? {
        if !raw.write(&piece)? {
            return Ok(());
        }
    }
    raw.finish()?;
    cli.say(done_message(export.runs(), export.note().as_deref()));
    Ok(())
}

fn done_message(runs: u32, note: Option<&str>) -> String {
    let done = format!("Exported {}.", count(runs, "run"));
    match note {
        Some(note) => format!("{done} {note}."),
        None => done,
    }
}
