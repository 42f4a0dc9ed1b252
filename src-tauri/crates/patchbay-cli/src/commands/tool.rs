//! `patchbay tool …`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use patchbay_model::{
    Connector, Origin, RunId, Timestamp, Tool, ToolRun, inert_block, inert_json, inert_json_pretty,
};
use patchbay_ops::{
    ConnectorTool, DryRun, Error, RunProgress, RunTool, cancel_run, check_connectors, dry_run,
    find_tool, list_connectors, list_tools, run_identity, run_tool, trim_runs_daily,
};
use serde_json::Value;

use super::refreshes::Refreshes;
use super::{connect, doctor, run_result, tool_changes};
use crate::args::{RunArgs, ToolVerb};
use crate::cli::Cli;
use crate::command_hint::{quoted_name, tool_command};
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Tone};
use crate::output::{Screen, forms, text, words};
use crate::questions::QuestionResponder;
use crate::start_log::with_start_log;
use crate::stderr::Stderr;
use crate::tool_arguments::{self, is_key};

pub(super) async fn run(cli: &Cli, verb: ToolVerb) -> Result<(), Failure> {
    match verb {
        ToolVerb::List { connector, refresh } => list(cli, connector.as_deref(), refresh).await,
        ToolVerb::Show { connector, tool } => show(cli, &connector, &tool).await,
        ToolVerb::Changes { connector } => tool_changes::list(cli, connector.as_deref()).await,
        ToolVerb::Accept { connector } => tool_changes::accept(cli, &connector).await,
        ToolVerb::Run(args) if args.dry_run => print_dry_run(cli, args).await,
        ToolVerb::Run(args) => {
            let (connector, request) = request(cli, args).await?;
            run_confirmed(cli, connector, request).await
        }
    }
}

async fn list(cli: &Cli, connector: Option<&str>, refresh: bool) -> Result<(), Failure> {
    let connector = cli.optional_connector(connector).await?;
    let failed = match &connector {
        Some(connector) => {
            load(cli, connector, refresh).await?;
            None
        }
        None if refresh => refresh_all(cli).await?,
        None => None,
    };
    let id = connector.as_ref().map(|connector| &connector.id);
    let tools = list_tools(&cli.cx, id).await?;
    let connectors = list_connectors(&cli.cx).await?;
    let if_empty = match &connector {
        Some(_) => "No tools.",
        None => "No tools yet. Connect a connector with `patchbay connector connect NAME`.",
    };
    cli.print_table(
        &tools,
        if_empty,
        ["CONNECTOR", "TOOL", "EFFECT", "DESCRIPTION"],
        |tool| row(tool, &connectors),
    )?;
    failed.map_or(Ok(()), Err)
}

/// Lists the tools of all connectors anew. Returns the failure if none could be listed.
async fn refresh_all(cli: &Cli) -> Result<Option<Failure>, Failure> {
    cli.unlock().await?;
    let checks = check_connectors(&cli.cx).await?;
    let mut refreshes = Refreshes::default();
    for check in &checks {
        refreshes.add(cli, &check.connector.title, doctor::failed_step(check));
    }
    Ok(refreshes.failure("connectors"))
}

fn row(tool: &ConnectorTool, connectors: &[Connector]) -> [Cell; 4] {
    let connector = connectors.iter().find(|one| one.id == tool.connector);
    let lacks_access = connector.is_some_and(|one| {
        let tools = &one.tools_lacking_access;
        tools.contains(&tool.tool.name)
    });
    let connector = connector.map_or(tool.connector.as_str(), |one| &one.name);
    let effect = match words::effect(tool.tool.effect) {
        (word, _) if lacks_access => Cell::toned(&format!("{word}, needs access"), Tone::Warning),
        (word, tone) => Cell::toned(word, tone),
    };
    let description = tool.tool.description.as_ref().or(tool.tool.title.as_ref());
    [
        Cell::from(connector),
        Cell::from(&tool.tool.name),
        effect,
        Cell::from(description.map(String::as_str).unwrap_or_default()),
    ]
}

/// Lists the tools from the server if `refresh` is set or they were never listed.
async fn load(cli: &Cli, connector: &Connector, refresh: bool) -> Result<(), Failure> {
    if !refresh && connector.tool_count.is_some() {
        return Ok(());
    }
    cli.unlock_for(connector).await?;
    connect::list_tools(cli, connector).await
}

