//! `patchbay run …`.

mod compare;
mod edit;
mod export;
mod file;
mod follow;
mod retention;

use patchbay_model::{
    CaptureLevel, Code, Connector, Origin, Problem, RunId, RunQuery, Timestamp, ToolRun,
    ToolRunSummary, inert_json,
};
use patchbay_ops::{
    Error, ReplayTarget, find_connector, find_run, list_runs, remove_run, replay_run,
};

use super::run_result::{check, finish, kept_id, result_text};
use super::tool::{Progress, with_confirmation};
use super::watch;
use crate::args::{RunCompareArgs, RunFilterArgs, RunListArgs, RunVerb};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table};
use crate::output::{Screen, when, words};

pub(super) async fn run(cli: &Cli, verb: RunVerb) -> Result<(), Failure> {
    match verb {
        RunVerb::List(args) => list(cli, args).await,
        RunVerb::Show {
            run,
            file: Some(file),
        } => file::show(cli, &file, run.as_deref()).await,
        RunVerb::Show { run, file: None } => show(cli, &run.unwrap_or_default()).await,
        RunVerb::Again {
            run,
            connector,
            credential,
            timeout,
            compare,
        } => {
            let how = Again {
                connector,
                credential,
                timeout,
            };
            again(cli, &run, how, compare).await
        }
        RunVerb::Edit(args) => edit::run(cli, args).await,
        RunVerb::Follow { run } => follow::wait_for_run(cli, &run).await,
        RunVerb::Next { run, timeout } => follow::next(cli, &run, timeout).await,
        RunVerb::Save { run, part, folder } => follow::save(cli, &run, part, folder).await,
        RunVerb::Compare(args) => compare::run(cli, args).await,
        RunVerb::Export(args) => export::run(cli, args).await,
        RunVerb::Limits { days, runs } => retention::limits(cli, days, runs).await,
        RunVerb::Prune => retention::prune(cli).await,
        RunVerb::Delete { run: Some(run), .. } => delete(cli, &run).await,
        RunVerb::Delete { run: None, .. } => retention::delete_all(cli).await,
    }
}

/// The query for these filters; a `limit` of 0 stands for all runs.
async fn query_of(cli: &Cli, filter: RunFilterArgs, limit: u32) -> Result<RunQuery, Failure> {
    let typed = RunQuery::parse(&filter.query.join(" "));
    if let Some((word, expected)) = typed.invalid_filter() {
        return Err(Failure::usage(
            format!("unknown filter {word}"),
            format!("Use {expected}; for text, put it in double quotes, and these in single ones."),
        ));
    }
    let before = match &filter.before {
        Some(run) => Some(cli.run_id(run).await?),
        None => None,
    };
    Ok(RunQuery {
        states: match filter.states.is_empty() {
            true => typed.states,
            false => filter.states,
        },
        before,
        limit,
        ..typed
    })
}

async fn list(cli: &Cli, args: RunListArgs) -> Result<(), Failure> {
    let query = query_of(cli, args.filter, args.limit).await?;
    watch::repeat(cli, async || list_page(cli, &query).await).await
}

async fn list_page(cli: &Cli, query: &RunQuery) -> Result<(), Failure> {
    let page = list_runs(&cli.cx, query).await?;
    let now = cli.now();
    if page.runs.is_empty() {
        let all = RunQuery {
            limit: query.limit,
            ..RunQuery::default()
        };
        cli.say(match *query == all {
            true => "No runs.",
            false => "No matching runs.",
        });
    }
    cli.out.answer(&page, |screen| {
        if page.runs.is_empty() {
            return String::new();
        }
        table(page.runs.iter(), now).render(screen)
    })?;
    if let Some(next) = page.next {
        let total = if page.has_more_than_total {
            format!("At least {}", page.total)
        } else {
            page.total.to_string()
        };
        cli.say(format!("{total} in all. Next: --before {next}"));
    }
    Ok(())
}

fn table<'a>(runs: impl Iterator<Item = &'a ToolRunSummary>, now: Timestamp) -> Table<7> {
    let heads = [
        "ID",
        "CONNECTOR",
        "TOOL",
        "STATUS",
        "DURATION",
        "WHEN",
        "BY",
    ];
    Table::new(heads, runs.map(|run| row(run, now)))
}

fn row(run: &ToolRunSummary, now: Timestamp) -> [Cell; 7] {
    let (state, tone) = words::run_state(run.state);
    [
        Cell::from(run.id.as_str()),
        Cell::from(&run.connector_title),
        Cell::from(tool_label(run)),
        Cell::toned(state, tone),
        Cell::from(run.duration_ms.map(when::duration).unwrap_or_default()),
        Cell::from(when::relative(run.started_at, now)),
        Cell::from(words::origin(&run.origin)),
    ]
}

/// The tool, with the name of the run if it has one.
fn tool_label(run: &ToolRunSummary) -> String {
    match &run.label.name {
        Some(name) => format!("{} ({name})", run.tool),
        None => run.tool.clone(),
    }
}

