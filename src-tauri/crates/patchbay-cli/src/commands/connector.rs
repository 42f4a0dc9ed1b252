//! `patchbay connector …`.

mod edit;
mod facts;
mod list;

use std::mem;
use std::pin::pin;

use patchbay_model::{Authentication, Code, Connector, ConnectorId, LogLevel, TimeLimits};
use patchbay_ops::{
    ADDRESS_HINT, AddConnector, AddedConnector, AuthenticationChoice, Check, ConnectionOptions,
    Error, NetworkChanges, PastedPlace, PastedValue, ServerLogLine, abilities, add_connector_with,
    check_add_connector, check_connection_options, check_connector, check_short_name,
    delete_connector, disconnect_connector, list_catalogue, read_pasted, read_server_log,
    remove_connector, restore_connector,
};

use super::catalogue::add_command;
use super::review::Review;
use super::{
    authentication, background, bundle, change, connect, create, doctor, mcp_resources, pasted,
    program, review, trust, watch,
};
use crate::args::{AddArgs, ConnectorVerb};
use crate::cli::Cli;
use crate::command_hint::{connect_command, reauth_command};
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::start_log::with_start_log;

pub(super) async fn run(cli: &Cli, verb: ConnectorVerb) -> Result<(), Failure> {
    match verb {
        ConnectorVerb::Add(args) => add(cli, *args).await,
        ConnectorVerb::List(args) => {
            watch::repeat(cli, async || list::list(cli, &args).await).await
        }
        ConnectorVerb::Show { connector } => {
            facts::print(cli, cli.connector(&connector).await?).await
        }
        ConnectorVerb::Types { account } => create::definitions(cli, &account).await,
        ConnectorVerb::Create(args) => create::create(cli, *args).await,
        ConnectorVerb::Copy(args) => create::copy(cli, *args).await,
        ConnectorVerb::Copies { connector } => create::copies(cli, &connector).await,
        ConnectorVerb::Connect {
            connector,
            choices,
            describe,
            how,
        } => {
            let connector = cli.connector(&connector).await?;
            if describe {
                return connect::choices(cli, &connector).await;
            }
            let choices = connect::read_choices(cli, &connector, &choices).await?;
            let connector = connect::connect(cli, connector, choices, how).await?;
            cli.print_connector(connector, |_, _| String::new()).await
        }
        ConnectorVerb::Disconnect { connector } => disconnect(cli, &connector).await,
        ConnectorVerb::Remove { connector } => remove(cli, &connector).await,
        ConnectorVerb::Restore { id } => restore(cli, id).await,
        ConnectorVerb::Edit(args) => edit::edit(cli, *args).await,
        ConnectorVerb::Actions { connector } => change::list_actions(cli, &connector).await,
        ConnectorVerb::Action {
            connector,
            action,
            arguments,
        } => change::run_action(cli, &connector, action, &arguments).await,
        ConnectorVerb::Resources { connector } => mcp_resources::resources(cli, &connector).await,
        ConnectorVerb::Resource {
            connector,
            uri,
            arguments,
            watch,
        } => {
            let uri = mcp_resources::fill_in(uri, &arguments)?;
            match watch {
                true => mcp_resources::watch(cli, &connector, &uri).await,
                false => mcp_resources::read(cli, &connector, &uri).await,
            }
        }
        ConnectorVerb::Prompts { connector } => mcp_resources::prompts(cli, &connector).await,
        ConnectorVerb::Prompt {
            connector,
            prompt,
            arguments,
        } => mcp_resources::prompt(cli, &connector, &prompt, &arguments).await,
        ConnectorVerb::Log {
            connector,
            lines,
            level,
        } => log(cli, &connector, lines, level).await,
        ConnectorVerb::AutoCheck { switch } => background::run(cli, switch).await,
        ConnectorVerb::Trust {
            connector,
            fingerprint,
        } => trust::trust(cli, &connector, fingerprint.as_deref()).await,
        ConnectorVerb::Check { connector } => check(cli, &connector).await,
    }
}

