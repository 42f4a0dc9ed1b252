//! `patchbay run follow`, `next` and `save`.

use std::path::PathBuf;

use patchbay_model::{Code, Content, Origin, Problem, RunId, RunState};
use patchbay_ops::{Attachment, Error, RunTool, find_connector, find_run, follow_run, next_page};

use super::connector_of;
use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::commands::run_result::finish;
use crate::commands::tool::{Progress, run_confirmed, until_interrupted};
use crate::failure::Failure;

/// Waits for a run and prints its result.
pub(super) async fn wait_for_run(cli: &Cli, id: &str) -> Result<(), Failure> {
    let id = cli.run_id(id).await?;
    let run = find_run(&cli.cx, &id).await?;
    let connector = find_connector(&cli.cx, &run.summary.connector).await;
    if run.summary.state != RunState::Running {
        return finish(cli, &run, connector.ok().as_ref());
    }
    let connector = connector?;
    cli.unlock_for(&connector).await?;
    let progress = Progress::new(cli);
    let following = follow_run(&cli.cx, &id, progress.listener());
    let run = until_interrupted(cli, following, &progress).await;
    let run = run.map_err(|run_error| run_error.into_failure(&connector))?;
    finish(cli, &run, Some(&connector))
}

/// Runs the tool of a run again for the next page of its result.
pub(super) async fn next(cli: &Cli, id: &str, timeout: Option<u32>) -> Result<(), Failure> {
    let id = cli.run_id(id).await?;
    let earlier = find_run(&cli.cx, &id).await?;
    let connector = connector_of(cli, &earlier, "").await?;
    cli.unlock_for(&connector).await?;
    let is_kept = earlier.summary.capture.is_full();
    let arguments = next_page(&cli.cx, &id).await?;
    let arguments = arguments.ok_or_else(|| {
        if !is_kept {
            return Failure::usage(
                format!(
                    "the history doesn't keep the results of {}",
                    connector.title
                ),
                "Run the tool again with the arguments of the next page.",
            );
        }
        let problem = Problem::new(
            Code::NotFound,
            format!("the result of {id} has no next page"),
        );
        Failure::from(problem.with_hint(format!("To see it, run `patchbay run show {id}`.")))
    })?;
    let (id, tool) = (connector.id.clone(), earlier.summary.tool);
    let request = RunTool {
        confirmed: cli.assume_yes(),
        timeout_seconds: timeout,
        credential: earlier.credential,
        as_task: earlier.as_task,
        ..RunTool::new(id, tool, arguments, Origin::CommandLine)
    };
    run_confirmed(cli, connector, request).await
}

/// Saves a part of the result to a folder.
pub(super) async fn save(
    cli: &Cli,
    id: &str,
    part: Option<u32>,
    folder: PathBuf,
) -> Result<(), Failure> {
    let id = cli.run_id(id).await?;
    let index = match part {
        Some(number) => number - 1,
        None => first_file(cli, &id).await?,
    };
    let attachment = match Attachment::of_run(&cli.cx, &id, index).await {
        Ok(attachment) => attachment,
        Err(error) => return Err(explain_save(cli, &id, error).await),
    };
    let saved = attachment.save(&folder).await?;
    cli.out.answer(&saved, |_| format!("{}\n", saved.path))
}

/// Names the command that has results kept, where this one was not.
async fn explain_save(cli: &Cli, id: &RunId, error: Error) -> Failure {
    let failure = Failure::from(error);
    let run = find_run(&cli.cx, id).await;
    let Some(run) = run.ok().filter(|run| !run.summary.capture.is_full()) else {
        return failure;
    };
    match find_connector(&cli.cx, &run.summary.connector).await {
        Ok(connector) => failure.with_hint(format!(
            "Run `patchbay connector edit {} --capture full`, then run it again.",
            quoted_name(&connector)
        )),
        Err(_) => failure,
    }
}

/// Index of the first part of the result that is a file.
async fn first_file(cli: &Cli, id: &RunId) -> Result<u32, Failure> {
    let run = find_run(&cli.cx, id).await?;
    let parts = run.result.map(|result| result.content).unwrap_or_default();
    let is_file = |part: &Content| {
        matches!(
            part,
            Content::Image { .. } | Content::Audio { .. } | Content::Resource { .. }
        )
    };
    let index = parts.iter().position(is_file);
    let index = index.and_then(|index| u32::try_from(index).ok());
    // Saving any part says that none was kept.
    let index = index.or((!run.summary.capture.is_full()).then_some(0));
    index.ok_or_else(|| {
        Failure::usage(
            "no file in the result",
            format!("Run `patchbay run show {id}`."),
        )
    })
}
