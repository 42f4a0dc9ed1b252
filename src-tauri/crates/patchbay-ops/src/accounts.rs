//! Accounts: sign-ins to hosted platforms.

pub(crate) mod add;
pub(crate) mod edit;
pub(crate) mod errors;
pub(crate) mod form;
pub(crate) mod observations;
pub(crate) mod platform;
pub(crate) mod remote;
pub(crate) mod remote_call;
pub(crate) mod secrets;
pub(crate) mod sync;

use patchbay_http::Reach;
use patchbay_model::{Account, AccountId};
use url::Url;

use crate::context::Context;
use crate::error::Error;
use crate::lock::FileLock;

/// Lists all accounts, "This computer" first.
pub async fn list_accounts(cx: &Context) -> Result<Vec<Account>, Error> {
    Ok(cx.store().list_accounts().await?)
}

/// Finds an account by id or label.
pub async fn resolve_account(cx: &Context, text: &str) -> Result<Account, Error> {
    let accounts = list_accounts(cx).await?;
    let fits = |account: &&Account| {
        account.id.as_str() == text || account.label.eq_ignore_ascii_case(text)
    };
    let found = accounts.iter().find(fits).cloned();
    found.ok_or_else(|| not_found(text))
}

pub(crate) async fn find_account(cx: &Context, id: &AccountId) -> Result<Account, Error> {
    let account = cx.store().find_account(id).await?;
    account.ok_or_else(|| not_found(id.as_str()))
}

/// Which addresses the platform of an account may refer to: public ones and, if the user entered its base URL, the same
/// host, and loopback if that is on this computer.
pub(crate) fn reach_of(account: &Account) -> Reach {
    match account.base_url.as_deref().map(Url::parse) {
        Some(Ok(base)) => Reach::of(&base),
        _ => Reach::public(),
    }
}

/// Applies `change` to the stored account, which may be newer than the caller's copy.
pub(crate) async fn change(
    cx: &Context,
    id: &AccountId,
    change: impl FnOnce(&mut Account) + Send + 'static,
) -> Result<Account, Error> {
    let changed = cx.store().change_account(id, change).await?;
    changed.ok_or_else(|| not_found(id.as_str()))
}

/// Locks the secrets of an account across tasks and processes, so that they stay consistent with its row.
pub(crate) async fn lock_account(cx: &Context, id: &AccountId) -> Result<FileLock, Error> {
    FileLock::take(cx.paths().locks().join(format!("{id}.lock"))).await
}

pub(crate) fn signed_out_here_error(account: &Account) -> Error {
    Error::SignedOutHere {
        account: account.label.clone(),
    }
}

/// Cleans a label for display, and checks that it can be typed on the command line.
fn check_label(label: &str) -> Result<String, Error> {
    let label = patchbay_model::clean_text(label.trim(), 100);
    if label.is_empty() || label.contains('/') {
        return Err(Error::usage(
            "account names can't be empty or contain /",
            "Enter another name.",
        ));
    }
    Ok(label)
}

fn not_found(name: &str) -> Error {
    Error::not_found("account", name)
}