async fn show(cli: &Cli, connector: &str, name: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    load(cli, &connector, false).await?;
    let tool = find_tool(&cli.cx, &connector.id, name).await;
    let tool = tool.map_err(|error| explain(error, &connector))?;
    cli.out
        .answer(&tool, |screen| facts(&connector, &tool, screen))
}

/// The command that runs a tool, with placeholders for the arguments that it needs.
fn run_command(connector: &Connector, tool: &Tool) -> String {
    let required = tool.input_schema["required"].as_array();
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let (pairs, others): (Vec<_>, Vec<_>) = required.partition(|name| is_key(name));
    let mut words = vec!["patchbay tool run".to_owned()];
    if !others.is_empty() {
        let values: BTreeMap<_, _> = others.into_iter().map(|name| (name, "VALUE")).collect();
        words.push(format!("--args {}", text::quote(&inert_json(&values))));
    }
    let mut names = pairs.iter().copied().chain([tool.name.as_str()]);
    if names.any(|name| name.starts_with('-')) {
        words.push("--".to_owned());
    }
    words.push(quoted_name(connector));
    words.push(text::quote(&tool.name));
    let pairs = pairs.iter().map(|name| format!("{name}=VALUE"));
    words.extend(pairs.map(|pair| text::quote(&pair)));
    words.join(" ")
}

fn facts(connector: &Connector, tool: &Tool, screen: Screen) -> String {
    let (effect, tone) = words::effect(tool.effect);
    let arguments = forms::arguments(&tool.input_schema, screen);
    let schema = forms::has_nested(&tool.input_schema).then(|| {
        let schema = inert_json_pretty(&tool.input_schema);
        format!("\nArguments (JSON Schema):\n{schema}\n")
    });
    let task = match (tool.needs_task, tool.may_be_task) {
        (true, _) => Some("always"),
        (false, true) => Some("with --as-task"),
        (false, false) => None,
    };
    let facts = Facts::default()
        .add("Name", &tool.name)
        .add_optional("Title", tool.title.as_ref())
        .toned("Effect", effect, tone)
        .add_optional("Task", task)
        .add_optional("Description", tool.description.as_ref())
        .add("Run with", run_command(connector, tool))
        .render(screen);
    format!("{facts}\n{arguments}{}", schema.unwrap_or_default())
}

async fn request(cli: &Cli, args: RunArgs) -> Result<(Connector, RunTool), Failure> {
    let mut arguments = tool_arguments::read(args.args.as_deref(), &args.arguments)?;
    let connector = cli.connector(&args.connector).await?;
    cli.unlock_for(&connector).await?;
    if tool_arguments::has_text(&args.arguments) {
        load(cli, &connector, false).await?;
        // An unknown tool is reported when it is run. One that the server added since takes text alone until then.
        if let Ok(tool) = find_tool(&cli.cx, &connector.id, &args.tool).await {
            let schema = &tool.input_schema;
            tool_arguments::read_by_schema(&mut arguments.0, &args.arguments, schema);
            for name in tool_arguments::unknown(&arguments.0, schema) {
                cli.say(format!("Note: {} has no argument {name}.", args.tool));
            }
        }
    }
    let id = connector.id.clone();
    let request = RunTool {
        timeout_seconds: args.timeout,
        confirmed: cli.assume_yes(),
        credential: args.credential,
        as_task: args.as_task,
        ..RunTool::new(id, args.tool, arguments, Origin::CommandLine)
    };
    Ok((connector, request))
}

async fn print_dry_run(cli: &Cli, args: RunArgs) -> Result<(), Failure> {
    let (connector, request) = request(cli, args).await?;
    let dry = dry_run(&cli.cx, request).await;
    let dry = dry.map_err(|error| explain(error, &connector))?;
    let now = cli.now();
    cli.out.answer(&dry, |screen| {
        let identity = words::identity(&dry.identity, now);
        render_dry_run(&dry, &identity, screen)
    })
}

