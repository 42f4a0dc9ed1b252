//! `patchbay connector types|create|copy|copies`.

use patchbay_model::{Account, AuthorizationState, Connector, Definition, Granted};
use patchbay_ops::{
    CreateConnector, Error, GivenSecret, ProviderSignIn, StartProviderSignIn, copy_form,
    create_connector, creation_form, list_copies, list_definitions, provider_sign_in,
    resolve_wallet_entry, start_provider_sign_in,
};
use serde_json::Value;

use super::connect;
use crate::args::{ConnectArgs, CopyArgs, CreateArgs, ProviderArgs};
use crate::cli::Cli;
use crate::command_hint::first_connect_command;
use crate::failure::Failure;
use crate::form_values;
use crate::output::table::{Cell, Table};
use crate::output::{forms, text, words};
use crate::secret_source::Source;

/// Lists the connector types of an account.
pub(super) async fn definitions(cli: &Cli, account: &str) -> Result<(), Failure> {
    let account = cli.account(account).await?;
    cli.unlock().await?;
    let definitions = list_definitions(&cli.cx, &account.id).await?;
    cli.out.answer(&definitions, |screen| {
        let rows = definitions.iter().map(definition_row);
        Table::new(["ID", "TITLE", "CATEGORY", "DESCRIPTION"], rows).render(screen)
    })
}

fn definition_row(definition: &Definition) -> [Cell; 4] {
    let description = definition.description.as_ref();
    let description = description.or(definition.endpoint.as_ref());
    [
        Cell::from(&definition.id),
        Cell::from(&definition.title),
        Cell::from(definition.category.as_deref().unwrap_or_default()),
        Cell::from(description.map(String::as_str).unwrap_or_default()),
    ]
}

pub(super) async fn create(cli: &Cli, args: CreateArgs) -> Result<(), Failure> {
    refuse_time_limit(&args.how)?;
    let account = cli.account(&args.account).await?;
    cli.unlock().await?;
    let mut words = args.values;
    let definition = definition(cli, &account, args.definition, &mut words).await?;
    let account = account.id;
    let form = creation_form(&cli.cx, &account, &definition).await?;
    if args.form.describe {
        return forms::describe(cli, &form);
    }
    let mut request = CreateConnector {
        account,
        definition,
        values: form_values::overlay(&form, &words)?,
        secrets: form_values::secrets(cli, &args.form.secrets).await?,
    };
    let granted = match args.provider.client_id.clone() {
        Some(client_id) => sign_in(cli, &mut request, client_id, args.provider, &args.how).await?,
        None => Vec::new(),
    };
    create_from_form(cli, request, &granted, args.connect, args.how).await
}

/// Creates the same connector on another account.
pub(super) async fn copy(cli: &Cli, args: CopyArgs) -> Result<(), Failure> {
    refuse_time_limit(&args.how)?;
    let connector = cli.connector(&args.connector).await?;
    let account = cli.account(&args.to).await?.id;
    cli.unlock().await?;
    let copy = copy_form(&cli.cx, &connector.id, &account).await?;
    if args.form.describe {
        return forms::describe(cli, &copy.form);
    }
    let request = CreateConnector {
        account,
        definition: copy.definition,
        values: form_values::overlay(&copy.form, &args.values)?,
        secrets: form_values::secrets(cli, &args.form.secrets).await?,
    };
    create_from_form(cli, request, &[], args.connect, args.how).await
}

/// Lists the other connectors for the same service, and what differs there.
pub(super) async fn copies(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    let copies = list_copies(&cli.cx, &connector.id).await?;
    let now = cli.now();
    let heads = ["NAME", "STATUS", "AS", "DIFFERS IN"];
    cli.print_table(&copies, "No copies found.", heads, |copy| {
        let (status, tone) = words::status(&copy.connector.status);
        let paths = copy.differences.iter();
        let paths: Vec<_> = paths.map(|one| one.path.trim_start_matches('/')).collect();
        [
            Cell::from(&copy.connector.name),
            Cell::toned(&status, tone),
            Cell::from(words::identity(&copy.connector.identity, now)),
            Cell::from(paths.join(", ")),
        ]
    })
}

/// Finds a definition by id or title, or returns the only one. If none is given, the first argument is a field value.
async fn definition(
    cli: &Cli,
    account: &Account,
    mut given: Option<String>,
    words: &mut Vec<String>,
) -> Result<String, Failure> {
    let definitions = list_definitions(&cli.cx, &account.id).await?;
    let is_known = |word: &str| definitions.iter().any(|one| one.id == word);
    if let Some(word) = given.take_if(|word| word.contains('=') && !is_known(word)) {
        words.insert(0, word);
    }
    let fits = |one: &&Definition| match &given {
        Some(given) => one.id == *given || one.title.eq_ignore_ascii_case(given),
        None => true,
    };
    let found: Vec<&Definition> = definitions.iter().filter(fits).collect();
    let exact = found.iter().find(|one| Some(&one.id) == given.as_ref());
    match (exact, found.as_slice()) {
        (Some(one), _) | (None, [one]) => Ok(one.id.clone()),
        (None, found) => {
            let failure = ambiguous_definition(given.as_deref(), found.len());
            let account = text::quote(&account.label);
            Err(failure.with_hint(format!("Run `patchbay connector types {account}`.")))
        }
    }
}

fn ambiguous_definition(given: Option<&str>, count: usize) -> Failure {
    match given {
        None => Failure::usage("name a connector type", ""),
        Some(given) if count == 0 => Failure::from(Error::NotFound {
            kind: "connector type",
            name: given.to_owned(),
        }),
        Some(given) => Failure::usage(format!("{count} types match {given}"), ""),
    }
}

