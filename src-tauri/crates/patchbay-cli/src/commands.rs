//! What each command does: words in, one call of a verb, answer out.

mod account;
mod account_fields;
mod account_settings;
mod api;
mod authentication;
mod background;
mod catalogue;
mod change;
mod completions;
mod connect;
mod connector;
mod create;
mod credential;
mod doctor;
mod needs;
mod offers;
mod platform_credential;
mod programs;
mod rotate;
mod run;
mod tool;
mod tool_changes;
mod vault;

use patchbay_ops::unsaved_problem;

use crate::args::{Cli, Noun};
use crate::door::Door;
use crate::failure::Failure;
use crate::interrupt::interrupted;

/// Opens Patchbay, does what was asked, and closes it whatever came of it.
///
/// # Errors
/// Whatever kept it from being done.
pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    if let Noun::Completions { shell } = cli.noun {
        return completions::print(shell);
    }
    let opens_browser = cli.opens_browser();
    let door = Door::open(cli.settings, cli.allowed_programs, opens_browser).await?;
    let stops_itself = stops_itself(&cli.noun);
    let ended = tokio::select! {
        ended = dispatch(&door, cli.noun) => ended,
        () = interrupted(), if !stops_itself => Err(Failure::cancelled()),
    };
    door.talk.clear();
    door.cx.close().await;
    match unsaved_problem(&door.cx) {
        // Worse than whatever came of the command: what was not saved is gone now.
        Some(problem) => Err(problem.into()),
        None => ended,
    }
}

/// Whether the command hears Ctrl-C itself, because it leaves something behind that must be ended.
fn stops_itself(noun: &Noun) -> bool {
    use crate::args::{ConnectorVerb, RunVerb, ToolVerb};
    match noun {
        Noun::Connector(ConnectorVerb::Add(add)) => add.connect,
        Noun::Connector(ConnectorVerb::Create(create)) => create.signs_in(),
        Noun::Connector(ConnectorVerb::Copy(copy)) => copy.connect,
        Noun::Connector(ConnectorVerb::Connect { .. }) => true,
        Noun::Tool(ToolVerb::Run(_)) | Noun::Run(RunVerb::Replay { .. } | RunVerb::Next { .. }) => {
            true
        }
        _ => false,
    }
}

async fn dispatch(door: &Door, noun: Noun) -> Result<(), Failure> {
    match noun {
        Noun::Account(verb) => account::run(door, verb).await,
        Noun::Api(args) => api::run(door, *args).await,
        Noun::Connector(verb) => connector::run(door, verb).await,
        Noun::Tool(verb) => tool::run(door, verb).await,
        Noun::Run(verb) => run::run(door, verb).await,
        Noun::Credential(verb) => credential::run(door, verb).await,
        Noun::Catalogue(verb) => catalogue::run(door, verb).await,
        Noun::Vault(verb) => vault::run(door, verb).await,
        Noun::Needs => needs::run(door).await,
        Noun::Doctor { connector } => doctor::run(door, connector.as_deref()).await,
        Noun::Completions { shell } => completions::print(shell),
    }
}
