//! `patchbay run show --file`: runs of an exported file, which are not in the history.

use std::path::Path;

use patchbay_model::count;
use patchbay_ops::read_runs_file;

use super::{answer_run, table};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::text;

/// Shows the run with that id or the only one, or else a list.
pub(super) async fn show(cli: &Cli, path: &Path, id: Option<&str>) -> Result<(), Failure> {
    let file = read_runs_file(path).await?;
    let named = |id: &str| file.runs.iter().find(|run| run.summary.id.as_str() == id);
    let run = match (id, file.runs.as_slice()) {
        (Some(id), _) => named(id).map(Some).ok_or_else(|| {
            let path = text::quote(&path.display().to_string());
            Failure::usage(
                "that file has no run with this id",
                format!("Run `patchbay run show --file {path}`."),
            )
        })?,
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let name = text::line(&file.name);
    let Some(run) = run else {
        let runs = count(file.runs.len(), "run");
        cli.say(format!("{runs} from {name}."));
        let (now, summaries) = (cli.now(), file.runs.iter().map(|run| &run.summary));
        return cli
            .out
            .answer(&file, |screen| table(summaries, now).render(screen));
    };
    cli.say(format!("From {name}, not from your history."));
    answer_run(cli, run, None)
}