/// Lets the user sign in at the provider, and adds the granted tokens to the request. Returns the tokens.
async fn sign_in(
    cli: &Cli,
    create: &mut CreateConnector,
    client_id: String,
    args: ProviderArgs,
    how: &ConnectArgs,
) -> Result<Vec<Granted>, Failure> {
    let sign_in_form = provider_sign_in(&cli.cx, &create.account, &create.definition).await?;
    let sign_in_form = sign_in_form.ok_or_else(|| {
        Failure::usage("this type has no provider sign-in", "Remove --client-id.")
    })?;
    let client_secret = match &args.client_secret_from {
        Some(from) => {
            let source = Source::parse("--client-secret-from", from)?;
            Some(form_values::given_secret(cli, &source, "client secret").await?)
        }
        None => None,
    };
    let request = StartProviderSignIn {
        account: create.account.clone(),
        definition: create.definition.clone(),
        client_id: client_id.clone(),
        client_secret: client_secret.clone(),
        authorize_url: args.authorize_url,
        token_url: args.token_url,
        scopes: (!args.scopes.is_empty()).then_some(args.scopes),
        redirect: args.redirect.unwrap_or_default(),
    };
    let events = cli.cx.events();
    let started = start_provider_sign_in(&cli.cx, request).await?;
    let ended = connect::wait_for_end(cli, started, events, how.no_browser).await?;
    if ended.state != AuthorizationState::Authorized {
        return connect::check_granted(ended).map(|()| Vec::new());
    }
    let ProviderSignIn {
        values,
        client_id_field,
        client_secret_field,
        ..
    } = sign_in_form;
    merge(&mut create.values.0, values.0);
    form_values::put(&mut create.values.0, &client_id_field, client_id.into())?;
    if let (Some(field), Some(secret)) = (client_secret_field, client_secret) {
        create.secrets.insert(field, secret);
    }
    for granted in &ended.granted {
        let secret = GivenSecret::Entry {
            entry: granted.entry.clone(),
        };
        create.secrets.insert(granted.path.clone(), secret);
    }
    Ok(ended.granted)
}

/// Says how a sign-in at the provider is used again, which stays in the wallet.
async fn say_granted(cli: &Cli, granted: &[Granted]) {
    for Granted { path, entry } in granted {
        // Whoever removed it meanwhile doesn't need it.
        if let Ok(entry) = resolve_wallet_entry(&cli.cx, entry.as_str()).await {
            cli.say(reuse_message(path, &entry.name));
        }
    }
}

fn reuse_message(path: &str, name: &str) -> String {
    let secret = text::quote(&format!("{path}=wallet:{name}"));
    format!("The sign-in is saved. To use it again, replace --client-id with --secret {secret}.")
}

/// Merges objects recursively; values of `over` win.
fn merge(values: &mut Value, over: Value) {
    match (values, over) {
        (Value::Object(values), Value::Object(over)) => {
            for (name, value) in over {
                merge(values.entry(name).or_insert(Value::Null), value);
            }
        }
        (values, over) => *values = over,
    }
}

async fn create_from_form(
    cli: &Cli,
    request: CreateConnector,
    granted: &[Granted],
    connects: bool,
    how: ConnectArgs,
) -> Result<(), Failure> {
    let created = create_connector(&cli.cx, request).await;
    if created.is_err() {
        say_granted(cli, granted).await;
    }
    let mut connector = created.map_err(explain_values)?;
    let (title, account) = (&connector.title, &connector.identity.account);
    cli.say(format!("Created {title} on {account}."));
    if connects {
        connector = connect::connect_added(cli, connector, how).await?;
    } else if let Some(next) = next_step(&connector) {
        cli.say(next);
    }
    cli.print_connector(connector, |it, _| format!("{}\n", it.name))
        .await
}

/// Fails before a connector is created whose time limit could not be saved.
fn refuse_time_limit(how: &ConnectArgs) -> Result<(), Failure> {
    match how.connect_timeout {
        None => Ok(()),
        Some(_) => Err(Failure::usage(
            "only connectors of this computer have a time limit to connect",
            "Leave out --connect-timeout.",
        )),
    }
}

fn next_step(connector: &Connector) -> Option<String> {
    use patchbay_model::Status::{Authorizing, Disconnected, NeedsAuthorization};
    let waits = matches!(
        connector.status.status,
        NeedsAuthorization | Authorizing | Disconnected
    );
    waits.then(|| format!("Next: patchbay {}", first_connect_command(connector)))
}

/// Adds the hint how to list the fields.
fn explain_values(error: Error) -> Failure {
    match error {
        Error::Fields { .. } => Failure::from(error).with_hint("Add --describe to see the fields."),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_sign_in_needs_is_laid_over_what_was_typed() {
        let mut values = json!({ "name": "a", "credentials": { "kind": "token", "x": 1 } });
        merge(&mut values, json!({ "credentials": { "kind": "oauth" } }));
        assert_eq!(
            values,
            json!({ "name": "a", "credentials": { "kind": "oauth", "x": 1 } })
        );
    }

    #[test]
    fn a_sign_in_that_stays_is_named_as_the_option_takes_it() {
        assert_eq!(
            reuse_message("/credentials/token", "GitHub token"),
            "The sign-in is saved. To use it again, replace --client-id with \
             --secret \"/credentials/token=wallet:GitHub token\"."
        );
    }

    #[test]
    fn a_definition_that_is_unknown_is_not_found() {
        use patchbay_model::Code;
        assert_eq!(ambiguous_definition(Some("x"), 0).code(), Code::NotFound);
        assert_eq!(
            ambiguous_definition(Some("x"), 2).code(),
            Code::UsageInvalid
        );
        assert_eq!(ambiguous_definition(None, 2).code(), Code::UsageInvalid);
    }
}
