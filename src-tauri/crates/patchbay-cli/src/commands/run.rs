//! `patchbay run …`, and what is shown of a run that has just ended.

mod compare;
mod export;
mod follow;
mod keep;

use patchbay_model::{
    Code, Connector, Content, Problem, RunId, RunQuery, RunState, Timestamp, ToolResult, ToolRun,
    ToolRunSummary, inert_json, inert_json_pretty,
};
use patchbay_ops::{Error, find_connector, find_run, list_runs, remove_run, replay_run};

use super::tool::{Progress, confirm, until_interrupted};
use super::watch;
use crate::args::{RunFilterArgs, RunListArgs, RunVerb};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table};
use crate::output::{Screen, text, when, words};

pub(super) async fn run(cli: &Cli, verb: RunVerb) -> Result<(), Failure> {
    match verb {
        RunVerb::List(args) => list(cli, args).await,
        RunVerb::Show { id } => show(cli, id).await,
        RunVerb::Again { id, connector } => replay(cli, id, connector).await,
        RunVerb::Next { id } => follow::next(cli, &id).await,
        RunVerb::Save { id, part, folder } => follow::save(cli, &id, part, folder).await,
        RunVerb::Compare(args) => compare::run(cli, args).await,
        RunVerb::Export(args) => export::run(cli, args).await,
        RunVerb::Limits { days, runs } => keep::limits(cli, days, runs).await,
        RunVerb::Prune => keep::prune(cli).await,
        RunVerb::Delete { id: Some(id), .. } => {
            remove_run(&cli.cx, &RunId::new(&id)).await?;
            cli.stderr.say(&format!("Deleted {id}."));
            cli.out.answer(&id, |_| String::new())
        }
        RunVerb::Delete { id: None, .. } => keep::delete_all(cli).await,
    }
}

/// What the filters ask for; 0 for all that there are.
fn query_of(filter: RunFilterArgs, limit: u32) -> RunQuery {
    let typed = RunQuery::parse(&filter.query.join(" "));
    let states: Vec<RunState> = filter.states.into_iter().map(Into::into).collect();
    RunQuery {
        states: if states.is_empty() {
            typed.states
        } else {
            states
        },
        before: filter.before.map(RunId::new),
        limit,
        ..typed
    }
}

async fn list(cli: &Cli, args: RunListArgs) -> Result<(), Failure> {
    let query = query_of(args.filter, args.limit);
    watch::repeat(cli, async || list_page(cli, &query).await).await
}

async fn list_page(cli: &Cli, query: &RunQuery) -> Result<(), Failure> {
    let page = list_runs(&cli.cx, query).await?;
    let now = cli.now();
    let left = page
        .total
        .saturating_sub(u32::try_from(page.runs.len()).unwrap_or(u32::MAX));
    if page.runs.is_empty() {
        cli.stderr.say("No runs.");
    }
    cli.out.answer(&page, |screen| {
        if page.runs.is_empty() {
            return String::new();
        }
        let heads = [
            "ID",
            "CONNECTOR",
            "TOOL",
            "STATUS",
            "DURATION",
            "WHEN",
            "BY",
        ];
        Table::new(heads, page.runs.iter().map(|run| row(run, now))).render(screen)
    })?;
    if let Some(next) = page.next.filter(|_| left > 0) {
        cli.stderr
            .say(&format!("{left} more. Next: --before {next}"));
    }
    Ok(())
}

fn row(run: &ToolRunSummary, now: Timestamp) -> [Cell; 7] {
    let (state, tone) = words::run_state(run.state);
    [
        Cell::from(run.id.as_str()),
        Cell::from(&run.connector_title),
        Cell::from(&run.tool),
        Cell::toned(state, tone),
        Cell::from(run.duration_ms.map(when::duration).unwrap_or_default()),
        Cell::from(when::relative(run.started_at, now)),
        Cell::from(words::origin(&run.origin)),
    ]
}

async fn show(cli: &Cli, id: String) -> Result<(), Failure> {
    let run = find_run(&cli.cx, &RunId::new(id)).await?;
    let now = cli.now();
    cli.out.answer(&run, |screen| {
        format!("{}{}", facts(&run, now, screen), result_words(&run, screen))
    })
}

fn facts(run: &ToolRun, now: Timestamp, screen: Screen) -> String {
    let summary = &run.summary;
    let (state, tone) = words::run_state(summary.state);
    let problem = summary.problem.as_ref();
    let arguments = inert_json(&run.arguments);
    let facts = Facts::default()
        .add("Run", summary.id.as_str())
        .add("Connector", &summary.connector_title)
        .add("Tool", &summary.tool)
        .add("Account", words::identity(&summary.identity, now))
        .add("Started by", words::origin(&summary.origin))
        .toned("Status", state, tone)
        .maybe("Error", problem.map(|problem| &problem.message))
        .maybe("Code", problem.map(|problem| problem.code.as_str()))
        .add("When", when::relative(summary.started_at, now))
        .maybe("Duration", summary.duration_ms.map(when::duration))
        .maybe("Size", summary.result_bytes.map(when::size))
        .maybe("Repeats", run.replay_of.as_ref().map(RunId::as_str))
        .add("Arguments", arguments);
    let asked = run.questions.iter().fold(facts, |facts, question| {
        let reply = words::reply(question.reply);
        facts.add("Question", format!("{} ({reply})", question.message))
    });
    asked.render(screen)
}

