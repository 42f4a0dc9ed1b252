//! `patchbay credential …`: credentials of the wallet and of hosted platforms.

use patchbay_model::{Timestamp, WalletEntry};
use patchbay_ops::{
    AddWalletEntry, Error, add_wallet_entry, list_wallet, remove_wallet_entry, rename_wallet_entry,
    replace_wallet_secret, resolve_wallet_entry,
};

use super::authentication::{next_secret, wallet_secret};
use super::{platform_credential, programs, rotate};
use crate::args::{AddCredentialArgs, CredentialVerb, Kind, ReplaceArgs, SecretArgs};
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::{Cell, Tone};
use crate::output::{text, when, words};

pub(super) async fn run(cli: &Cli, verb: CredentialVerb) -> Result<(), Failure> {
    match verb {
        CredentialVerb::Add(args) => match &args.placed.target.connector {
            Some(_) => {
                refuse_misplaced(&args.secret)?;
                platform_credential::add(cli, args.name, args.placed).await
            }
            None => add(cli, *args).await,
        },
        CredentialVerb::List { target } => match &target.connector {
            Some(_) => platform_credential::list(cli, &target).await,
            None => list(cli).await,
        },
        CredentialVerb::Show { credential } => rotate::show(cli, &credential).await,
        CredentialVerb::Replace(args) => match &args.placed.target.connector {
            Some(_) => {
                refuse_misplaced(&args.secret)?;
                platform_credential::replace(cli, args.credential, args.placed).await
            }
            None => replace(cli, *args).await,
        },
        CredentialVerb::Rotate(args) => rotate::rotate(cli, *args).await,
        CredentialVerb::SetDefault { credential, target } => {
            platform_credential::make_default(cli, &credential, &target).await
        }
        CredentialVerb::Rename { credential, name } => {
            let entry = resolve_wallet_entry(&cli.cx, &credential).await?;
            let entry = rename_wallet_entry(&cli.cx, &entry.id, &name).await?;
            print_done(cli, "Renamed", &entry)
        }
        CredentialVerb::Programs(verb) => programs::run(cli, verb).await,
        CredentialVerb::Remove { credential, target } => {
            let name = credential.unwrap_or_default();
            match &target.connector {
                Some(_) => platform_credential::remove(cli, &name, &target).await,
                None => remove(cli, &name).await,
            }
        }
    }
}

/// Fails if an option for a secret of the wallet is given with a credential that a platform keeps.
fn refuse_misplaced(secret: &SecretArgs) -> Result<(), Failure> {
    match secret.misplaced(None) {
        None => Ok(()),
        Some(option) => Err(Failure::usage(
            format!("{option} isn't for a credential that a platform keeps"),
            "Use --set and --secret; --describe lists the fields.",
        )),
    }
}

fn print_done(cli: &Cli, verb: &str, entry: &WalletEntry) -> Result<(), Failure> {
    cli.print_done(format!("{verb} {}.", entry.name), entry)
}

async fn add(cli: &Cli, args: AddCredentialArgs) -> Result<(), Failure> {
    // The grammar requires both for the wallet.
    let (name, kind) = (args.name.unwrap_or_default(), args.kind);
    let secret = wallet_secret(cli, kind.unwrap_or(Kind::Bearer), args.secret).await?;
    cli.unlock().await?;
    let entry = add_wallet_entry(&cli.cx, AddWalletEntry { name, secret }).await?;
    print_done(cli, "Saved", &entry)
}

async fn list(cli: &Cli) -> Result<(), Failure> {
    let wallet = list_wallet(&cli.cx).await?;
    let now = cli.now();
    cli.print_table(
        &wallet,
        "No saved credentials.",
        ["NAME", "TYPE", "SOURCE", "EXPIRES", "REPLACED", "USED BY"],
        |entry| row(entry, now),
    )
}

fn row(entry: &WalletEntry, now: Timestamp) -> [Cell; 6] {
    let from = match (&entry.reference, entry.header_names.as_slice()) {
        (Some(reference), _) => reference.to_string(),
        (None, []) => "wallet".to_owned(),
        (None, headers) => format!("wallet ({})", headers.join(", ")),
    };
    let users: Vec<_> = entry
        .used_by
        .iter()
        .map(|user| user.title.as_str())
        .collect();
    let (expiry, tone) = expiry(entry, now);
    [
        Cell::from(&entry.name),
        Cell::from(words::wallet_kind(entry.kind)),
        Cell::from(from),
        Cell::toned(&expiry, tone),
        Cell::from(when::relative(entry.replaced_at, now)),
        Cell::from(users.join(", ")),
    ]
}

fn expiry(entry: &WalletEntry, now: Timestamp) -> (String, Tone) {
    if entry.needs_authorization {
        return ("needs sign-in".to_owned(), Tone::Warning);
    }
    if entry.renews {
        return ("renews automatically".to_owned(), Tone::Plain);
    }
    match entry.expires_at {
        Some(at) => (when::relative(at, now), Tone::Plain),
        None => ("never".to_owned(), Tone::Faint),
    }
}

async fn replace(cli: &Cli, args: ReplaceArgs) -> Result<(), Failure> {
    let name = args.credential.unwrap_or_default();
    let entry = resolve_wallet_entry(&cli.cx, &name).await?;
    let secret = next_secret(cli, &entry, args.secret).await?;
    cli.unlock().await?;
    let entry = replace_wallet_secret(&cli.cx, &entry.id, secret).await?;
    print_done(cli, "Replaced", &entry)
}

async fn remove(cli: &Cli, credential: &str) -> Result<(), Failure> {
    let entry = resolve_wallet_entry(&cli.cx, credential).await?;
    cli.unlock().await?;
    match remove_wallet_entry(&cli.cx, &entry.id, cli.assume_yes()).await {
        Err(Error::InUse { name, users }) => {
            let question = format!(
                "{} is used by {}, which will stop working. Delete it?",
                text::line(&name),
                text::line(&users)
            );
            cli.confirm(&question, Error::InUse { name, users }.into())?;
            remove_wallet_entry(&cli.cx, &entry.id, true).await?;
        }
        removed => removed?,
    }
    print_done(cli, "Deleted", &entry)
}
