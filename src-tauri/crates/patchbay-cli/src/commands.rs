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
mod fill;
mod man;
mod mcp_resources;
mod needs;
mod pasted;
mod platform_credential;
mod program;
mod programs;
mod refreshes;
mod review;
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

use patchbay_model::Code;
use patchbay_ops::unsaved_problem;

use crate::args::{CliArgs, Noun};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::{completion, interrupt, output};

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
    let outcome = tokio::select! {
        outcome = dispatch(&cli, args.noun) => outcome,
        // Commands that have to cancel something wait for Ctrl-C themselves.
        () = interrupt::unhandled() => Err(Failure::cancelled()),
    };
    cli.stderr.clear();
    cli.cx.close().await;
    if let Some(error) = cli.cx.unsaved_run() {
        cli.say(format!("Not saved in the history: {error}."));
    }
    if cli.cx.met_older_host() {
        cli.say("An older Patchbay still runs, and servers run twice. Quit it and start it again.");
    }
    match unsaved_problem(&cli.cx) {
        // Worse than any other failure: unsaved secrets are lost now.
        Some(problem) => Err(problem.into()),
        None => match outcome.map_err(explain_interrupt)? {
            Some(program) => exec::run(program).await,
            None => Ok(()),
        },
    }
}

/// A program isn't allowed where Ctrl-C was the answer to the question.
fn explain_interrupt(failure: Failure) -> Failure {
    let is_question = matches!(
        failure.code(),
        Code::ProgramNotAllowed | Code::ReferenceNotAllowed
    );
    match is_question && interrupt::exit_code().is_some() {
        true => Failure::cancelled(),
        false => failure,
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
