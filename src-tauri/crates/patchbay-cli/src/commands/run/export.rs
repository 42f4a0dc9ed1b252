//! `patchbay run export`.

use std::path::Path;

use patchbay_model::count;
use patchbay_ops::{RunExport, export_runs, list_connectors};

use super::query_of;
use crate::args::RunExportArgs;
use crate::cli::Cli;
use crate::failure::Failure;

pub(super) async fn run(cli: &Cli, args: RunExportArgs) -> Result<(), Failure> {
    let query = query_of(args.filter, args.limit.unwrap_or(0));
    let format = args.format.into();
    // What is secret has to be known to be left out.
    for connector in list_connectors(&cli.cx).await? {
        cli.unlock_for(&connector).await?;
    }
    if args.output != "-" {
        let path = Path::new(&args.output);
        let exported = export_runs(&cli.cx, &query, format, path).await?;
        cli.stderr.say(&done_message(exported.runs));
        return cli
            .out
            .answer(&exported, |_| format!("{}\n", exported.path));
    }
    if cli.out.is_json() {
        return Err(Failure::usage(
            "--json and binary output both use stdout",
            "Add --output FILE.",
        ));
    }
    let mut export = RunExport::new(&cli.cx, &query, format);
    let mut raw = cli.out.raw();
    while let Some(piece) = export.next().await? {
        raw.write(&piece)?;
    }
    raw.finish()?;
    cli.stderr.say(&done_message(export.runs()));
    Ok(())
}

fn done_message(runs: u32) -> String {
    format!("Exported {}.", count(runs, "run"))
}
