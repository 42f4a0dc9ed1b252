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

/// Finds an account by id or label. Upper and lower case count only where labels differ by nothing else.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Ambiguous`].
pub async fn resolve_account(cx: &Context, text: &str) -> Result<Account, Error> {
    let mut accounts = list_accounts(cx).await?;
    accounts.retain(|one| one.id.as_str() == text || one.label.eq_ignore_ascii_case(text));
    let is_exact = |one: &Account| one.id.as_str() == text || one.label == text;
    if let Some(at) = accounts.iter().position(is_exact) {
        return Ok(accounts.swap_remove(at));
    }
    if accounts.len() > 1 {
        return Err(Error::Ambiguous {
            things: "accounts",
            name: text.to_owned(),
            references: accounts.into_iter().map(|one| one.label).collect(),
        });
    }
    accounts.pop().ok_or_else(|| not_found(text))
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

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Explain as _, Platform};
    use serde_json::json;

    use super::*;
    use crate::testing::{new_account, open_temporary};

    #[tokio::test]
    async fn an_account_is_never_taken_for_one_that_differs_in_case() {
        let (_home, cx) = open_temporary().await;
        for (id, label) in [("acc_1", "Work"), ("acc_2", "work"), ("acc_3", "Home")] {
            let account = Account {
                label: label.to_owned(),
                ..new_account(&cx, id, Platform::Mistral, json!({}))
            };
            cx.store().save_account(&account).await.unwrap();
        }
        for (text, expected) in [("Work", "acc_1"), ("work", "acc_2"), ("HOME", "acc_3")] {
            let found = resolve_account(&cx, text).await.unwrap();
            assert_eq!(found.id.as_str(), expected, "{text}");
        }
        let refused = resolve_account(&cx, "WORK").await.unwrap_err();
        assert_eq!(refused.code(), Code::Ambiguous);
        assert_eq!(refused.hint().unwrap(), "Use Work or work.");
        let none = resolve_account(&cx, "school").await.unwrap_err();
        assert_eq!(none.code(), Code::NotFound);
    }
}
