//! `patchbay connector types|create|copy|copies`.

use patchbay_model::{AccountId, AuthorizationState, Connector, Definition, Form, Json, Timestamp};
use patchbay_ops::{
    ConnectorCopy, CreateConnector, Error, GivenSecret, ProviderSignIn, StartProviderSignIn,
    copy_form, create_connector, creation_form, list_copies, list_definitions, provider_sign_in,
    resolve_account, start_provider_sign_in,
};
use serde_json::Value;

use super::connect;
use crate::args::{ConnectArgs, CopyArgs, CreateArgs, FormArgs, ProviderArgs};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::form_values::{self, Secrets};
use crate::output::table::{Cell, Table};
use crate::output::{Screen, forms, text, words};
use crate::secret_source::Source;
use crate::unlock::unlock;

/// Lists what an account can create.
pub(super) async fn definitions(cli: &Cli, account: &str) -> Result<(), Failure> {
    let account = resolve_account(&cli.cx, account).await?;
    unlock(cli).await?;
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

/// Creates a connector from a definition.
pub(super) async fn create(cli: &Cli, args: CreateArgs) -> Result<(), Failure> {
    let account = resolve_account(&cli.cx, &args.account).await?.id;
    unlock(cli).await?;
    let mut words = args.values;
    let definition = definition(cli, &account, args.definition, &mut words).await?;
    let form = creation_form(&cli.cx, &account, &definition).await?;
    if args.form.describe {
        return forms::describe(cli, &form);
    }
    let mut filled = FilledForm::of(cli, form, &words, &args.form).await?;
    if let Some(client_id) = args.provider.client_id.clone() {
        let target = Target {
            account: &account,
            definition: &definition,
        };
        sign_in(
            cli,
            &target,
            client_id,
            args.provider,
            &args.how,
            &mut filled,
        )
        .await?;
    }
    let request = CreateConnector {
        account,
        definition,
        values: filled.values,
        secrets: filled.secrets,
    };
    create_from_form(cli, request, args.connect, args.how).await
}

/// Creates the same on another account.
pub(super) async fn copy(cli: &Cli, args: CopyArgs) -> Result<(), Failure> {
    let connector = cli.connector(&args.connector).await?;
    let account = resolve_account(&cli.cx, &args.to).await?.id;
    unlock(cli).await?;
    let copy = copy_form(&cli.cx, &connector.id, &account).await?;
    if args.form.describe {
        return forms::describe(cli, &copy.form);
    }
    let filled = FilledForm::of(cli, copy.form, &args.values, &args.form).await?;
    let request = CreateConnector {
        account,
        definition: copy.definition,
        values: filled.values,
        secrets: filled.secrets,
    };
    create_from_form(cli, request, args.connect, args.how).await
}

/// Lists where else the same service is set up, and how it differs there.
pub(super) async fn copies(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    let copies = list_copies(&cli.cx, &connector.id).await?;
    if copies.is_empty() {
        cli.stderr.say("No copies found.");
    }
    let now = cli.now();
    cli.out
        .answer(&copies, |screen| render_copies(&copies, now, screen))
}

fn render_copies(copies: &[ConnectorCopy], now: Timestamp, screen: Screen) -> String {
    if copies.is_empty() {
        return String::new();
    }
    let rows = copies.iter().map(|copy| {
        let (status, tone) = words::status(&copy.connector.status);
        let differs = copy.differences.iter();
        let differs: Vec<_> = differs
            .map(|one| one.path.trim_start_matches('/').to_owned())
            .collect();
        [
            Cell::from(&copy.connector.name),
            Cell::toned(&status, tone),
            Cell::from(words::identity(&copy.connector.identity, now)),
            Cell::from(differs.join(", ")),
        ]
    });
    Table::new(["NAME", "STATUS", "AS", "DIFFERS IN"], rows).render(screen)
}

/// The definition that is meant: by id, by title, or the only one that there is. Where none is named, the
/// first word is a value.
async fn definition(
    cli: &Cli,
    account: &AccountId,
    mut given: Option<String>,
    words: &mut Vec<String>,
) -> Result<String, Failure> {
    let definitions = list_definitions(&cli.cx, account).await?;
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
        (None, found) => Err(ambiguous_definition(given.as_deref(), found.len())),
    }
}

