//! `patchbay connector add --from FILE` and `--from-app APP`: the servers in a text or in another app's settings.

mod recipients;
mod requests;

use std::slice;

use patchbay_model::{Code, Connector, Status};
use patchbay_ops::{
    AddConnector, AddedConnector, ConnectionOptions, ConnectorView, Error, PastedPlace,
    PastedServer, PastedServers, add_connector_with, add_program, check_add_connector,
    check_add_program, check_short_name, find_connector, read_other_app, read_pasted,
    view_connectors,
};

use self::recipients::{
    check_names, check_variables, gets_variable, select_servers, variable_name,
};
use self::requests::{PastedInput, Request};
use super::authentication::unread_bearer;
use super::connect;
use super::connector::note_inspection;
use super::program::finish_adding;
use super::review::{self, Review};
use crate::args::{AddArgs, PastedArgs};
use crate::cli::Cli;
use crate::command_hint::{connect_command, quoted_name};
use crate::failure::Failure;
use crate::text_file::text_of;

/// One byte more than the parser accepts, so that it rejects a longer file by its length.
const MAX_BYTES: u64 = 256 * 1024 + 1;

/// Reads the servers of `--from` or `--from-app`; `None` if neither is given.
pub(super) async fn read(args: &PastedArgs) -> Result<Option<PastedServers>, Failure> {
    Ok(match (&args.from, &args.from_app) {
        (Some(file), _) => Some(read_pasted(&text_of(file, MAX_BYTES)?)?),
        (None, Some(app)) => Some(read_other_app(app).await?),
        (None, None) => None,
    })
}

/// Adds the servers, after a review. None is added unless all of them are complete.
pub(super) async fn add(cli: &Cli, found: PastedServers, args: AddArgs) -> Result<(), Failure> {
    for note in &found.notes {
        cli.say(format!("Note: {note}."));
    }
    let mut servers = select_servers(found.servers, &args.pasted.only)?;
    if args.how.connect_timeout.is_some() {
        for server in &mut servers {
            server.time_limits.connect_seconds = args.how.connect_timeout;
        }
    }
    if servers.len() > 1 && (args.name.is_some() || args.title.is_some()) {
        return Err(Failure::usage(
            "--name and --title are for one server, and there are several",
            "Choose one with --only NAME.",
        ));
    }
    if let Some(name) = &args.name {
        check_short_name(&cli.cx, name).await?;
    }
    let filled = check_names(cli, &servers, &args.pasted)?;
    check_variables(&servers, &args.program.secrets)?;
    for server in &servers {
        check_address(server, args.allow_plain_http)?;
    }
    let mut reviews = Vec::new();
    for server in &servers {
        let title = args.title.clone();
        let mut program = args.program.clone();
        let secrets = &mut program.secrets;
        secrets.retain(|given| gets_variable(server, &servers, variable_name(given)));
        let mut review = Review::new(server, title, &filled, &program).await?;
        review.short_name.clone_from(&args.name);
        if server.blanks.is_empty() {
            let checked = review.check_program();
            checked.map_err(|error| failure(error, server.title.as_deref()))?;
        }
        reviews.push(review);
    }
    if args.dry_run {
        return review::print(cli, &reviews);
    }
    review::confirm(cli, &reviews, found.is_link || servers.len() > 1)?;
    let mut given = PastedInput::read(cli, &servers, filled, &args).await?;
    let requests: Result<Vec<_>, Failure> = servers
        .iter()
        .map(|server| given.request(server, &args))
        .collect();
    let requests = requests?;
    for request in &requests {
        let checked = match request {
            Request::Address(request) => check_add_connector(request),
            Request::Program(request) => check_add_program(request),
        };
        checked.map_err(|error| failure(error, request.title().as_deref()))?;
    }
    if requests.iter().any(Request::has_secret) {
        cli.unlock().await?;
    }
    let mut added = Vec::new();
    if let Err(failure) = add_all(cli, requests, args.connect, &mut added).await {
        say_next(cli, &added);
        return Err(failure);
    }
    let mut finished = Vec::new();
    let mut failed = None;
    let mut added = added.into_iter();
    while let Some(connector) = added.next() {
        let id = connector.id.clone();
        match finish(cli, connector, &args).await {
            Ok(connector) => finished.push(connector),
            Err(failure) if failure.code() == Code::Cancelled => {
                say_next(cli, added.as_slice());
                return Err(failure);
            }
            // Those after it may work.
            Err(failure) => {
                let connector = find_connector(&cli.cx, &id).await?;
                match failed {
                    None => failed = Some(failure),
                    Some(_) => {
                        let label = cli.label(&connector).await?;
                        let hint = failure.hint().map(|hint| format!(" {hint}"));
                        let hint = hint.unwrap_or_default();
                        cli.say(format!("{label}: {}.{hint}", failure.message()));
                    }
                }
                finished.push(connector);
            }
        }
    }
    if !args.connect {
        say_next(cli, &finished);
    }
    let finished = view_connectors(&cli.cx, finished).await?;
    cli.out.answer(&finished, |_| names(&finished))?;
    failed.map_or(Ok(()), Err)
}