fn render_dry_run(dry: &DryRun, identity: &str, screen: Screen) -> String {
    let (effect, tone) = words::effect(dry.effect);
    let request = &dry.request;
    let body = request.body.as_deref().map(inert_block);
    let to = request.method.as_ref().zip(request.url.as_ref());
    let to = to.map_or_else(
        || "one line to the program's standard input".to_owned(),
        |(method, url)| format!("{method} {url}"),
    );
    let missing =
        (!dry.is_exact).then_some("not connected yet: id, session and version may differ");
    let facts = Facts::default()
        .add("Request", to)
        .add_optional("Note", missing)
        .add("Account", identity)
        .toned("Effect", effect, tone)
        .render(screen);
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| text::line(&format!("{name}: {value}")) + "\n");
    let headers: String = headers.collect();
    format!("{facts}\n{headers}\n{}\n", body.unwrap_or_default())
}

/// Runs a tool, asking for confirmation if it needs one, and prints its result.
pub(super) async fn run_confirmed(
    cli: &Cli,
    connector: Connector,
    request: RunTool,
) -> Result<(), Failure> {
    let start = |confirmed, progress: &Progress| {
        let request = RunTool {
            confirmed,
            ..request.clone()
        };
        run_tool(&cli.cx, request, progress.listener())
    };
    let run = with_confirmation(cli, &connector, request.credential.as_deref(), start).await?;
    let finished = run_result::finish(cli, &run, Some(&connector));
    trim_runs_daily(&cli.cx).await;
    finished
}

/// Waits for the run that `start` begins. If its tool needs a confirmation, asks for it and starts again, confirmed.
pub(super) async fn with_confirmation<F>(
    cli: &Cli,
    connector: &Connector,
    credential: Option<&str>,
    start: impl Fn(bool, &Progress) -> F,
) -> Result<ToolRun, Failure>
where
    F: Future<Output = Result<ToolRun, Error>>,
{
    let progress = Progress::new(cli);
    let attempt = |confirmed| {
        let running = start(confirmed, &progress);
        let running = with_start_log(&cli.cx, &cli.stderr, connector, running);
        until_interrupted(cli, running, &progress)
    };
    let run = match attempt(cli.assume_yes()).await {
        Err(RunError::Failed(Error::ConfirmationNeeded { what: tool })) => {
            confirm(cli, &tool, connector, credential)?;
            attempt(true).await
        }
        run => run,
    };
    run.map_err(|run_error| run_error.into_failure(connector))
}

/// The failure of a run, with a hint that names the command that helps.
fn explain(error: Error, connector: &Connector) -> Failure {
    let name = quoted_name(connector);
    let hint = match &error {
        Error::ToolNotFound { similar, .. } if similar.is_empty() => {
            run_result::missing_tool_hint(format!("Run `patchbay tool list {name}`."), connector)
        }
        Error::ToolNotFound { similar, .. } => {
            let similar: Vec<_> = similar.iter().map(|name| text::quote(name)).collect();
            let hint = format!(
                "Use {}, or run `patchbay tool list {name}`.",
                similar.join(" or ")
            );
            run_result::missing_tool_hint(hint, connector)
        }
        Error::Arguments { tool, .. } => {
            let show = tool_command("show", connector, tool);
            format!("Run `patchbay {show}`.")
        }
        Error::ArgumentsNotKept { tool, .. } => {
            let run = tool_command("run", connector, tool);
            format!("Run `patchbay {run}` with its arguments.")
        }
        _ => return Failure::about(error, connector),
    };
    Failure::from(error).with_hint(hint)
}

/// Asks before a destructive tool runs, naming tool, connector and identity.
fn confirm(
    cli: &Cli,
    tool: &str,
    connector: &Connector,
    credential: Option<&str>,
) -> Result<(), Failure> {
    let question = confirmation(tool, connector, credential, cli.now());
    let needed = Error::ConfirmationNeeded {
        what: text::line(tool),
    };
    cli.confirm(&question, needed.into())
}

fn confirmation(
    tool: &str,
    connector: &Connector,
    credential: Option<&str>,
    now: Timestamp,
) -> String {
    let identity = words::identity(&run_identity(connector, credential), now);
    let [tool, connector, identity] = [tool, &connector.title, &identity].map(text::line);
    format!("{tool} may delete or overwrite data. Run it on {connector} as {identity}?")
}

pub(super) enum RunError {
    Failed(Error),
    Interrupted,
}

impl RunError {
    pub(super) fn into_failure(self, connector: &Connector) -> Failure {
        match self {
            Self::Failed(error) => explain(error, connector),
            Self::Interrupted => Failure::cancelled(),
        }
    }
}