fn ambiguous_definition(given: Option<&str>, count: usize) -> Failure {
    let failure = match given {
        None => Failure::usage("name a connector type", ""),
        Some(given) if count == 0 => Failure::from(Error::NotFound {
            kind: "connector type",
            name: given.to_owned(),
        }),
        Some(given) => Failure::usage(format!("{count} types match {given}"), ""),
    };
    failure.with_hint("Run `patchbay connector types ACCOUNT`.")
}

/// A form with what was typed.
struct FilledForm {
    values: Json,
    secrets: Secrets,
}

impl FilledForm {
    async fn of(cli: &Cli, form: Form, words: &[String], args: &FormArgs) -> Result<Self, Failure> {
        Ok(Self {
            values: form_values::overlay(form.values.0, words)?,
            secrets: form_values::secrets(cli, &args.secrets).await?,
        })
    }
}

/// What is to be created where.
struct Target<'a> {
    account: &'a AccountId,
    definition: &'a str,
}

/// Has a person sign in at the provider, and fills the form with what it grants.
async fn sign_in(
    cli: &Cli,
    target: &Target<'_>,
    client_id: String,
    args: ProviderArgs,
    how: &ConnectArgs,
    filled: &mut FilledForm,
) -> Result<(), Failure> {
    let sign_in_form = provider_sign_in(&cli.cx, target.account, target.definition).await?;
    let sign_in_form = sign_in_form.ok_or_else(|| {
        Failure::usage("this type has no provider sign-in", "Remove --client-id.")
    })?;
    let client_secret = match &args.client_secret_from {
        Some(from) => {
            let source = Source::parse("--client-secret-from", from)?;
            Some(form_values::read_secret(cli, &source, "client secret").await?)
        }
        None => None,
    };
    let request = StartProviderSignIn {
        account: target.account.clone(),
        definition: target.definition.to_owned(),
        client_id: client_id.clone(),
        client_secret: client_secret.clone(),
        authorize_url: args.authorize_url,
        token_url: args.token_url,
        scopes: (!args.scopes.is_empty()).then_some(args.scopes),
        redirect: args.redirect.map(Into::into).unwrap_or_default(),
    };
    let events = cli.cx.events();
    let started = start_provider_sign_in(&cli.cx, request).await?;
    let over = connect::wait_for_end(cli, started, events, how.no_browser).await?;
    if over.state != AuthorizationState::Authorized {
        return connect::check_granted(over);
    }
    merge(&mut filled.values.0, sign_in_form.values.0.clone());
    let ProviderSignIn {
        client_id_field,
        client_secret_field,
        ..
    } = sign_in_form;
    form_values::put(&mut filled.values.0, &client_id_field, client_id.into())?;
    if let (Some(field), Some(secret)) = (client_secret_field, client_secret) {
        filled.secrets.insert(field, secret);
    }
    for granted in over.granted {
        let secret = GivenSecret::Entry {
            entry: granted.entry,
        };
        filled.secrets.insert(granted.path, secret);
    }
    Ok(())
}

/// Lays objects over one another, member by member.
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
    connects: bool,
    how: ConnectArgs,
) -> Result<(), Failure> {
    let mut connector = create_connector(&cli.cx, request)
        .await
        .map_err(explain_values)?;
    let (title, account) = (&connector.title, &connector.identity.account);
    cli.stderr.say(&format!("Created {title} on {account}."));
    if connects {
        connector = connect::connect(cli, connector, Json::default(), how).await?;
    } else if let Some(next) = next_step(&connector) {
        cli.stderr.say(&next);
    }
    cli.print_connector(connector, |it, _| format!("{}\n", it.name))
        .await
}

fn next_step(connector: &Connector) -> Option<String> {
    use patchbay_model::Status::{Disconnected, NeedsAuthorization};
    let waits = matches!(connector.status.status, NeedsAuthorization | Disconnected);
    waits.then(|| {
        let name = text::quote(&connector.name);
        format!("Next: patchbay connector connect {name}")
    })
}

/// A failure of values, with the way to see which there are.
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
