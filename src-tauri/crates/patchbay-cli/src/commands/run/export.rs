//! `patchbay run export`.

use std::path::Path;

use patchbay_model::{RunId, count};
use patchbay_ops::{RunExport, export_run, export_runs, list_connectors, run_document};

use super::query_of;
use crate::args::RunExportArgs;
use crate::cli::Cli;
use crate::failure::Failure;

pub(super) async fn run(cli: &Cli, args: RunExportArgs) -> Result<(), Failure> {
    let one = args.id.map(RunId::new);
    let query = query_of(args.filter, args.limit.unwrap_or(0));
    // Secrets are left out of the export, so they have to be known.
    for connector in list_connectors(&cli.cx).await? {
        cli.unlock_for(&connector).await?;
    }
    if args.output != "-" {
        let path = Path::new(&args.output);
        let exported = match &one {
            Some(id) => export_run(&cli.cx, id, path).await?,
            None => export_runs(&cli.cx, &query, args.format, path).await?,
        };
        cli.say(done_message(exported.runs));
        return cli
            .out
            .answer(&exported, |_| format!("{}\n", exported.path));
    }
    let mut raw = cli.out.raw()?;
    if let Some(id) = &one {
        let document = run_document(&cli.cx, id).await?;
        raw.write(document.as_bytes())?;
        raw.finish()?;
        cli.say(done_message(1));
        return Ok(());
    }
    let mut export = RunExport::new(&cli.cx, &query, args.format);
    while let Some(piece) = export.next().await? {
        raw.write(&piece)?;
    }
    raw.finish()?;
    cli.say(done_message(export.runs()));
    Ok(())
}

fn done_message(runs: u32) -> String {
    format!("Exported {}.", count(runs, "run"))
}
