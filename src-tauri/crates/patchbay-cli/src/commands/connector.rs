//! `patchbay connector …`.

use std::mem;
use std::path::PathBuf;

use patchbay_model::{
    Authentication, Code, Connector, ConnectorId, IdentityLine, Json, LogLevel, ServerCommand,
    TimeLimits, Timestamp, count, has_secret_query,
};
use patchbay_ops::{
    AddConnector, Check, ConnectionOptions, ConnectorChanges, NetworkChanges, ServerLogLine,
    SyncOutcome, abilities, add_connector_with, allow_connector_program, check_connector,
    delete_connector, disconnect_connector, list_connectors, list_deviations, read_server_log,
    remove_connector, restore_connector, set_client_certificate, set_secret_variables,
    sync_connectors, update_connector, view_connectors,
};
use url::Url;

use super::{
    authentication, background, bundle, change, connect, create, deviations, doctor, mcp_resources,
    pasted, program, trust, watch,
};
use crate::args::{AddArgs, ConnectorVerb, EditArgs, ListArgs};
use crate::cli::Cli;
use crate::command_hint::reauth_command;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table, Tone};
use crate::output::{Screen, text, when, words};
use crate::tool_arguments;

pub(super) async fn run(cli: &Cli, verb: ConnectorVerb) -> Result<(), Failure> {
    match verb {
        ConnectorVerb::Add(args) => add(cli, *args).await,
        ConnectorVerb::List(args) => watch::repeat(cli, async || list(cli, &args).await).await,
        ConnectorVerb::Show { connector } => {
            print_facts(cli, cli.connector(&connector).await?).await
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
            let choices = tool_arguments::read(None, &choices)?;
            let connector = connect::connect(cli, connector, choices, how).await?;
            cli.print_connector(connector, |_, _| String::new()).await
        }
        ConnectorVerb::Disconnect { connector } => disconnect(cli, &connector).await,
        ConnectorVerb::Remove { connector } => remove(cli, &connector).await,
        ConnectorVerb::Restore { id } => restore(cli, id).await,
        ConnectorVerb::Edit(args) => edit(cli, *args).await,
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
    let choice = authentication::choice(cli, mem::take(&mut args.authentication)).await?;
    if args.network.is_given() && args.address.is_none() && args.command.is_empty() {
        return Err(Failure::usage(
            "proxy and client certificate belong to one address",
            "Set them afterwards with `patchbay connector edit`.",
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
    let mut connector = if let Some(file) = &args.bundle.bundle {
        if args.bundle.describe {
            return bundle::describe(cli, file).await;
        }
        let added = bundle::add(cli, file, args.name, args.title, &args.pasted).await?;
        program::finish_adding(cli, added, args.program.is_allowed, &args.how).await?
    } else if args.command.is_empty() {
        let request = AddConnector {
            authentication: choice,
            url: args.address.unwrap_or_default(),
            name: args.name,
            title: args.title,
            allow_plain_http: args.allow_plain_http,
        };
        let connecting = ConnectionOptions {
            time_limits: TimeLimits {
                connect_seconds: args.how.connect_timeout,
                ..TimeLimits::default()
            },
            network: NetworkChanges {
                authorities: trust::read_authorities(&args.authorities, false).await?,
                proxy: args.network.proxy,
                ..NetworkChanges::default()
            },
            client_certificate: args.network.client_certificate,
        };
        add_connector_with(&cli.cx, request, connecting).await?
    } else if choice.is_some() || args.allow_plain_http || args.network.is_given() {
        return Err(Failure::usage(
            "a local program has no address to sign in to",
            "Pass its secrets with --env-secret.",
        ));
    } else {
        let is_allowed = args.program.is_allowed;
        let added = program::add(cli, args.address, args.title, args.command, args.program).await?;
        program::finish_adding(cli, added, is_allowed, &args.how).await?
    };
    let title = &connector.title;
    cli.say(format!("Added {title}."));
    if holds_secret(&connector) {
        cli.say(
            "Note: the address seems to hold a key, and is shown wherever the connector is. \
             Where the server takes it as a token or header, use --token-from or --header.",
        );
    }
    if args.connect {
        connector = connect::connect(cli, connector, Json::default(), args.how).await?;
    } else {
        let next = format!("Next: patchbay {}", next_step(&connector));
        cli.say(next);
    }
    cli.print_connector(connector, |it, _| format!("{}\n", it.name))
        .await
}

/// The next command for a new connector. A server that does not say how to sign in probably needs a token.
fn next_step(connector: &Connector) -> String {
    let is_open = connector.authentication == Authentication::None;
    if is_open && connector.endpoint.is_some() && !connector.signs_in_by_browser() {
        return reauth_command(connector);
    }
    format!("connector connect {}", text::quote(&connector.name))
}

/// Syncs every hosted account. A failure is reported and does not affect the others. `each` receives the connectors of
/// an account as soon as it is synced.
async fn refresh(
    cli: &Cli,
    mut each: impl FnMut(&[Connector]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    cli.unlock().await?;
    let mut outcome = Ok(());
    let on_synced = |synced: SyncOutcome| {
        let label = synced.account.label;
        cli.stderr.step(&match synced.outcome {
            Ok(number) => format!("{label}: {}", count(number, "connector")),
            Err(error) => format!("{label}: {error} (showing last known)"),
        });
        cli.stderr.clear();
        if outcome.is_ok() {
            outcome = each(&synced.connectors);
        }
    };
    sync_connectors(&cli.cx, on_synced).await?;
    outcome
}

async fn list(cli: &Cli, args: &ListArgs) -> Result<(), Failure> {
    if args.refresh && !cli.is_json() {
        return list_as_they_arrive(cli, args).await;
    }
    if args.refresh {
        refresh(cli, |_| Ok(())).await?;
    }
    let mut connectors = list_connectors(&cli.cx).await?;
    if connectors.is_empty() {
        say_none(cli);
    }
    connectors.retain(|connector| is_listed(connector, args));
    let views = view_connectors(&cli.cx, connectors).await?;
    let rows = views.iter().map(|view| &view.connector);
    let now = cli.now();
    cli.out.answer(&views, |screen| table(rows, now, screen))
}

fn is_listed(connector: &Connector, args: &ListArgs) -> bool {
    let is = |filter: &Option<String>, word: &str| {
        let filter = filter.as_ref();
        filter.is_none_or(|filter| filter.eq_ignore_ascii_case(word))
    };
    let IdentityLine {
        platform, account, ..
    } = &connector.identity;
    is(&args.platform, platform.as_str())
        && (is(&args.account, account) || is(&args.account, connector.account.as_str()))
        && (is(&args.status, words::status_word(connector.status.status).0)
            || is(&args.status, &words::status(&connector.status).0))
        && is(
            &args.connector_type,
            connector.connector_type.as_deref().unwrap_or_default(),
        )
}

/// Lists the local connectors, then those of each account as soon as it is synced.
async fn list_as_they_arrive(cli: &Cli, args: &ListArgs) -> Result<(), Failure> {
    let now = cli.now();
    let mut any = false;
    let mut show = |connectors: &[Connector]| {
        any |= !connectors.is_empty();
        let connectors = connectors.iter().cloned();
        let listed: Vec<Connector> = connectors.filter(|one| is_listed(one, args)).collect();
        cli.out
            .answer(&listed, |screen| table(listed.iter(), now, screen))
    };
    let mut local = list_connectors(&cli.cx).await?;
    local.retain(|connector| !abilities(connector).reports_status);
    show(&local)?;
    refresh(cli, &mut show).await?;
    if !any {
        say_none(cli);
    }
    Ok(())
}

fn say_none(cli: &Cli) {
    cli.say("No connectors yet. Add one with `patchbay connector add URL`.");
}

fn table<'a>(
    connectors: impl ExactSizeIterator<Item = &'a Connector>,
    now: Timestamp,
    screen: Screen,
) -> String {
    if connectors.len() == 0 {
        return String::new();
    }
    let heads = [
        "NAME", "STATUS", "TOOLS", "TYPE", "ACCOUNT", "CHECKED", "URL",
    ];
    Table::new(heads, connectors.map(|one| row(one, now)))
        .optional_column("TYPE")
        .render(screen)
}

fn row(connector: &Connector, now: Timestamp) -> [Cell; 7] {
    let (status, tone) = words::status(&connector.status);
    let tools = connector.tool_count.map(|count| count.to_string());
    let checked = connector.status.checked_at;
    [
        Cell::from(&connector.name),
        match connector.allows_plain_http {
            true => Cell::toned(&format!("{status}, not encrypted"), Tone::Warning),
            false => Cell::toned(&status, tone),
        },
        Cell::from(tools.unwrap_or_default()),
        Cell::from(connector.connector_type.as_deref().unwrap_or_default()),
        Cell::from(words::identity(&connector.identity, now)),
        Cell::from(checked.map_or_else(|| "never".to_owned(), |at| when::relative(at, now))),
        Cell::from(address(connector)),
    ]
}

/// The URL, or the command of a local program.
fn address(connector: &Connector) -> String {
    match &connector.command {
        Some(command) => command.line(),
        None => connector.endpoint.clone().unwrap_or_default(),
    }
}

/// Prints everything about a connector.
async fn print_facts(cli: &Cli, connector: Connector) -> Result<(), Failure> {
    let now = cli.now();
    let deviations = list_deviations(&cli.cx, &connector.id).await?;
    cli.print_connector(connector, |it, screen| {
        facts(it, now, screen) + &deviations::lines(&deviations, screen)
    })
    .await
}

/// Whether the URL seems to contain a key.
fn holds_secret(connector: &Connector) -> bool {
    let endpoint = connector.endpoint.as_deref();
    let url = endpoint.and_then(|endpoint| Url::parse(endpoint).ok());
    url.is_some_and(|url| has_secret_query(&url))
}

fn facts(connector: &Connector, now: Timestamp, screen: Screen) -> String {
    let (status, tone) = words::status(&connector.status);
    let ago = |at: Option<Timestamp>| at.map(|at| when::relative(at, now));
    let server = connector.server.as_ref();
    let command = connector.command.as_ref();
    let variables = command.filter(|command| !command.variables.is_empty());
    let variables = variables.map(|command| {
        let pairs = command.variables.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join(", ")
    });
    let roots = (!connector.roots.is_empty()).then(|| connector.roots.join(", "));
    let draft = connector.draft.then_some("Draft (not connected yet)");
    Facts::default()
        .add("Name", &connector.title)
        .add("Short name", &connector.name)
        .add("Id", connector.id.as_str())
        .add_optional("Type", connector.connector_type.as_ref())
        .add_optional("URL", connector.endpoint.as_ref())
        .add_optional("Command", command.map(ServerCommand::line))
        .add_optional("Folder", command.and_then(|it| it.folder.as_ref()))
        .add_optional("Variables", variables)
        .toned("Status", status, tone)
        .add_optional("Reason", connector.status.reason.as_ref())
        .add_optional("Code", connector.status.code.map(|code| code.as_str()))
        .add_optional("State", draft)
        .add_optional(
            "Encryption",
            connector
                .allows_plain_http
                .then_some("none: credentials may be sent over plain http"),
        )
        .add("Account", words::identity(&connector.identity, now))
        .add_optional(
            "Sign-in",
            // A hosted connector signs in by its platform's account.
            abilities(connector)
                .signs_in_here
                .then(|| words::authentication(connector)),
        )
        .add_optional("Tools", connector.tool_count.map(|count| count.to_string()))
        .add_optional(
            "Server",
            server.map(|server| format!("{} {}", server.name, server.version)),
        )
        .add_optional("Folders it may know", roots)
        .add_optional(
            "May ask for",
            connector
                .sampling
                .then_some("texts of a language model, from you"),
        )
        .add_optional("Notifications", connector.muted.then_some("off"))
        .add_optional("Kept of runs", words::capture(connector.capture))
        .add("Authorities", trust::authorities(connector))
        .add("Trusts", trust::pins(connector))
        .add_optional("Shows", trust::client_certificate(connector))
        .add("Proxy", trust::proxy(connector))
        .add_optional("Time limits", words::time_limits(connector.time_limits))
        .add_optional("Protocol", server.map(words::protocol))
        .add("Tags", connector.tags.join(", "))
        .add_optional("Checked", ago(connector.status.checked_at))
        .add_optional("Last success", ago(connector.status.last_ok_at))
        .add_optional("Added", ago(Some(connector.created_at)))
        .render(screen)
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
    let undo = format!("Undo: patchbay connector restore {id} (10 minutes)");
    cli.print_done(&undo, &connector)
}

/// Deletes a hosted connector for everyone.
async fn delete(cli: &Cli, connector: &Connector) -> Result<(), Failure> {
    let (title, account) = (&connector.title, &connector.identity.account);
    let question = format!("Delete {title} from {account} for everyone? You can't undo this.");
    let missing = patchbay_ops::Error::ConfirmationNeeded {
        what: format!("Deleting {title}"),
    };
    cli.confirm(&question, missing.into())?;
    cli.unlock_for(connector).await?;
    delete_connector(&cli.cx, &connector.id, true).await?;
    cli.print_done(format!("Deleted {title} from {account}."), connector)
}

async fn restore(cli: &Cli, id: String) -> Result<(), Failure> {
    let restored = restore_connector(&cli.cx, &ConnectorId::new(id)).await;
    let connector = restored.map_err(|error| {
        let failure = Failure::from(error);
        match failure.code() {
            Code::NotFound => {
                failure.with_hint("Use the id printed by `patchbay connector remove`.")
            }
            _ => failure,
        }
    })?;
    cli.say(format!("Restored {}.", connector.title));
    cli.print_connector(connector, |it, _| format!("{}\n", it.name))
        .await
}

async fn edit(cli: &Cli, args: EditArgs) -> Result<(), Failure> {
    let mut connector = cli.connector(&args.connector).await?;
    let is_change = args.change.is_given();
    let is_allowed = args.program.is_allowed;
    let secrets = authentication::variable_values(cli, &args.program.secret_variables).await?;
    if is_change {
        match change::change(cli, &connector, args.change).await? {
            Some(changed) => connector = changed,
            // `--describe` or `--dry-run`.
            None => return Ok(()),
        }
    }
    let network = NetworkChanges {
        authorities: trust::read_authorities(&args.authorities, args.no_authorities).await?,
        forget: (!args.distrusted.is_empty()).then_some(args.distrusted),
        proxy: args.network.proxy,
        forget_client_certificate: args.no_client_certificate,
    };
    let changes = ConnectorChanges {
        name: args.name,
        title: args.title,
        url: args.url,
        command: program::updated_command(&connector, args.program)?,
        authentication: authentication::choice(cli, args.authentication).await?,
        tags: args.tags,
        favourite: flag_pair(args.favorite, args.no_favorite),
        enabled: flag_pair(args.on, args.off),
        allow_plain_http: args.allow_plain_http,
        time_limits: limits(&connector, args.connect_timeout, args.run_timeout),
        roots: roots(&args.roots, args.no_roots)?,
        sampling: args.sampling,
        muted: args.notifications.map(|on| !on),
        capture: args.capture,
        oauth_deviations: deviations::changed(&connector, &args.deviations),
        network: (network != NetworkChanges::default()).then_some(network),
    };
    let certificate = args.network.client_certificate;
    let changes_here = changes_anything(&changes) || !secrets.is_empty() || certificate.is_some();
    if !is_change && !is_allowed && !changes_here {
        return Err(Failure::usage("no changes given", "See --help."));
    }
    if !secrets.is_empty() {
        cli.unlock().await?;
    } else if changes.authentication.is_some() || changes.command.is_some() || is_allowed {
        cli.unlock_for(&connector).await?;
    }
    if changes_anything(&changes) {
        connector = update_connector(&cli.cx, &connector.id, changes).await?;
        cli.say(format!("Updated {}.", connector.title));
    }
    if !secrets.is_empty() {
        connector = set_secret_variables(&cli.cx, &connector.id, secrets).await?;
        cli.say(format!("Saved the variables of {}.", connector.title));
    }
    if let Some(file) = certificate {
        connector = set_client_certificate(&cli.cx, &connector.id, &file).await?;
        cli.say(format!("{} shows its certificate now.", connector.title));
    }
    if is_allowed {
        allow_connector_program(&cli.cx, &connector.id).await?;
    }
    print_facts(cli, connector).await
}

/// The value of a pair of flags, of which the grammar allows at most one.
fn flag_pair(yes: bool, no: bool) -> Option<bool> {
    (yes || no).then_some(yes)
}

/// The time limits with the given ones, where 0 stands for the default; `None` if none is given.
fn limits(connector: &Connector, connect: Option<u32>, run: Option<u32>) -> Option<TimeLimits> {
    let chosen = |given: Option<u32>, before| match given {
        Some(seconds) => (seconds > 0).then_some(seconds),
        None => before,
    };
    let before = connector.time_limits;
    (connect.is_some() || run.is_some()).then(|| TimeLimits {
        connect_seconds: chosen(connect, before.connect_seconds),
        run_seconds: chosen(run, before.run_seconds),
    })
}

/// The given folders, or an empty list with `none`; `None` if the folders stay as they are.
fn roots(given: &[PathBuf], none: bool) -> Result<Option<Vec<String>>, Failure> {
    let roots: Result<Vec<_>, _> = given.iter().map(|it| program::absolute(it)).collect();
    let roots = roots?;
    Ok((none || !roots.is_empty()).then_some(roots))
}

fn changes_anything(changes: &ConnectorChanges) -> bool {
    !matches!(
        changes,
        ConnectorChanges {
            name: None,
            title: None,
            url: None,
            command: None,
            authentication: None,
            tags: None,
            favourite: None,
            enabled: None,
            allow_plain_http: None,
            time_limits: None,
            roots: None,
            sampling: None,
            muted: None,
            capture: None,
            oauth_deviations: None,
            network: None,
        }
    )
}

async fn log(
    cli: &Cli,
    text: &str,
    max_lines: usize,
    level: Option<LogLevel>,
) -> Result<(), Failure> {
    let connector = cli.connector(text).await?;
    let mut all = read_server_log(&cli.cx, &connector.id).await?;
    if level.is_some() {
        all.retain(|line| LogLevel::of_line(&line.text) >= level);
    }
    let lines = &all[all.len().saturating_sub(max_lines)..];
    if lines.is_empty() {
        cli.say("The log is empty.");
    }
    cli.out.answer(&lines, |_| {
        let line = |line: &ServerLogLine| format!("{}  {}\n", line.at, line.text);
        lines.iter().map(line).collect()
    })
}

async fn check(cli: &Cli, text: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(text).await?;
    let check: Check = check_connector(&cli.cx, &connector.id).await?;
    cli.out
        .answer(&check, |screen| doctor::steps(&check, screen))?;
    match doctor::failed_step(&check) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}