async fn add(cli: &Cli, mut args: AddArgs) -> Result<(), Failure> {
    if let Some(file) = &args.bundle.bundle
        && (args.bundle.describe || args.dry_run)
    {
        return bundle::describe(cli, file).await;
    }
    if args.dry_run
        && args.command.is_empty()
        && let Some(url) = args.address.clone()
    {
        return describe_address(cli, url, args).await;
    }
    let choice = authentication::choice(cli, mem::take(&mut args.authentication)).await?;
    if args.network.is_given() && args.address.is_none() && args.command.is_empty() {
        return Err(Failure::usage(
            "proxy and client certificate belong to one address",
            "Set them afterwards: `patchbay connector edit NAME --proxy PROXY --client-certificate FILE`.",
        ));
    }
    if let Some(found) = pasted::read(&args.pasted).await? {
        return match choice {
            None => pasted::add(cli, found, args).await,
            Some(_) => Err(Failure::usage(
                "the sign-in is taken from what is added",
                "Remove the sign-in options.",
            )),
        };
    }
    let is_allowed = args.program.is_allowed;
    let mut inspected = None;
    let mut connector = if let Some(file) = &args.bundle.bundle {
        bundle::add(cli, file, args.name, args.title, &args.pasted).await?
    } else if args.command.is_empty() {
        let connecting = connection_options(&args).await?;
        let request = AddConnector {
            authentication: choice,
            url: args.address.clone().unwrap_or_default(),
            name: args.name,
            title: args.title,
            allow_plain_http: args.allow_plain_http,
            time_limits: TimeLimits {
                connect_seconds: args.how.connect_timeout,
                ..TimeLimits::default()
            },
            is_off: false,
        };
        if args.network.client_certificate.is_some() {
            cli.unlock().await?;
        }
        let added = add_connector_with(&cli.cx, request, connecting).await;
        let added = added.map_err(|error| explain_address(error, args.address.as_deref()))?;
        inspected.insert(added).connector.clone()
    } else if choice.is_some() || args.allow_plain_http || args.network.is_given() {
        return Err(Failure::usage(
            "a local program has no address to sign in to",
            "Pass its secrets with --env-secret.",
        ));
    } else {
        let (name, title) = (args.address, args.title);
        let words = &args.command;
        if let Some(name) = &name {
            check_short_name(&cli.cx, name).await?;
        }
        let review = Review::of_command(name.clone(), title.clone(), words, &args.program).await?;
        review.check_program()?;
        if args.dry_run {
            return review::print(cli, &[review]);
        }
        review::confirm(cli, &[review], false)?;
        program::add(cli, name, title, args.command, args.program).await?
    };
    cli.say(format!("Added {}.", connector.title));
    trust::note_unused_proxy(cli, &connector);
    connector = program::finish_adding(cli, connector, is_allowed, &args.how).await?;
    if args.connect {
        connector = connect::connect_added(cli, connector, args.how).await?;
    } else {
        if let Some(added) = &inspected {
            note_inspection(cli, added);
        }
        let next = format!("Next: patchbay {}", next_step(&connector));
        cli.say(next);
    }
    cli.print_connector(connector, |it, _| format!("{}\n", it.name))
        .await
}

/// Says what the look at a new connector's address found.
pub(super) fn note_inspection(cli: &Cli, added: &AddedConnector) {
    for title in &added.already {
        cli.say(format!("Note: {title} has this address too."));
    }
    if let Some(warning) = &added.warning {
        cli.say(format!("Note: {warning}"));
    }
    if let Some(problem) = &added.problem {
        let failure = Failure::from(problem.clone()).of(&added.connector);
        let hint = failure.hint().map(|hint| format!(" {hint}"));
        cli.say(format!(
            "Note: {}.{}",
            failure.message(),
            hint.unwrap_or_default()
        ));
    }
}

/// The next command for a new connector. A server that does not say how to sign in probably needs a token.
fn next_step(connector: &Connector) -> String {
    let is_open = connector.authentication == Authentication::None;
    let needs_token = is_open && connector.endpoint.is_some() && !connector.signs_in_by_browser();
    needs_token
        .then(|| reauth_command(connector))
        .flatten()
        .unwrap_or_else(|| connect_command(connector))
}

/// The options for the connection to a new connector's address.
async fn connection_options(args: &AddArgs) -> Result<ConnectionOptions, Failure> {
    Ok(ConnectionOptions {
        network: NetworkChanges {
            authorities: trust::read_authorities(&args.authorities, false).await?,
            proxy: args.network.proxy.clone(),
            ..NetworkChanges::default()
        },
        client_certificate: args.network.client_certificate.clone(),
    })
}

/// Shows what would be added for an address, without asking it anything. Refuses what adding refuses.
async fn describe_address(cli: &Cli, url: String, args: AddArgs) -> Result<(), Failure> {
    let request = AddConnector {
        allow_plain_http: args.allow_plain_http,
        ..AddConnector::new(url, authentication::unread_choice(&args.authentication)?)
    };
    check_add_connector(&request).map_err(|error| explain_address(error, Some(&request.url)))?;
    check_connection_options(&request.url, connection_options(&args).await?).await?;
    let mut found = read_pasted(&request.url)?;
    let mut names: Vec<String> = match request.authentication {
        Some(AuthenticationChoice::Headers { values, .. }) => values.into_keys().collect(),
        _ => Vec::new(),
    };
    names.extend(
        args.authentication
            .token_from
            .is_some()
            .then(|| "Authorization".to_owned()),
    );
    let secret = |name| PastedValue {
        name,
        value: String::new(),
        is_secret: true,
    };
    let secrets: Vec<_> = names.into_iter().map(secret).collect();
    for server in &mut found.servers {
        if let PastedPlace::Address { headers, .. } = &mut server.place {
            headers.extend(secrets.iter().cloned());
        }
    }
    pasted::add(cli, found, args).await
}

