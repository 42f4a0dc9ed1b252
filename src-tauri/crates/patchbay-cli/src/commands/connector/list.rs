//! `patchbay connector list`.

use patchbay_model::{Connector, IdentityLine, Timestamp, count};
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
    let any = !connectors.is_empty();
    connectors.retain(|connector| is_listed(connector, args));
    say_if_none(cli, any, !connectors.is_empty());
    let views = view_connectors(&cli.cx, connectors).await?;
    let rows = views.iter().map(|view| &view.connector);
    let now = cli.now();
    cli.out.answer(&views, |screen| table(rows, now, screen))?;
    failed.map_or(Ok(()), Err)
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
    let (mut any, mut any_listed) = (false, false);
    let mut show = |connectors: &[Connector]| {
        any |= !connectors.is_empty();
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
    say_if_none(cli, any, any_listed);
    failed.map_or(Ok(()), Err)
}

/// Says that there are no connectors, or none that fit what is asked for.
fn say_if_none(cli: &Cli, any: bool, any_listed: bool) {
    match (any, any_listed) {
        (false, _) => cli.say("No connectors yet. Add one with `patchbay connector add URL`."),
        (true, false) => cli.say("No matching connectors."),
        (true, true) => {}
    }
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
