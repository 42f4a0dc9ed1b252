//! `patchbay connector edit`.

use std::path::PathBuf;

use patchbay_model::{Code, Connector, TimeLimits};
use patchbay_ops::{
    ConnectorChanges, Error, NetworkChanges, abilities, allow_connector_program,
    check_client_certificate, check_secret_values, remove_secret_variables, set_client_certificate,
    set_secret_variables, update_connector,
};

use super::facts;
use crate::args::EditArgs;
use crate::cli::Cli;
use crate::command_hint::{name_as_given, quoted_name};
use crate::commands::review::{secret_variable_notes, secret_word_note};
use crate::commands::{authentication, change, deviations, program, trust};
use crate::failure::Failure;

pub(super) async fn edit(cli: &Cli, args: EditArgs) -> Result<(), Failure> {
    let mut connector = cli.connector(&args.connector).await?;
    if (args.on || args.off) && !abilities(&connector).configured_here {
        let (title, account) = (&connector.title, &connector.identity.account);
        let name = quoted_name(&connector);
        return Err(Failure::usage(
            format!("connector {title} is turned on and off on {account}"),
            format!("Run `patchbay connector actions {name}` to see how."),
        ));
    }
    trust::check_distrusted(&connector, &args.distrusted)?;
    let is_change = args.change.is_given();
    let is_allowed = args.program.is_allowed;
    // What is typed or read comes before any change, so that a command that is cancelled or fails there changes nothing.
    let mut removed = program::secret_variables(cli, &connector).await?;
    removed.retain(|name| args.program.removed_variables.contains(name));
    let secrets = authentication::variable_values(cli, &args.program.secret_variables).await?;
    let notes = secret_word_note(&args.program.command).into_iter();
    let notes: Vec<_> = notes
        .chain(secret_variable_notes(&args.program.variables))
        .collect();
    let command = program::updated_command(&connector, &removed, args.program)?;
    if let Some(command) = &command {
        program::note_relative_path(cli, command);
    }
    let authentication = authentication::changed(cli, &connector, args.authentication).await?;
    let authorities = trust::read_authorities(&args.authorities, args.no_authorities).await?;
    if !secrets.is_empty() {
        check_secret_values(&cli.cx, &connector, &secrets).await?;
    }
    if let Some(file) = &args.network.client_certificate {
        check_client_certificate(&connector, args.url.as_deref(), file).await?;
    }
    if is_change {
        match change::change(cli, &connector, args.change).await? {
            Some(changed) => connector = changed,
            // `--describe` or `--dry-run`.
            None => return Ok(()),
        }
    }
    let sets_proxy = args.network.proxy.is_some();
    let network = NetworkChanges {
        authorities,
        forget: (!args.distrusted.is_empty()).then_some(args.distrusted),
        proxy: args.network.proxy,
        forget_client_certificate: args.no_client_certificate,
    };
    let mut changes = ConnectorChanges {
        name: args.name,
        title: args.title,
        url: args.url,
        command,
        authentication,
        tags: args.tags,
        favourite: flag_pair(args.favorite, args.no_favorite),
        enabled: flag_pair(args.on, args.off),
        allow_plain_http: args.allow_plain_http,
        time_limits: limits(&connector, args.connect_timeout, args.run_timeout),
        roots: roots(&args.roots, args.no_roots)?,
        sampling: args.sampling,
        log_level: args.log_level,
        muted: args.notifications.map(|on| !on),
        capture: args.capture,
        oauth_deviations: deviations::changed(&connector, &args.deviations),
        network: (network != NetworkChanges::default()).then_some(network),
    };
    let renames = changes.name.is_some() || changes.title.is_some();
    let certificate = args.network.client_certificate;
    let changes_secrets = !secrets.is_empty() || !removed.is_empty();
    let changes_here = changes_anything(&changes) || changes_secrets || certificate.is_some();
    if !is_change && !is_allowed && !changes_here {
        return Err(Failure::usage(
            "no changes given",
            "Run `patchbay connector edit --help`.",
        ));
    }
    if changes_secrets || certificate.is_some() {
        cli.unlock().await?;
    } else if changes.url.is_some()
        || changes.authentication.is_some()
        || changes.command.is_some()
        || is_allowed
    {
        cli.unlock_for(&connector).await?;
    }
    // With the variables that are removed, which may be plain ones there.
    let command = changes.command.take_if(|_| !removed.is_empty());
    if changes_anything(&changes) {
        let updated = update_connector(&cli.cx, &connector.id, changes).await;
        connector = updated.map_err(|error| explain_edit(error, &connector))?;
        if renames {
            name_as_given(&connector, &connector.name);
        }
        cli.say(format!("Updated {}.", cli.label(&connector).await?));
        if sets_proxy {
            trust::note_unused_proxy(cli, &connector);
        }
    }
    // After what may be refused, as they can't be read again.
    if !removed.is_empty() {
        connector = remove_secret_variables(&cli.cx, &connector.id, &removed, command).await?;
        cli.say(format!(
            "Removed {} of {}.",
            removed.join(", "),
            connector.title
        ));
    }
    for note in notes {
        cli.say(format!("Note: {note}."));
    }
    if !secrets.is_empty() {
        connector = set_secret_variables(&cli.cx, &connector.id, secrets).await?;
        let label = cli.label(&connector).await?;
        cli.say(format!("Saved the variables of {label}."));
    }
    if let Some(file) = certificate {
        connector = set_client_certificate(&cli.cx, &connector.id, &file).await?;
        cli.say(format!("{} shows its certificate now.", connector.title));
    }
    if is_allowed {
        connector = allow_connector_program(&cli.cx, &connector.id).await?;
        cli.say(format!("The program of {} may start now.", connector.title));
    }
    match cli.settings.quiet {
        true => cli.print_connector(connector, |_, _| String::new()).await,
        false => facts::print(cli, connector).await,
    }
}

/// Adds the hint how to see what can be changed of a hosted connector.
fn explain_edit(error: Error, connector: &Connector) -> Failure {
    let failure = Failure::from(error);
    if failure.code() != Code::UsageInvalid || abilities(connector).configured_here {
        return failure;
    }
    let name = quoted_name(connector);
    failure.with_hint(format!(
        "For what can be changed, run `patchbay connector edit {name} --describe`."
    ))
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
            log_level: None,
            muted: None,
            capture: None,
            oauth_deviations: None,
            network: None,
        }
    )
}