async fn delete(cli: &Cli, run: &str) -> Result<(), Failure> {
    let id = cli.run_id(run).await?;
    if find_run(&cli.cx, &id).await?.summary.label.pinned {
        let needed = Error::ConfirmationNeeded {
            what: format!("Deleting {id}, which is pinned,"),
        };
        let question = format!("{id} is pinned. Delete it? You can't undo this.");
        cli.confirm(&question, needed.into())?;
    }
    remove_run(&cli.cx, &id).await?;
    cli.print_done(format!("Deleted {id}."), &id)
}

async fn show(cli: &Cli, run: &str) -> Result<(), Failure> {
    let run = find_run(&cli.cx, &cli.run_id(run).await?).await?;
    answer_run(cli, &run, kept_id(&run))
}

/// Shows a run; `saved` is its id if it is in the history.
fn answer_run(cli: &Cli, run: &ToolRun, saved: Option<&RunId>) -> Result<(), Failure> {
    let now = cli.now();
    cli.out.answer(run, |screen| {
        let result = run.result.as_ref();
        let result = result.map(|result| format!("\n{}", result_text(result, saved, screen)));
        facts(run, now, screen) + &result.unwrap_or_default()
    })
}

fn facts(run: &ToolRun, now: Timestamp, screen: Screen) -> String {
    let summary = &run.summary;
    let (state, tone) = words::run_state(summary.state);
    let problem = summary.problem.as_ref();
    let arguments = inert_json(&run.arguments);
    let facts = Facts::default()
        .add("Run", summary.id.as_str())
        .add_optional("Name", summary.label.name.as_ref())
        .add_optional("Note", summary.label.note.as_ref())
        .add_optional("Pinned", summary.label.pinned.then_some("yes"))
        .add("Connector", &summary.connector_title)
        .add("Tool", &summary.tool)
        .add("Account", words::identity(&summary.identity, now))
        .add("Started by", words::origin(&summary.origin))
        .toned("Status", state, tone)
        .add_optional("Error", problem.map(|problem| &problem.message))
        .add_optional("Code", problem.map(|problem| problem.code.as_str()))
        .add("When", when::relative(summary.started_at, now))
        .add_optional("Duration", summary.duration_ms.map(when::duration))
        .add_optional("Size", summary.result_bytes.map(when::size))
        .add_optional("Repeats", run.replay_of.as_ref().map(RunId::as_str))
        .add_optional("Kept", words::capture(summary.capture))
        .add_optional(
            "Arguments",
            (summary.capture != CaptureLevel::Metadata).then_some(arguments),
        );
    let facts = run.questions.iter().fold(facts, |facts, question| {
        let reply = words::reply(question.reply);
        facts.add("Question", format!("{} ({reply})", question.message))
    });
    facts.render(screen)
}

/// How a run is repeated, where not as before.
struct Again {
    connector: Option<String>,
    credential: Option<String>,
    timeout: Option<u32>,
}

async fn again(cli: &Cli, run: &str, how: Again, compares: bool) -> Result<(), Failure> {
    let id = cli.run_id(run).await?;
    let (run, connector) = replay(cli, &id, how).await?;
    if compares {
        let args = RunCompareArgs {
            first: id.to_string(),
            second: Some(run.summary.id.to_string()),
            ..RunCompareArgs::default()
        };
        compare::run(cli, args).await?;
        return check(&run, Some(&connector));
    }
    finish(cli, &run, Some(&connector))
}

async fn replay(cli: &Cli, id: &RunId, how: Again) -> Result<(ToolRun, Connector), Failure> {
    let earlier = find_run(&cli.cx, id).await?;
    let is_elsewhere = how.connector.is_some() || how.credential.is_some();
    let connector = match &how.connector {
        Some(named) => cli.connector(named).await?,
        None => {
            let elsewhere = format!("`patchbay run again {id} --connector NAME`, or ");
            connector_of(cli, &earlier, &elsewhere).await?
        }
    };
    let target = is_elsewhere.then(|| ReplayTarget {
        connector: connector.id.clone(),
        credential: how.credential,
    });
    cli.unlock_for(&connector).await?;
    let start = |confirmed, progress: &Progress| {
        let (target, origin) = (target.clone(), Origin::CommandLine);
        let (timeout, listener) = (how.timeout, progress.listener());
        replay_run(&cli.cx, id, target, origin, confirmed, timeout, listener)
    };
    let named = match &target {
        Some(target) => &target.credential,
        None => &earlier.credential,
    };
    let run = with_confirmation(cli, &connector, named.as_deref(), start).await?;
    Ok((run, connector))
}

/// The connector of a run. If it was removed, the hint names the command that restores it, after those in `others`.
async fn connector_of(cli: &Cli, run: &ToolRun, others: &str) -> Result<Connector, Failure> {
    let id = &run.summary.connector;
    find_connector(&cli.cx, id)
        .await
        .map_err(|error| match error {
            Error::NotFound { .. } => {
                let restore = format!("`patchbay connector restore {id}`");
                Problem::new(Code::NotFound, "the connector of this run was removed")
                    .with_hint(format!("Run {others}{restore} within 10 minutes of that."))
                    .into()
            }
            error => error.into(),
        })
}
