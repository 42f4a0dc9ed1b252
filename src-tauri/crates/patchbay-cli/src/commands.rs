//! The commands: arguments in, one call of a verb, answer out.

mod account;
mod account_fields;
mod api;
mod authentication;
mod background;
mod bundle;
mod catalogue;
mod change;
mod connect;
mod connector;
mod create;
mod credential;
mod deviations;
mod doctor;
mod exec;
mod man;
mod mcp_resources;
mod needs;
mod pasted;
mod platform_credential;
mod program;
mod programs;
mod rotate;
mod run;
mod run_result;
mod session;
mod tool;
mod tool_changes;
mod trust;
mod vault;
mod watch;

use std::process::Command;

use patchbay_ops::unsaved_problem;

use crate::args::{CliArgs, Noun};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::{completion, output};

/// Opens Patchbay, runs the command, and closes it whatever the outcome.
pub(crate) async fn run(args: CliArgs) -> Result<(), Failure> {
    match &args.noun {
        Noun::Completions { shell } => return output::write(&completion::script(*shell)?),
        Noun::Man { folder } => return man::write(folder),
        _ => {}
    }
    let (allows_server, opens_browser) = (args.allows_server(), args.opens_browser());
    let programs = args.allowed_programs;
    let mut cli = Cli::open(args.settings, programs, allows_server, opens_browser).await?;
    if args.noun.watches() {
        cli.out = cli.out.with_repeats();
    }
    let handles_interrupt = args.noun.watches() || handles_interrupt(&args.noun);
    let outcome = tokio::select! {
        outcome = dispatch(&cli, args.noun) => outcome,
        () = interrupted(), if !handles_interrupt => Err(Failure::cancelled()),
    };
    cli.stderr.clear();
    cli.cx.close().await;
    match unsaved_problem(&cli.cx) {
        // Worse than any other failure: unsaved secrets are lost now.
        Some(problem) => Err(problem.into()),
        None => match outcome? {
            Some(program) => exec::run(program).await,
            None => Ok(()),
        },
    }
}

/// Whether the command handles Ctrl-C itself, because it has to cancel something.
fn handles_interrupt(noun: &Noun) -> bool {
    use crate::args::{ConnectorVerb, RunVerb, ToolVerb};
    match noun {
        Noun::Connector(ConnectorVerb::Add(add)) => add.connect,
        Noun::Connector(ConnectorVerb::Create(create)) => create.signs_in(),
        Noun::Connector(ConnectorVerb::Copy(copy)) => copy.connect,
        Noun::Connector(ConnectorVerb::Connect { .. }) => true,
        Noun::Tool(ToolVerb::Run(_))
        | Noun::Run(RunVerb::Again { .. } | RunVerb::Next { .. } | RunVerb::Follow { .. }) => true,
        _ => false,
    }
}

/// Runs the command. Returns the program of `exec`, which is started after everything is closed.
async fn dispatch(cli: &Cli, noun: Noun) -> Result<Option<Command>, Failure> {
    let done = match noun {
        Noun::Exec(args) => return exec::prepare(cli, args).await.map(Some),
        Noun::Account(verb) => account::run(cli, verb).await,
        Noun::Api(args) => api::run(cli, *args).await,
        Noun::Connector(verb) => connector::run(cli, verb).await,
        Noun::Tool(verb) => tool::run(cli, verb).await,
        Noun::Run(verb) => run::run(cli, verb).await,
        Noun::Session(verb) => session::run(cli, verb).await,
        Noun::Credential(verb) => credential::run(cli, verb).await,
        Noun::Catalog(verb) => catalogue::run(cli, verb).await,
        Noun::Vault(verb) => vault::run(cli, verb).await,
        Noun::Status { .. } => watch::repeat(cli, async || needs::run(cli).await).await,
        Noun::Doctor { connector, report } => doctor::run(cli, connector.as_deref(), report).await,
        // `run` has handled them.
        Noun::Completions { .. } | Noun::Man { .. } => Ok(()),
    };
    done.map(|()| None)
}
