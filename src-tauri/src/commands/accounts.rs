//! Accounts of hosted platforms, and everything their platforms document.

use std::collections::BTreeMap;

use patchbay_model::{Account, AccountColour, AccountId, ConnectorId, Json, Problem};
use patchbay_ops::{
    self as ops, AddAccount, CallOperation, OperationInfo, OperationResponse, PlatformForm,
    SecretInput, SyncOutcome,
};
use serde::Serialize;
use specta::Type;
use tauri::ipc::Channel;

/// The outcome of [`sync_connectors`] for one account.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountSynced {
    account: AccountId,
    /// Number of its connectors; `None` if they could not be listed.
    connectors: Option<u32>,
    /// Why they could not be listed.
    problem: Option<Problem>,
}

/// Lists the hosted platforms and the fields needed to sign in to each.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_platforms() -> Vec<PlatformForm> {
    ops::list_platforms()
}

commands! { cx =>
    /// Lists the accounts, "This computer" first.
    fn list_accounts() -> Vec<Account> = ops::list_accounts(&cx).await?;

    /// Adds an account after testing its sign-in.
    fn add_account(request: AddAccount) -> Account = ops::add_account(&cx, request).await?;

    /// Tests the sign-in of an account.
    fn test_account(account: AccountId) -> Account = ops::test_account(&cx, &account).await?;

    /// Renames an account.
    fn rename_account(account: AccountId, label: String) -> Account =
        ops::rename_account(&cx, &account, &label).await?;

    /// Sets the colour of an account; `None` restores its platform's own look.
    fn colour_account(account: AccountId, colour: Option<AccountColour>) -> Account =
        ops::colour_account(&cx, &account, colour).await?;

    /// Tests an account with other settings and these new secrets, without saving them.
    fn try_account_settings(account: AccountId, settings: Json, secrets: BTreeMap<String, SecretInput>) -> () =
        ops::try_account_settings(&cx, &account, settings, secrets).await?;

    /// Replaces the settings of an account, and the given secrets, after testing them.
    fn change_account_settings(account: AccountId, settings: Json, secrets: BTreeMap<String, SecretInput>) -> Account =
        ops::change_account_settings(&cx, &account, settings, secrets).await?;

    /// Deletes the secrets of an account, which stays in the lists.
    fn sign_out_account(account: AccountId) -> Account =
        ops::sign_out_account(&cx, &account).await?;

    /// Replaces the secrets of an account after testing them.
    fn replace_account_secrets(account: AccountId, secrets: BTreeMap<String, SecretInput>) -> Account =
        ops::replace_account_secrets(&cx, &account, secrets).await?;

    /// Removes an account from Patchbay; nothing changes on its platform.
    fn remove_account(account: AccountId) -> () = ops::remove_account(&cx, &account).await?;

    /// Deletes a connector on its platform, which cannot be undone; refused unless `confirmed`.
    fn delete_connector(connector: ConnectorId, confirmed: bool) -> () =
        ops::delete_connector(&cx, &connector, confirmed).await?;

    /// Lists the documented operations that an account can call.
    fn list_operations(account: AccountId) -> Vec<OperationInfo> =
        ops::list_account_operations(&cx, &account).await?;

    /// Calls an operation as an account; the answer includes the response's status and headers.
    fn call_operation(request: CallOperation) -> OperationResponse =
        ops::call_operation_with_meta(&cx, request).await?;

    /// Lists the connectors of every hosted account anew; `each` receives the outcome of each account once it is known.
    fn sync_connectors(each: Channel<AccountSynced>) -> () = {
        let on_outcome = |synced: SyncOutcome| {
            let (connectors, problem) = match synced.outcome {
                Ok(connectors) => (u32::try_from(connectors).ok(), None),
                Err(error) => (None, Some(error.into())),
            };
            // The page may be gone.
            drop(each.send(AccountSynced {
                account: synced.account.id,
                connectors,
                problem,
            }));
        };
        ops::sync_connectors(&cx, on_outcome).await?
    };
}
