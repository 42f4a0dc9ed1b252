//! `patchbay tool …`.

use std::sync::{Arc, OnceLock};

use patchbay_model::{
    Connector, Origin, RunId, Timestamp, Tool, ToolRun, inert_block, inert_json_pretty,
};
use patchbay_ops::{
    ConnectorTool, DryRun, Error, RunProgress, RunTool, cancel_run, check_connectors, dry_run,
    list_connectors, list_tools, refresh_tools, run_tool,
};

use super::{run_result, tool_changes};
use crate::args::{RunArgs, ToolVerb};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Tone};
use crate::output::{Screen, text, words};
use crate::questions::QuestionResponder;
use crate::stderr::Stderr;
use crate::tool_arguments;

pub(super) async fn run(cli: &Cli, verb: ToolVerb) -> Result<(), Failure> {
    match verb {
        ToolVerb::List { connector, refresh } => list(cli, connector.as_deref(), refresh).await,
        ToolVerb::Show { connector, tool } => show(cli, &connector, &tool).await,
        ToolVerb::Changes { connector } => tool_changes::list(cli, connector.as_deref()).await,
        ToolVerb::Accept { connector } => tool_changes::accept(cli, &connector).await,
        ToolVerb::Run(args) if args.dry_run => print_dry_run(cli, args).await,
        ToolVerb::Run(args) => run_tool_command(cli, args).await,
    }
}

async fn list(cli: &Cli, connector: Option<&str>, refresh: bool) -> Result<(), Failure> {
    let connector = cli.optional_connector(connector).await?;
    match &connector {
        Some(connector) => load(cli, connector, refresh).await?,
        None if refresh => {
            cli.unlock().await?;
            check_connectors(&cli.cx).await?;
        }
        None => {}
    }
    let id = connector.as_ref().map(|connector| &connector.id);
    let tools = list_tools(&cli.cx, id).await?;
    let connectors = list_connectors(&cli.cx).await?;
    cli.print_table(
        &tools,
        "No tools. Connect one first: patchbay connector connect NAME",
        ["CONNECTOR", "TOOL", "EFFECT", "DESCRIPTION"],
        |tool| row(tool, &connectors),
    )
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
    let listed = refresh_tools(&cli.cx, &connector.id).await;
    listed
        .map(drop)
        .map_err(|error| Failure::from(error).of(connector))
}

async fn show(cli: &Cli, connector: &str, name: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    load(cli, &connector, false).await?;
    let tools = list_tools(&cli.cx, Some(&connector.id)).await?;
    let tool = tools.into_iter().find(|one| one.tool.name == name);
    let tool = tool.ok_or_else(|| {
        let (kind, name) = ("tool", name.to_owned());
        explain(Error::NotFound { kind, name }, &connector)
    })?;
    let tool = tool.tool;
    cli.out.answer(&tool, |screen| facts(&tool, screen))
}

fn facts(tool: &Tool, screen: Screen) -> String {
    let (effect, tone) = words::effect(tool.effect);
    let schema = inert_json_pretty(&tool.input_schema);
    let facts = Facts::default()
        .add("Name", &tool.name)
        .add_optional("Title", tool.title.as_ref())
        .toned("Effect", effect, tone)
        .add_optional("Description", tool.description.as_ref())
        .render(screen);
    format!("{facts}\nArguments (JSON Schema):\n{schema}\n")
}

async fn request(cli: &Cli, args: RunArgs) -> Result<(Connector, RunTool), Failure> {
    let arguments = tool_arguments::read(args.args.as_deref(), &args.arguments)?;
    let connector = cli.connector(&args.connector).await?;
    cli.unlock_for(&connector).await?;
    let request = RunTool {
        connector: connector.id.clone(),
        tool: args.tool,
        arguments,
        timeout_seconds: args.timeout,
        confirmed: cli.assume_yes(),
        replay_of: None,
        origin: Origin::CommandLine,
        credential: args.credential,
    };
    Ok((connector, request))
}

async fn print_dry_run(cli: &Cli, args: RunArgs) -> Result<(), Failure> {
    let words = args.arguments.clone();
    let (connector, request) = request(cli, args).await?;
    let dry = dry_run(&cli.cx, request).await;
    let dry = dry.map_err(|error| with_json_hint(explain(error, &connector), &words))?;
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

async fn run_tool_command(cli: &Cli, args: RunArgs) -> Result<(), Failure> {
    let words = args.arguments.clone();
    let (connector, request) = request(cli, args).await?;
    let outcome = run_confirmed(cli, connector, request).await;
    outcome.map_err(|failure| with_json_hint(failure, &words))
}

/// Hints at the `:=` syntax if a text argument seems to be meant as JSON.
fn with_json_hint(failure: Failure, words: &[String]) -> Failure {
    match tool_arguments::meant_as_json(words, failure.fields()) {
        Some(key) => {
            let hint = format!("Write {key}:=VALUE for anything but text.");
            failure.with_hint(hint)
        }
        None => failure,
    }
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
    let run = with_confirmation(cli, &connector, start).await?;
    run_result::finish(cli, &run, &connector)
}

/// Waits for the run that `start` begins. If its tool needs a confirmation, asks for it and starts again, confirmed.
pub(super) async fn with_confirmation<F>(
    cli: &Cli,
    connector: &Connector,
    start: impl Fn(bool, &Progress) -> F,
) -> Result<ToolRun, Failure>
where
    F: Future<Output = Result<ToolRun, Error>>,
{
    let progress = Progress::new(cli);
    let attempt = |confirmed| until_interrupted(cli, start(confirmed, &progress), &progress);
    let run = match attempt(cli.assume_yes()).await {
        Err(RunError::Failed(Error::ConfirmationNeeded { what: tool })) => {
            confirm(cli, &tool, connector)?;
            attempt(true).await
        }
        run => run,
    };
    run.map_err(|run_error| run_error.into_failure(connector))
}

/// The failure of a run, with a hint that names the command that helps.
fn explain(error: Error, connector: &Connector) -> Failure {
    let name = text::quote(&connector.name);
    let hint = match &error {
        Error::NotFound { kind: "tool", .. } => {
            format!("Run `patchbay tool list {name}`.")
        }
        Error::Arguments { tool, .. } => {
            let tool = text::quote(tool);
            format!("Run `patchbay tool show {name} {tool}`.")
        }
        _ => return Failure::from(error).of(connector),
    };
    Failure::from(error).with_hint(hint)
}

/// Asks before a destructive tool runs, naming tool, connector and identity.
fn confirm(cli: &Cli, tool: &str, connector: &Connector) -> Result<(), Failure> {
    let identity = words::identity(&connector.identity, cli.now());
    let [tool, connector, identity] = [tool, &connector.title, &identity].map(text::line);
    let question =
        format!("{tool} may delete or overwrite data. Run it on {connector} as {identity}?");
    let needed = Error::ConfirmationNeeded { what: tool };
    cli.confirm(&question, needed.into())
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
