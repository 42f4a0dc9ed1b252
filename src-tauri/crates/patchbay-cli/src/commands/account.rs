//! `patchbay account …`: accounts on hosted platforms.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountColour, Code, Json, Platform};
use patchbay_ops::{
    AddAccount, PlatformForm, add_account, change_account_settings, colour_account, list_accounts,
    list_platforms, remove_account, rename_account, replace_account_secrets, sign_out_account,
    sync_account, test_account, try_account_settings,
};
use serde_json::{Map, Value};

use super::account_fields::Fields;
use crate::args::{AccountAddArgs, AccountNewSecretArgs, AccountSecretArgs, AccountVerb};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::{Cell, Table, Tone};
use crate::output::when;
use crate::tool_arguments;

pub(super) async fn run(cli: &Cli, verb: AccountVerb) -> Result<(), Failure> {
    match verb {
        AccountVerb::Add(args) => add(cli, args).await,
        AccountVerb::List => list(cli).await,
        AccountVerb::Platforms => platforms(cli),
        AccountVerb::Test { account } => {
            cli.unlock().await?;
            let account = cli.account(&account).await?;
            let account = test_account(&cli.cx, &account.id).await?;
            cli.print_done(format!("{}: sign-in works.", account.label), &account)
        }
        AccountVerb::Rename { account, label } => {
            let account = cli.account(&account).await?;
            let account = rename_account(&cli.cx, &account.id, &label).await?;
            cli.print_done(format!("Renamed to {}.", account.label), &account)
        }
        AccountVerb::Edit {
            account,
            settings,
            secrets,
            dry_run,
        } => edit(cli, &account, &settings, secrets, dry_run).await,
        AccountVerb::Color { account, colour } => set_colour(cli, &account, &colour).await,
        AccountVerb::SignOut { account } => sign_out(cli, &account).await,
        AccountVerb::ReplaceKey { account, secrets } => replace(cli, &account, secrets).await,
        AccountVerb::Remove { account } => remove(cli, &account).await,
    }
}

/// Adds the hint how to list the fields, if there is no hint. What a platform doesn't find is what the settings name, and
/// nothing that was deleted.
fn with_fields_hint(error: patchbay_ops::Error) -> Failure {
    let is_of_platform = matches!(error, patchbay_ops::Error::Platform(_));
    let failure = Failure::from(error);
    match failure.code() {
        Code::NotFound if is_of_platform => {
            failure.with_hint("Check the settings, such as the base URL.")
        }
        Code::UsageInvalid if failure.hint().is_none() => {
            failure.with_hint("Run `patchbay account platforms` for the fields.")
        }
        _ => failure,
    }
}

fn form(platform: Platform) -> Result<PlatformForm, Failure> {
    let mut forms = list_platforms().into_iter();
    let found = forms.find(|form| form.platform == platform);
    found.ok_or_else(|| {
        Failure::usage(
            format!("{} doesn't use accounts", platform.as_str()),
            "Run `patchbay account platforms`.",
        )
    })
}

async fn add(cli: &Cli, args: AccountAddArgs) -> Result<(), Failure> {
    // The grammar allows only known platforms.
    let platform = Platform::from_word(&args.platform).unwrap_or(Platform::Local);
    let form = form(platform)?;
    let mut settings = members(tool_arguments::read(None, &args.settings)?);
    if let Some(base) = args.base_url {
        settings.insert("base_url".to_owned(), base.into());
    }
    if args.allow_plain_http {
        settings.insert("allow_plain_http".to_owned(), "allowed".into());
    }
    let fields = Fields::of_new(settings);
    let fields = fields.fill(cli, &form, args.secrets).await?;
    cli.unlock().await?;
    let request = AddAccount {
        platform,
        label: args.name,
        settings: Json(Value::Object(fields.settings)),
        secrets: fields.secrets,
    };
    let account = add_account(&cli.cx, request)
        .await
        .map_err(with_fields_hint)?;
    cli.say(format!("Signed in to {}.", form.title));
    cli.out.answer(&account, |_| format!("{}\n", account.label))
}

