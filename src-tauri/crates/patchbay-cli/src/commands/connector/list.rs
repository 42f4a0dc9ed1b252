//! `patchbay connector list`.

use patchbay_model::{Connector, Status, Timestamp, count};
use patchbay_ops::{SyncOutcome, abilities, list_connectors, sync_connectors, view_connectors};

use crate::args::ListArgs;
use crate::cli::Cli;
use crate::commands::refreshes::Refreshes;
use crate::failure::Failure;
use crate::output::table::{Cell, Table, Tone};
use crate::output::{Screen, when, words};

/// Syncs every hosted account. A failure is reported and does not affect the others. `each` receives the connectors of
/// an account as soon as it is synced. Returns the failure if no account could be synced.
async fn refresh(
    cli: &Cli,
    mut each: impl FnMut(&[Connector]) -> Result<(), Failure>,
) -> Result<Option<Failure>, Failure> {
    cli.unlock().await?;
    let mut outcome = Ok(());
    let mut refreshes = Refreshes::default();
    let on_synced = |synced: SyncOutcome| {
        let label = synced.account.label;
        if let Ok(number) = &synced.outcome {
            cli.stderr
                .step(&format!("{label}: {}", count(*number, "connector")));
        }
        refreshes.add(cli, &label, synced.outcome.err().map(Failure::from));
        cli.stderr.clear();
        if outcome.is_ok() {
            outcome = each(&synced.connectors);
        }
    };
    sync_connectors(&cli.cx, on_synced).await?;
    outcome.map(|()| refreshes.failure("accounts"))
}

pub(super) async fn list(cli: &Cli, args: &ListArgs) -> Result<(), Failure> {
    if args.refresh && !cli.is_json() {
        return list_as_they_arrive(cli, args).await;
    }
    let failed = match args.refresh {
        true => refresh(cli, |_| Ok(())).await?,
        false => None,
    };
    let mut connectors = list_connectors(&cli.cx).await?;
    connectors.retain(|connector| is_listed(connector, args));
    if connectors.is_empty() {
        explain_none(cli, args).await?;
    }
    let views = view_connectors(&cli.cx, connectors).await?;
    let rows = views.iter().map(|view| &view.connector);
    let now = cli.now();
    cli.out.answer(&views, |screen| table(rows, now, screen))?;
    failed.map_or(Ok(()), Err)
}

fn is_listed(connector: &Connector, args: &ListArgs) -> bool {
    let platform = connector.identity.platform.as_str();
    let connector_type = connector.connector_type.as_deref().unwrap_or_default();
    fits(&args.platform, |filter| is(filter, platform))
        && fits(&args.account, |filter| is_of_account(connector, filter))
        && fits(&args.status, |filter| has_status(connector, filter))
        && fits(&args.connector_type, |filter| is(filter, connector_type))
}

fn fits(filter: &Option<String>, is_true: impl Fn(&str) -> bool) -> bool {
    filter.as_deref().is_none_or(is_true)
}

fn is(filter: &str, word: &str) -> bool {
    filter.eq_ignore_ascii_case(word)
}

fn is_of_account(connector: &Connector, filter: &str) -> bool {
    is(filter, &connector.identity.account) || is(filter, connector.account.as_str())
}

fn has_status(connector: &Connector, filter: &str) -> bool {
    is(filter, words::status_word(connector.status.status).0)
        || is(filter, &words::status(&connector.status).0)
}

/// Lists the local connectors, then those of each account as soon as it is synced.
async fn list_as_they_arrive(cli: &Cli, args: &ListArgs) -> Result<(), Failure> {
    let now = cli.now();
    let mut any_listed = false;
    let mut show = |connectors: &[Connector]| {
        let connectors = connectors.iter().cloned();
        let listed: Vec<Connector> = connectors.filter(|one| is_listed(one, args)).collect();
        any_listed |= !listed.is_empty();
        cli.out
            .answer(&listed, |screen| table(listed.iter(), now, screen))
    };
    let mut local = list_connectors(&cli.cx).await?;
    local.retain(|connector| !abilities(connector).reports_status);
    show(&local)?;
    let failed = refresh(cli, &mut show).await?;
    if !any_listed {
        explain_none(cli, args).await?;
    }
    failed.map_or(Ok(()), Err)
}

/// Says that there are no connectors, or none that fit what is asked for. Fails if nothing ever could, because there is
/// no such account or status.
async fn explain_none(cli: &Cli, args: &ListArgs) -> Result<(), Failure> {
    let all = list_connectors(&cli.cx).await?;
    if let Some(account) = &args.account
        && !all.iter().any(|one| is_of_account(one, account))
    {
        cli.account(account).await?;
    }
    let statuses = Status::ALL.map(|status| words::status_word(status).0);
    // A platform may have others.
    if let Some(status) = &args.status
        && !statuses.iter().any(|word| is(status, word))
        && !all.iter().any(|one| has_status(one, status))
    {
        return Err(Failure::usage(
            format!("no connector has the status {status}"),
            format!("Use one of: {}.", statuses.join(", ")),
        ));
    }
    cli.say(match all.is_empty() {
        true => "No connectors yet. Add one with `patchbay connector add URL`.",
        false => "No matching connectors.",
    });
    Ok(())
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