/// Refuses an address that can't be used, before it is reviewed; one that is still to be filled in is checked later.
fn check_address(server: &PastedServer, allow_plain_http: bool) -> Result<(), Failure> {
    let PastedPlace::Address { url, headers } = &server.place else {
        return Ok(());
    };
    if !server.blanks.is_empty() {
        return Ok(());
    }
    let request = AddConnector {
        allow_plain_http,
        ..AddConnector::new(url, (!headers.is_empty()).then(unread_bearer))
    };
    check_add_connector(&request).map_err(|error| failure(error, server.title.as_deref()))
}

/// Adds one server after the other to `added`, until one can't be added.
async fn add_all(
    cli: &Cli,
    requests: Vec<Request>,
    connects: bool,
    added: &mut Vec<Connector>,
) -> Result<(), Failure> {
    for request in requests {
        let title = request.title();
        let one = match request {
            Request::Address(request) => {
                let options = ConnectionOptions::default();
                add_connector_with(&cli.cx, request, options).await
            }
            Request::Program(request) => {
                let connector = add_program(&cli.cx, request).await;
                connector.map(AddedConnector::from)
            }
        };
        let one = one.map_err(|error| failure(error, title.as_deref()))?;
        cli.say(format!("Added {}.", one.connector.title));
        if !connects {
            note_inspection(cli, &one);
        }
        added.push(one.connector);
    }
    Ok(())
}

/// The failure to add the server of this title.
fn failure(error: Error, title: Option<&str>) -> Failure {
    let failure = Failure::from(error);
    match title {
        Some(title) => failure.of_server(title),
        None => failure,
    }
}

async fn finish(cli: &Cli, connector: Connector, args: &AddArgs) -> Result<Connector, Failure> {
    let is_allowed = args.program.is_allowed;
    let connector = finish_adding(cli, connector, is_allowed, &args.how).await?;
    match args.connect {
        true if connector.status.status == Status::Disabled => {
            say_next(cli, slice::from_ref(&connector));
            Ok(connector)
        }
        true => connect::connect_added(cli, connector, args.how.clone()).await,
        false => Ok(connector),
    }
}

/// Names the commands that connect these connectors, or turn them on first.
fn say_next(cli: &Cli, connectors: &[Connector]) {
    for connector in connectors {
        let next = match connector.status.status {
            Status::Disabled => format!("connector edit {} --on", quoted_name(connector)),
            _ => connect_command(connector),
        };
        cli.say(format!("Next: patchbay {next}"));
    }
}

fn names(connectors: &[ConnectorView]) -> String {
    let names = connectors.iter();
    names.map(|one| format!("{}\n", one.name)).collect()
}
