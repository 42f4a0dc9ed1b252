//! Accounts of hosted platforms, and everything their platforms document.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountColour, AccountId, ConnectorId, Json, Problem};
use patchbay_ops::{
    AddAccount, CallOperation, Context, OperationInfo, OperationResponse, PlatformForm, SecretInput,
};
use serde::Serialize;
use specta::Type;
use tauri::State;
use tauri::ipc::Channel;

/// What became of one account's turn in [`sync_connectors`].
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountSynced {
    /// The account.
    account: AccountId,
    /// Number of its connectors; `None` when they could not be listed.
    connectors: Option<u32>,
    /// Why they could not be listed.
    problem: Option<Problem>,
}

/// The hosted platforms, with what one needs to sign in to each.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_platforms() -> Vec<PlatformForm> {
    patchbay_ops::list_platforms()
}

/// Every account, "This computer" first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_accounts(cx: State<'_, Context>) -> Result<Vec<Account>, Problem> {
    Ok(patchbay_ops::list_accounts(&cx).await?)
}

/// Adds an account, after a light read has shown that its sign-in works.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_account(
    cx: State<'_, Context>,
    request: AddAccount,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::add_account(&cx, request).await?)
}

/// Tries whether the sign-in of an account works.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_account(
    cx: State<'_, Context>,
    account: AccountId,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::test_account(&cx, &account).await?)
}

/// Calls an account something else.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_account(
    cx: State<'_, Context>,
    account: AccountId,
    label: String,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::rename_account(&cx, &account, &label).await?)
}

/// Gives an account a colour to know it by; none for its platform's own look.
#[tauri::command]
#[specta::specta]
pub(crate) async fn colour_account(
    cx: State<'_, Context>,
    account: AccountId,
    colour: Option<AccountColour>,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::colour_account(&cx, &account, colour).await?)
}

/// Tries whether an account would work with other settings; nothing is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_account_settings(
    cx: State<'_, Context>,
    account: AccountId,
    settings: Json,
) -> Result<(), Problem> {
    Ok(patchbay_ops::try_account_settings(&cx, &account, settings).await?)
}

/// Puts other settings in place of an account's, after a light read has shown that they work.
#[tauri::command]
#[specta::specta]
pub(crate) async fn change_account_settings(
    cx: State<'_, Context>,
    account: AccountId,
    settings: Json,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::change_account_settings(&cx, &account, settings).await?)
}

/// Forgets the secrets of an account; it stays in the lists.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out_account(
    cx: State<'_, Context>,
    account: AccountId,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::sign_out_account(&cx, &account).await?)
}

/// Puts other secrets in place of an account's, after a light read has shown that they work.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replace_account_secrets(
    cx: State<'_, Context>,
    account: AccountId,
    secrets: BTreeMap<String, SecretInput>,
) -> Result<Account, Problem> {
    Ok(patchbay_ops::replace_account_secrets(&cx, &account, secrets).await?)
}

/// Removes an account from Patchbay; at its platform everything stays.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_account(
    cx: State<'_, Context>,
    account: AccountId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::remove_account(&cx, &account).await?)
}

/// Asks every hosted account for its connectors; `each` hears of an account as soon as its turn is over.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_connectors(
    cx: State<'_, Context>,
    each: Channel<AccountSynced>,
) -> Result<(), Problem> {
    let tell = |synced: patchbay_ops::SyncOutcome| {
        let (connectors, problem) = match synced.outcome {
            Ok(connectors) => (u32::try_from(connectors).ok(), None),
            Err(error) => (None, Some(error.into())),
        };
        // A window that is gone needs no news.
        drop(each.send(AccountSynced {
            account: synced.account.id,
            connectors,
            problem,
        }));
    };
    Ok(patchbay_ops::sync_connectors(&cx, tell).await?)
}

/// Deletes a connector at its platform; only when `confirmed`, for there is no way back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
    confirmed: bool,
) -> Result<(), Problem> {
    Ok(patchbay_ops::delete_connector(&cx, &connector, confirmed).await?)
}

/// Every documented operation that an account can call.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_operations(
    cx: State<'_, Context>,
    account: AccountId,
) -> Result<Vec<OperationInfo>, Problem> {
    Ok(patchbay_ops::list_account_operations(&cx, &account).await?)
}

/// Calls an operation as an account; status and headers of the answer come with it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn call_operation(
    cx: State<'_, Context>,
    request: CallOperation,
) -> Result<OperationResponse, Problem> {
    Ok(patchbay_ops::call_operation_with_meta(&cx, request).await?)
}
