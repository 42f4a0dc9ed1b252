//! `patchbay account …`: sign-ins to hosted platforms.

use std::collections::BTreeMap;

use patchbay_model::{Account, Code, Platform, Secret};
use patchbay_ops::{
    AddAccount, PlatformField, PlatformForm, SecretInput, add_account, list_accounts,
    list_platforms, remove_account, rename_account, replace_account_secrets, resolve_account,
    resolve_wallet_entry, test_account,
};
use serde_json::Value;

use super::account_settings;
use crate::args::{AccountAddArgs, AccountSecretArgs, AccountVerb};
use crate::door::Door;
use crate::failure::Failure;
use crate::output::table::{Cell, Table};
use crate::output::when;
use crate::secret_source::Source;
use crate::tool_arguments;
use crate::unlock::unlock;

type Secrets = BTreeMap<String, SecretInput>;

pub(super) async fn run(door: &Door, verb: AccountVerb) -> Result<(), Failure> {
    match verb {
        AccountVerb::Add(args) => add(door, args).await,
        AccountVerb::List => list(door).await,
        AccountVerb::Platforms => platforms(door),
        AccountVerb::Test { account } => {
            unlock(door).await?;
            let account = find(door, &account).await?;
            said(door, "Works", &test_account(&door.cx, &account.id).await?)
        }
        AccountVerb::Rename { account, label } => {
            let account = find(door, &account).await?;
            said(
                door,
                "Renamed",
                &rename_account(&door.cx, &account.id, &label).await?,
            )
        }
        AccountVerb::Set {
            account,
            settings,
            dry_run,
        } => account_settings::set(door, &account, &settings, dry_run).await,
        AccountVerb::Colour { account, colour } => {
            account_settings::colour(door, &account, &colour).await
        }
        AccountVerb::SignOut { account } => account_settings::sign_out(door, &account).await,
        AccountVerb::Replace { account, secrets } => replace(door, &account, secrets).await,
        AccountVerb::Remove { account } => remove(door, &account).await,
    }
}

/// The account that the user means.
///
/// # Errors
/// When there is none.
pub(super) async fn find(door: &Door, text: &str) -> Result<Account, Failure> {
    let found = resolve_account(&door.cx, text).await;
    found.map_err(|error| {
        Failure::from(error).hinting("Run `patchbay account list` to see them all.")
    })
}

/// The failure of a key that was just given.
fn refused(error: patchbay_ops::Error) -> Failure {
    let failure = Failure::from(error);
    match failure.code() {
        Code::AuthNeeded => failure
            .saying("the platform does not take this key")
            .hinting("Check the key, and give it again."),
        Code::UsageInvalid if failure.hint().is_none() => {
            failure.hinting("Run `patchbay account platforms` to see what each field takes.")
        }
        _ => failure,
    }
}

pub(super) fn said(door: &Door, verb: &str, account: &Account) -> Result<(), Failure> {
    door.talk.say(&format!("{verb}: {}.", account.label));
    door.out.answer(account, |_| String::new())
}

fn form(platform: Platform) -> Result<PlatformForm, Failure> {
    let mut forms = list_platforms().into_iter();
    let found = forms.find(|form| form.platform == platform);
    found.ok_or_else(|| {
        Failure::usage(
            format!("{} has no accounts", platform.as_str()),
            "Run `patchbay account platforms` to see which have.",
        )
    })
}

async fn add(door: &Door, args: AccountAddArgs) -> Result<(), Failure> {
    // The grammar lets no other word through.
    let platform = Platform::from_word(&args.platform).unwrap_or(Platform::Local);
    let form = form(platform)?;
    let mut settings = tool_arguments::read(None, &args.settings)?;
    if let (Value::Object(settings), Some(base)) = (&mut settings.0, args.base_url) {
        settings.insert("base_url".to_owned(), base.into());
    }
    let secrets = secrets(door, &form, args.secrets, &mut settings.0).await?;
    unlock(door).await?;
    let request = AddAccount {
        platform,
        label: args.label,
        settings,
        secrets,
    };
    let account = add_account(&door.cx, request).await.map_err(refused)?;
    door.talk.say(&format!("Signed in to {}.", form.title));
    door.out
        .answer(&account, |_| format!("{}\n", account.label))
}

/// The secrets that the options stand for; settings of the environment come with its secrets.
async fn secrets(
    door: &Door,
    form: &PlatformForm,
    args: AccountSecretArgs,
    settings: &mut Value,
) -> Result<Secrets, Failure> {
    if !args.secrets.is_empty() {
        return named(door, &args.secrets).await;
    }
    if let Some(from) = &args.from {
        return key(door, form, &Source::parse("--from", from)?).await;
    }
    if let Some(found) = from_environment(door, form, settings)? {
        return Ok(found);
    }
    let is_needed = |field: &PlatformField| {
        let replaced = field.unless.as_ref();
        let is_replaced = replaced.is_some_and(|other| settings.get(other).is_some());
        field.is_secret && field.is_required && !is_replaced
    };
    if form.fields.iter().any(is_needed) {
        return key(door, form, &Source::Input).await;
    }
    Ok(Secrets::new())
}