/// Says where a command, a link or settings go that were given as the address, and how a server of the catalogue is
/// added. They are not read there, where a script may pass a text that it got from elsewhere.
fn explain_address(error: Error, given: Option<&str>) -> Failure {
    let failure = Failure::from(error);
    if failure.hint() != Some(ADDRESS_HINT) {
        return failure;
    }
    let mut known = list_catalogue().into_iter();
    failure.with_hint(match known.find(|entry| Some(&*entry.id) == given) {
        Some(entry) => format!("Run `{}`.", add_command(&entry)),
        None => format!(
            "{ADDRESS_HINT} Write a command after --, and pass a link or settings with --from FILE, or --from - to paste them."
        ),
    })
}

async fn disconnect(cli: &Cli, text: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(text).await?;
    let outcome = disconnect_connector(&cli.cx, &connector.id).await?;
    let revocation = match outcome.revoked {
        true => " Access revoked.",
        false => "",
    };
    cli.say(format!("Disconnected {}.{revocation}", connector.title));
    if let Some(note) = &outcome.note {
        cli.say(format!("Note: {note}."));
    }
    cli.out.json_only(&outcome)
}

async fn remove(cli: &Cli, text: &str) -> Result<(), Failure> {
    let connector = cli.connector(text).await?;
    if abilities(&connector).deletes_for_good {
        return delete(cli, &connector).await;
    }
    remove_connector(&cli.cx, &connector.id).await?;
    let (title, id) = (&connector.title, &connector.id);
    cli.say(format!("Removed {title}."));
    if !cli.is_json() {
        cli.say(format!(
            "Undo: patchbay connector restore {id} (10 minutes)"
        ));
    }
    cli.out.json_only(&connector)
}

/// Deletes a hosted connector for everyone.
async fn delete(cli: &Cli, connector: &Connector) -> Result<(), Failure> {
    let (title, account) = (&connector.title, &connector.identity.account);
    let question = format!("Delete {title} from {account} for everyone? You can't undo this.");
    let missing = Error::ConfirmationNeeded {
        what: format!("Deleting {title}"),
    };
    cli.confirm(&question, missing.into())?;
    cli.unlock_for(connector).await?;
    let mut deletion = pin!(delete_connector(&cli.cx, &connector.id, true));
    let deleted = tokio::select! {
        deleted = &mut deletion => deleted,
        // The deletion itself tells whether the platform has accepted it.
        () = interrupted() => tokio::join!(deletion, cli.cx.close()).0,
    };
    deleted?;
    cli.print_done(format!("Deleted {title} from {account}."), connector)
}

async fn restore(cli: &Cli, id: String) -> Result<(), Failure> {
    let restored = restore_connector(&cli.cx, &ConnectorId::new(id)).await;
    let connector = restored.map_err(|error| {
        let failure = Failure::from(error);
        match failure.code() {
            Code::NotFound => failure.with_hint("Use the id that was printed when you removed it."),
            _ => failure,
        }
    })?;
    cli.say(format!("Restored {}.", connector.title));
    cli.print_connector(connector, |it, _| format!("{}\n", it.name))
        .await
}

async fn log(
    cli: &Cli,
    text: &str,
    max_lines: usize,
    level: Option<LogLevel>,
) -> Result<(), Failure> {
    let connector = cli.connector(text).await?;
    let mut all = read_server_log(&cli.cx, &connector.id).await?;
    let is_empty = all.is_empty();
    if level.is_some() {
        all.retain(|line| line.level >= level);
    }
    let lines = &all[all.len().saturating_sub(max_lines)..];
    if is_empty {
        cli.say("The log is empty.");
    } else if lines.is_empty() {
        cli.say("The log has no such lines.");
    }
    cli.out.answer(&lines, |_| {
        let line = |line: &ServerLogLine| format!("{}  {}\n", line.at, line.text);
        lines.iter().map(line).collect()
    })
}

async fn check(cli: &Cli, text: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(text).await?;
    let checking = check_connector(&cli.cx, &connector.id);
    let check: Check = with_start_log(&cli.cx, &cli.stderr, &connector, checking).await?;
    cli.out
        .answer(&check, |screen| doctor::steps(&check, screen))?;
    match doctor::failed_step(&check) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}