/// Waits for a run. The first Ctrl-C cancels it, which its server and the history get to know; the second stops
/// waiting.
pub(super) async fn until_interrupted(
    cli: &Cli,
    running: impl Future<Output = Result<ToolRun, Error>>,
    progress: &Progress,
) -> Result<ToolRun, RunError> {
    tokio::pin!(running);
    let _responder = QuestionResponder::start(cli);
    let mut interrupts = Interrupts::listen();
    tokio::select! {
        run = &mut running => return run.map_err(RunError::Failed),
        () = interrupts.next() => {}
    }
    let Some(id) = progress.started.get() else {
        return Err(RunError::Interrupted);
    };
    // This fails if the run has ended meanwhile.
    drop(cancel_run(&cli.cx, id).await);
    tokio::select! {
        run = &mut running => run.map_err(RunError::Failed),
        () = interrupts.next() => Err(RunError::Interrupted),
    }
}

/// Prints the progress of a run, and stores its id once it has started.
pub(super) struct Progress {
    started: Arc<OnceLock<RunId>>,
    stderr: Stderr,
    now: Timestamp,
}

impl Progress {
    pub(super) fn new(cli: &Cli) -> Self {
        Self {
            started: Arc::default(),
            stderr: cli.stderr.clone(),
            now: cli.now(),
        }
    }

    pub(super) fn listener(&self) -> impl Fn(RunProgress) + Send + Sync + use<> {
        let (started, stderr, now) = (Arc::clone(&self.started), self.stderr.clone(), self.now);
        move |step| match step {
            RunProgress::Started { run, identity } => {
                // A run starts once.
                drop(started.set(run));
                stderr.step(&format!("Running as {} …", words::identity(&identity, now)));
            }
            RunProgress::Progress {
                progress,
                total,
                message,
            } => stderr.step(&progress_line(progress, total, message.as_deref())),
        }
    }
}

fn progress_line(progress: f64, total: Option<f64>, message: Option<&str>) -> String {
    let total = total.map(|total| format!(" of {total}"));
    let message = message.map(|message| format!(": {}", text::line(message)));
    format!(
        "{progress}{}{}",
        total.unwrap_or_default(),
        message.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use patchbay_model::Json;
    use serde_json::json;

    use super::*;
    use crate::command_hint::tests::named_commands::assert_runnable;
    use crate::command_hint::tests::wiki;

    #[test]
    fn a_confirmation_names_the_credential_that_was_chosen() {
        let mut wiki = wiki();
        wiki.identity.credential = Some("mine".to_owned());
        wiki.identity.user = Some("ada".to_owned());
        let now = Timestamp::parse("2026-11-20T09:41:00Z").unwrap();
        for (chosen, who) in [
            (None, "mine · ada"),
            (Some("mine"), "mine · ada"),
            (Some("ops"), "ops"),
        ] {
            let asked = confirmation("wipe", &wiki, chosen, now);
            let end = format!("Run it on Wiki as This computer · {who}?");
            assert!(asked.ends_with(&end), "{asked}");
        }
    }

    #[test]
    fn a_tool_is_shown_with_the_command_that_runs_it() {
        for (name, required, expected) in [
            (
                "delete note",
                json!(["id", "a b"]),
                "wiki \"delete note\" id=VALUE \"a b=VALUE\"",
            ),
            ("-x", json!([]), "-- wiki \"-x\""),
            (
                "odd",
                json!(["--q", "a=b", "c:"]),
                r#"--args '{"a=b":"VALUE","c:":"VALUE"}' -- wiki odd "--q=VALUE""#,
            ),
        ] {
            let tool = Tool {
                name: name.to_owned(),
                input_schema: Json(json!({ "type": "object", "required": required })),
                ..Tool::default()
            };
            let command = run_command(&wiki(), &tool);
            assert_eq!(command, format!("patchbay tool run {expected}"));
            assert_runnable(&format!("`{command}`"));
        }
    }

    #[test]
    fn a_hint_names_a_tool_that_looks_like_an_option() {
        let tool = "-x".to_owned();
        let is_secret = false;
        let hint = explain(Error::ArgumentsNotKept { tool, is_secret }, &wiki()).into_problem();
        let expected = "Run `patchbay tool run -- wiki \"-x\"` with its arguments.";
        assert_eq!(hint.hint.as_deref(), Some(expected));
        assert_runnable(expected);
    }
}