async fn named(door: &Door, given: &[String]) -> Result<Secrets, Failure> {
    let mut secrets = Secrets::new();
    for given in given {
        let Some((name, source)) = given.split_once('=') else {
            return Err(Failure::usage(
                "--secret names no source",
                "Give it as NAME=SOURCE, for example client_secret=env://NAME.",
            ));
        };
        let source = Source::parse("--secret", source)?;
        secrets.insert(name.to_owned(), input(door, &source, name).await?);
    }
    Ok(secrets)
}

/// The one key, or from standard input a JSON object of several.
async fn key(door: &Door, form: &PlatformForm, source: &Source) -> Result<Secrets, Failure> {
    let secret_fields: Vec<_> = form.fields.iter().filter(|field| field.is_secret).collect();
    let Some(first) = secret_fields.first() else {
        return Err(Failure::usage(
            format!("{} needs no secret", form.title),
            "Leave --from out.",
        ));
    };
    let given = input(door, source, &first.title).await?;
    if let SecretInput::New { secret } = &given
        && let Some(several) = several(secret)
    {
        return Ok(several);
    }
    Ok(BTreeMap::from([(first.name.clone(), given)]))
}

fn several(secret: &Secret) -> Option<Secrets> {
    let members: BTreeMap<String, Secret> = serde_json::from_str(secret.expose()).ok()?;
    let input = |(name, secret)| (name, SecretInput::New { secret });
    Some(members.into_iter().map(input).collect())
}

async fn input(door: &Door, source: &Source, what: &str) -> Result<SecretInput, Failure> {
    Ok(match source {
        Source::Input => SecretInput::New {
            secret: door.secrets().input(what)?,
        },
        Source::Reference(reference) => SecretInput::Reference {
            reference: reference.clone(),
        },
        Source::Wallet(name) => SecretInput::Entry {
            entry: resolve_wallet_entry(&door.cx, name).await?.id,
        },
    })
}

/// What the platform's own client would find in the environment, when the user agrees to use it.
fn from_environment(
    door: &Door,
    form: &PlatformForm,
    settings: &mut Value,
) -> Result<Option<Secrets>, Failure> {
    let set: Vec<(&PlatformField, &String)> = form
        .fields
        .iter()
        .filter_map(|field| field.variable.as_ref().map(|name| (field, name)))
        .collect();
    let has_secret = set.iter().any(|(field, _)| field.is_secret);
    if !has_secret || (!door.says_yes() && !door.is_interactive()) {
        return Ok(None);
    }
    let names: Vec<_> = set.iter().map(|(_, name)| name.as_str()).collect();
    let question = format!("{} is set. Sign in with it?", names.join(", "));
    door.confirm(&question, Failure::cancelled())?;
    let mut secrets = Secrets::new();
    for (field, variable) in set {
        if field.is_secret {
            let reference = format!("env://{variable}");
            secrets.insert(field.name.clone(), SecretInput::Reference { reference });
        } else if let (Value::Object(settings), Ok(value)) =
            (&mut *settings, std::env::var(variable))
        {
            settings
                .entry(field.name.clone())
                .or_insert_with(|| value.into());
        }
    }
    Ok(Some(secrets))
}

async fn replace(door: &Door, text: &str, args: AccountSecretArgs) -> Result<(), Failure> {
    let account = find(door, text).await?;
    let form = form(account.platform)?;
    let secrets = secrets(door, &form, args, &mut Value::Null).await?;
    unlock(door).await?;
    let replaced = replace_account_secrets(&door.cx, &account.id, secrets).await;
    let account = replaced.map_err(refused)?;
    said(door, "Replaced", &account)
}

async fn remove(door: &Door, text: &str) -> Result<(), Failure> {
    let account = find(door, text).await?;
    unlock(door).await?;
    remove_account(&door.cx, &account.id).await?;
    said(door, "Removed", &account)
}

async fn list(door: &Door) -> Result<(), Failure> {
    let accounts = list_accounts(&door.cx).await?;
    let now = door.now();
    door.out.answer(&accounts, |screen| {
        let rows = accounts.iter().map(|account| {
            [
                Cell::from(&account.label),
                Cell::from(account.platform.as_str()),
                Cell::from(account.base_url.as_deref().unwrap_or_default()),
                Cell::from(when::relative(account.created_at, now)),
                Cell::from(account.id.as_str()),
            ]
        });
        Table::new(["LABEL", "PLATFORM", "URL", "ADDED", "ID"], rows).render(screen)
    })
}

fn platforms(door: &Door) -> Result<(), Failure> {
    let forms = list_platforms();
    door.out.answer(&forms, |screen| {
        let rows = forms.iter().flat_map(|form| {
            form.fields.iter().map(|field| {
                let kind = match (field.is_secret, field.is_required) {
                    (true, true) => "secret, needed",
                    (true, false) => "secret",
                    (false, true) => "needed",
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
