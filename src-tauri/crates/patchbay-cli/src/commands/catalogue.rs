//! `patchbay catalog …`: connectors that can be added or created.

mod item;

use patchbay_model::{AccountId, Code};
use patchbay_ops::{
    AccountDefinitions, Error, list_account_definitions, list_accounts, list_catalogue,
    platform_abilities, read_registry_file,
};

use self::item::CatalogueItem;
pub(super) use self::item::add_command;
use crate::args::{CatalogueVerb, SourceArgs};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::text_file::text_of;

/// Several times the whole public registry.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

pub(super) async fn run(cli: &Cli, verb: CatalogueVerb) -> Result<(), Failure> {
    match verb {
        CatalogueVerb::List {
            words,
            file: Some(file),
            ..
        } => {
            let entries = read_registry_file(&text_of(&file, MAX_FILE_BYTES)?)?.into_iter();
            list(cli, entries.map(CatalogueItem::Server).collect(), &words)
        }
        CatalogueVerb::List { words, of, .. } | CatalogueVerb::Search { words, of } => {
            list(cli, list_items(cli, &of).await?, &words)
        }
        CatalogueVerb::Show { name, of } => show(cli, &name, &of).await,
    }
}

/// The connector types of the accounts, then the known servers.
async fn list_items(cli: &Cli, of: &SourceArgs) -> Result<Vec<CatalogueItem>, Failure> {
    let account = cli.optional_account(of.account.as_deref()).await?;
    let account = account.map(|account| account.id);
    let mut items = Vec::new();
    if account != Some(AccountId::local()) {
        items = definitions(cli, account.as_ref()).await?;
    }
    if account.is_none_or(|account| account == AccountId::local()) {
        items.extend(list_catalogue().into_iter().map(CatalogueItem::Server));
    }
    Ok(items)
}

/// Lists the connector types of accounts. A failing account is reported; it is an error only if it is `only`.
async fn definitions(cli: &Cli, only: Option<&AccountId>) -> Result<Vec<CatalogueItem>, Failure> {
    let accounts = list_accounts(&cli.cx).await?;
    if !accounts
        .iter()
        .any(|one| platform_abilities(one.platform).has_accounts)
    {
        return Ok(Vec::new());
    }
    if let Err(failure) = cli.unlock().await {
        if only.is_some() || failure.code() != Code::VaultLocked {
            return Err(failure);
        }
        cli.say("Vault locked: accounts not included.");
        return Ok(Vec::new());
    }
    let mut items = Vec::new();
    for AccountDefinitions { account, outcome } in list_account_definitions(&cli.cx, only).await? {
        match outcome {
            Ok(definitions) => {
                let definitions = definitions.into_iter();
                items.extend(definitions.map(|one| CatalogueItem::of_account(&account, one)));
            }
            Err(error) if only.is_some() => return Err(error.into()),
            Err(error) => {
                let label = &account.label;
                cli.say(format!("Skipped {label}: {error}"));
            }
        }
    }
    Ok(items)
}

/// Lists the items that match all words.
fn list(cli: &Cli, mut items: Vec<CatalogueItem>, words: &[String]) -> Result<(), Failure> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    items.retain(|item| item.matches_all(&words));
    let heads = [
        "NAME",
        "ACCOUNT",
        "ADDRESS OR COMMAND",
        "SIGN-IN",
        "DESCRIPTION",
    ];
    cli.print_table(&items, "No matches.", heads, CatalogueItem::row)
}

async fn show(cli: &Cli, name: &str, of: &SourceArgs) -> Result<(), Failure> {
    let is_meant = |item: &CatalogueItem| item.is_named(name);
    // Known servers need no request.
    let known = list_catalogue().into_iter().map(CatalogueItem::Server);
    let item = match known.filter(|_| of.account.is_none()).find(is_meant) {
        Some(known) => Some(known),
        None => list_items(cli, of).await?.into_iter().find(is_meant),
    };
    let item = item.ok_or_else(|| Error::NotFound {
        kind: "catalog entry",
        name: name.to_owned(),
    })?;
    cli.out.answer(&item, |screen| item.facts(screen))
}