fn result_words(run: &ToolRun, screen: Screen) -> String {
    run.result
        .as_ref()
        .map(|result| format!("\n{}", result_text(result, screen)))
        .unwrap_or_default()
}

async fn replay(cli: &Cli, id: String, elsewhere: Option<String>) -> Result<(), Failure> {
    let id = RunId::new(id);
    let earlier = find_run(&cli.cx, &id).await?.summary;
    let connector = match &elsewhere {
        Some(named) => cli.connector(named).await?,
        None => find_connector(&cli.cx, &earlier.connector).await?,
    };
    cli.unlock_for(&connector).await?;
    let progress = Progress::new(cli);
    let again = |confirmed| {
        let running = replay_run(
            &cli.cx,
            &id,
            Some(connector.id.clone()),
            patchbay_model::Origin::CommandLine,
            confirmed,
            progress.listener(),
        );
        until_interrupted(cli, running, &progress)
    };
    let run = match again(cli.assume_yes()).await {
        Err(super::tool::Stopped::Failed(Error::ConfirmationNeeded { what: tool })) => {
            let identity = words::identity(&connector.identity, cli.now());
            confirm(cli, &tool, &connector.title, &identity)?;
            again(true).await
        }
        run => run,
    };
    let run = run.map_err(|stopped| stopped.into_failure(&connector))?;
    finish(cli, &run, &connector)
}

/// Shows what a run brought, and fails as it did.
///
/// # Errors
/// The problem of the run.
pub(super) fn finish(cli: &Cli, run: &ToolRun, connector: &Connector) -> Result<(), Failure> {
    cli.stderr.clear();
    cli.out.answer(run, |screen| {
        let result = run.result.as_ref();
        result
            .map(|result| result_text(result, screen))
            .unwrap_or_default()
    })?;
    let summary = &run.summary;
    match (&summary.problem, summary.state) {
        (None, RunState::Done) => {
            let took = summary.duration_ms.map(when::duration).unwrap_or_default();
            cli.stderr
                .say(&format!("Done in {took} (run {})", summary.id));
            Ok(())
        }
        (None, _) => Err(Failure::cancelled()),
        (Some(problem), _) => Err(failure_of(problem, &summary.tool, connector)),
    }
}

/// The failure of a run; what the tool or its server said itself may come of its arguments.
fn failure_of(problem: &Problem, tool: &str, connector: &Connector) -> Failure {
    let failure = Failure::from(problem.clone()).of(connector);
    match failure.code() {
        Code::ToolFailed | Code::McpServerError if failure.hint().is_none() => {
            let [name, tool] = [&connector.name, tool].map(text::quote);
            failure.with_hint(format!(
                "To see its arguments, run `patchbay tool show {name} {tool}`."
            ))
        }
        _ => failure,
    }
}

/// The answer of a tool: its texts as they are, of anything else what it is.
fn result_text(result: &ToolResult, screen: Screen) -> String {
    if result.content.is_empty() {
        let structured = result.structured.as_ref();
        return structured
            .map(inert_json_pretty)
            .map(|json| inert_for(&json, screen))
            .unwrap_or_default();
    }
    result
        .content
        .iter()
        .map(|part| inert_for(&part_text(part), screen))
        .collect()
}

fn part_text(part: &Content) -> String {
    match part {
        Content::Text { text } => text.clone(),
        Content::Image { data, mime_type } => binary("image", mime_type, data),
        Content::Audio { data, mime_type } => binary("sound", mime_type, data),
        Content::ResourceLink { uri, name, .. } => format!("{name}: {uri}"),
        Content::Resource {
            text: Some(text), ..
        } => text.clone(),
        Content::Resource {
            uri,
            blob,
            mime_type,
            ..
        } => {
            let kind = mime_type.as_deref().unwrap_or("binary");
            binary(uri, kind, blob.as_deref().unwrap_or_default())
        }
        Content::Other { value } => inert_json_pretty(value),
    }
}

/// What stands in place of bytes, which are in the JSON document.
pub(super) fn binary(what: &str, kind: &str, base64: &str) -> String {
    let bytes = u32::try_from(base64.len() / 4 * 3).unwrap_or(u32::MAX);
    format!(
        "[{what}, {kind}, {}; use `patchbay run save`]",
        when::size(bytes)
    )
}

/// Text for a terminal cannot move its cursor; text for a file or a program stays as it is.
fn inert_for(text: &str, screen: Screen) -> String {
    let mut text = if screen.is_terminal {
        text::lines(text)
    } else {
        text.to_owned()
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(text: &str, is_terminal: bool) -> String {
        let content = vec![Content::Text { text: text.into() }];
        // Also one that says that it is no column wide.
        let screen = Screen {
            is_terminal,
            ..Screen::PLAIN
        };
        result_text(
            &ToolResult {
                content,
                ..ToolResult::default()
            },
            screen,
        )
    }

    #[test]
    fn texts_stay_as_they_are_unless_a_terminal_shows_them() {
        assert_eq!(text_of("a\u{1b}[2J\u{202e}", false), "a\u{1b}[2J\u{202e}\n");
        assert_eq!(text_of("a\u{1b}[2J\u{202e}", true), "a�[2J<U+202E>\n");
    }

    #[test]
    fn bytes_are_named_not_shown() {
        let image = Content::Image {
            data: "A".repeat(4000),
            mime_type: "image/png".into(),
        };
        assert_eq!(
            part_text(&image),
            "[image, image/png, 3.0 kB; use `patchbay run save`]"
        );
    }
}