fn members(settings: Json) -> Map<String, Value> {
    match settings.0 {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

async fn replace(cli: &Cli, text: &str, args: AccountSecretArgs) -> Result<(), Failure> {
    let account = cli.account(text).await?;
    let form = form(account.platform)?;
    let fields = Fields::of_known(members(account.settings.clone()));
    let fields = fields.fill(cli, &form, args).await?;
    cli.unlock().await?;
    let replaced = replace_account_secrets(&cli.cx, &account.id, fields.secrets).await;
    let account = replaced.map_err(with_fields_hint)?;
    sync(cli, &account).await;
    cli.print_done(format!("Replaced the key of {}.", account.label), &account)
}

/// Lists the connectors of an account whose settings or key may lead to others now. That it can't is noted at the account.
async fn sync(cli: &Cli, account: &Account) {
    drop(sync_account(&cli.cx, account).await);
}

async fn remove(cli: &Cli, text: &str) -> Result<(), Failure> {
    let account = cli.account(text).await?;
    cli.unlock().await?;
    remove_account(&cli.cx, &account.id).await?;
    cli.print_done(format!("Removed {}.", account.label), &account)
}

async fn list(cli: &Cli) -> Result<(), Failure> {
    let accounts = list_accounts(&cli.cx).await?;
    let now = cli.now();
    cli.out.answer(&accounts, |screen| {
        let rows = accounts.iter().map(|account| {
            [
                Cell::from(&account.label),
                Cell::from(account.platform.as_str()),
                address(account),
                Cell::from(when::relative(account.created_at, now)),
                Cell::from(account.id.as_str()),
            ]
        });
        Table::new(["NAME", "PLATFORM", "URL", "ADDED", "ID"], rows).render(screen)
    })
}

/// The custom base URL, if any, and whether the key is sent to it unencrypted.
fn address(account: &Account) -> Cell {
    let base = account.base_url.as_deref().unwrap_or_default();
    match account.allows_plain_http() {
        true => Cell::toned(&format!("{base}, not encrypted"), Tone::Warning),
        false => Cell::from(base),
    }
}

fn platforms(cli: &Cli) -> Result<(), Failure> {
    let forms = list_platforms();
    cli.out.answer(&forms, |screen| {
        let rows = forms.iter().flat_map(|form| {
            form.fields.iter().map(|field| {
                let kind = match (field.is_secret, field.is_required) {
                    (true, true) => "secret, required",
                    (true, false) => "secret",
                    (false, true) => "required",
                    (false, false) => "",
                };
                [
                    Cell::from(form.platform.as_str()),
                    Cell::from(&field.name),
                    Cell::from(kind),
                    Cell::from(&field.help),
                ]
            })
        });
        Table::new(["PLATFORM", "FIELD", "KIND", "WHAT"], rows).render(screen)
    })
}

/// Changes the given settings, and the secrets that are given with them.
async fn edit(
    cli: &Cli,
    account: &str,
    settings: &[String],
    secrets: AccountNewSecretArgs,
    dry_run: bool,
) -> Result<(), Failure> {
    let account = cli.account(account).await?;
    let given = tool_arguments::read(None, settings)?;
    let settings = merge_settings(account.settings.0.clone(), given.0);
    let secrets = match AccountSecretArgs::from(secrets) {
        none if none.from.is_none() && none.secrets.is_empty() => BTreeMap::new(),
        given => {
            let form = form(account.platform)?;
            let fields = Fields::of_known(members(settings.clone()));
            fields.fill(cli, &form, given).await?.secrets
        }
    };
    cli.unlock().await?;
    if dry_run {
        try_account_settings(&cli.cx, &account.id, settings, secrets).await?;
        return cli.print_done(
            format!("{}: settings work (not saved).", account.label),
            &account,
        );
    }
    let account = change_account_settings(&cli.cx, &account.id, settings, secrets).await?;
    sync(cli, &account).await;
    cli.print_done(format!("Updated {}.", account.label), &account)
}

/// Merges the given settings over those before; null removes one.
fn merge_settings(before: Value, given: Value) -> Json {
    let mut settings = match before {
        Value::Object(settings) => settings,
        _ => Map::new(),
    };
    if let Value::Object(given) = given {
        settings.extend(given);
    }
    settings.retain(|_, value| !value.is_null());
    Json(Value::Object(settings))
}

async fn set_colour(cli: &Cli, account: &str, colour: &str) -> Result<(), Failure> {
    let account = cli.account(account).await?;
    // The grammar allows only the colours and `none`.
    let colour = AccountColour::from_word(colour);
    let account = colour_account(&cli.cx, &account.id, colour).await?;
    cli.print_done(format!("Updated {}.", account.label), &account)
}

async fn sign_out(cli: &Cli, account: &str) -> Result<(), Failure> {
    let account = cli.account(account).await?;
    cli.unlock().await?;
    let account = sign_out_account(&cli.cx, &account.id).await?;
    cli.print_done(format!("Signed out of {}.", account.label), &account)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_that_are_not_named_stay() {
        let before = json!({ "base_url": "https://a.example/", "surface": "current" });
        let given = json!({ "base_url": null, "user": "ada" });
        assert_eq!(
            merge_settings(before, given).0,
            json!({ "surface": "current", "user": "ada" })
        );
        assert_eq!(
            merge_settings(Value::Null, json!({ "a": 1 })).0,
            json!({ "a": 1 })
        );
    }
}
