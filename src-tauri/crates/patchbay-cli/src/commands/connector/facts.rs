//! `patchbay connector show`: everything about a connector.

use patchbay_model::{Connector, ServerCommand, Timestamp};
use patchbay_ops::{abilities, list_deviations};

use crate::cli::Cli;
use crate::commands::{deviations, program, trust};
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::{Screen, when, words};

/// Prints everything about a connector.
pub(super) async fn print(cli: &Cli, connector: Connector) -> Result<(), Failure> {
    let now = cli.now();
    let deviations = list_deviations(&cli.cx, &connector.id).await?;
    let secrets = program::secret_variables(cli, &connector).await?;
    cli.print_connector(connector, |it, screen| {
        facts(it, &secrets, now, screen) + &deviations::lines(&deviations, screen)
    })
    .await
}

/// Renders everything about a connector; `secrets` are the names of its secret variables.
fn facts(connector: &Connector, secrets: &[String], now: Timestamp, screen: Screen) -> String {
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
        .add("Secret variables", secrets.join(", "))
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
        .add_optional(
            "Logs from",
            (!connector.log_level.is_default()).then_some(connector.log_level.as_str()),
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
