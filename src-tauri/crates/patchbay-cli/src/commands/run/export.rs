//! `patchbay run export`.

use std::path::Path;

use patchbay_ops::{RunExport, export_runs, list_connectors};

use super::query_of;
use crate::args::RunExportArgs;
use crate::door::Door;
use crate::failure::Failure;

pub(super) async fn run(door: &Door, args: RunExportArgs) -> Result<(), Failure> {
    let query = query_of(args.filter, args.limit.unwrap_or(0));
    let format = args.format.into();
    // What is secret has to be known to be left out.
    for connector in list_connectors(&door.cx).await? {
        door.unlock_for(&connector).await?;
    }
    if args.output != "-" {
        let path = Path::new(&args.output);
        let exported = export_runs(&door.cx, &query, format, path).await?;
        door.talk.say(&said(exported.runs));
        return door
            .out
            .answer(&exported, |_| format!("{}\n", exported.path));
    }
    if door.out.is_json() {
        return Err(Failure::usage(
            "with --json standard output holds one document",
            "Name a file with --output.",
        ));
    }
    let mut export = RunExport::new(&door.cx, &query, format);
    let mut raw = door.out.raw();
    while let Some(piece) = export.next().await? {
        raw.write(&piece)?;
    }
    raw.finish()?;
    door.talk.say(&said(export.runs()));
    Ok(())
}

fn said(runs: u32) -> String {
    match runs {
        1 => "1 run written.".to_owned(),
        runs => format!("{runs} runs written."),
    }
}
