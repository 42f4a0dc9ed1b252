//! `patchbay catalog …`: what can be set up.

mod item;

use std::io::Read as _;
use std::path::Path;

use patchbay_model::{AccountId, Code, Problem};
use patchbay_ops::{
    AccountDefinitions, Error, list_account_definitions, list_accounts, list_catalogue,
    platform_abilities, read_registry_file, resolve_account,
};

use self::item::CatalogueItem;
use crate::args::{CatalogueVerb, SourceArgs};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::Table;
use crate::unlock::unlock;

pub(super) async fn run(cli: &Cli, verb: CatalogueVerb) -> Result<(), Failure> {
    match verb {
        CatalogueVerb::List {
            words,
            file: Some(file),
            ..
        } => {
            let entries = read_registry_file(&text_of(&file)?)?.into_iter();
            list(cli, entries.map(CatalogueItem::Server).collect(), &words)
        }
        CatalogueVerb::List { words, of, .. } | CatalogueVerb::Search { words, of } => {
            list(cli, list_items(cli, &of).await?, &words)
        }
        CatalogueVerb::Show { name, of } => show(cli, &name, &of).await,
    }
}

/// What the accounts can create, each account by itself, then the servers that are known.
async fn list_items(cli: &Cli, of: &SourceArgs) -> Result<Vec<CatalogueItem>, Failure> {
    let account = match &of.account {
        Some(text) => Some(resolve_account(&cli.cx, text).await?.id),
        None => None,
    };
    let mut items = Vec::new();
    if account != Some(AccountId::local()) {
        items = definitions(cli, account.as_ref()).await?;
    }
    if account.is_none_or(|account| account == AccountId::local()) {
        items.extend(list_catalogue().into_iter().map(CatalogueItem::Server));
    }
    Ok(items)
}

/// An account that can't be asked is reported, and is an error only if it alone was asked for.
async fn definitions(cli: &Cli, only: Option<&AccountId>) -> Result<Vec<CatalogueItem>, Failure> {
    let accounts = list_accounts(&cli.cx).await?;
    if !accounts
        .iter()
        .any(|one| platform_abilities(one.platform).has_accounts)
    {
        return Ok(Vec::new());
    }
    if let Err(failure) = unlock(cli).await {
        if only.is_some() || failure.code() != Code::VaultLocked {
            return Err(failure);
        }
        cli.stderr.say("Vault locked: accounts not included.");
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
                cli.stderr.say(&format!("Skipped {label}: {error}"));
            }
        }
    }
    Ok(items)
}

/// Lists those that every word matches.
fn list(cli: &Cli, mut items: Vec<CatalogueItem>, words: &[String]) -> Result<(), Failure> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    items.retain(|item| item.matches_all(&words));
    if items.is_empty() {
        cli.stderr.say("No matches.");
    }
    cli.out.answer(&items, |screen| {
        if items.is_empty() {
            return String::new();
        }
        let heads = [
            "NAME",
            "ACCOUNT",
            "ADDRESS OR COMMAND",
            "SIGN-IN",
            "DESCRIPTION",
        ];
        Table::new(heads, items.iter().map(CatalogueItem::row)).render(screen)
    })
}

async fn show(cli: &Cli, name: &str, of: &SourceArgs) -> Result<(), Failure> {
    let is_meant = |item: &CatalogueItem| item.is_named(name);
    // Nobody is asked for what is known here.
    let known = list_catalogue().into_iter().map(CatalogueItem::Server);
    let item = match known.filter(|_| of.account.is_none()).find(is_meant) {
        Some(known) => Some(known),
        None => list_items(cli, of).await?.into_iter().find(is_meant),
    };
    let item = item.ok_or_else(|| {
        let problem = Problem::new(Code::NotFound, format!("{name} isn't in the catalog"));
        Failure::from(problem).with_hint("Run `patchbay catalog list`.")
    })?;
    cli.out.answer(&item, |screen| item.facts(screen))
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let read = tokio::task::block_in_place(|| {
        if file == Path::new("-") {
            let mut text = String::new();
            return std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .map(|_| text);
        }
        std::fs::read_to_string(file)
    });
    read.map_err(|source| {
        let path = file.display().to_string();
        let failure = Failure::from(Error::File { path, source });
        failure.with_hint("Check the path and permissions.")
    })
}
