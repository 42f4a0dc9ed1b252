//! The wallet.

use patchbay_model::{AllowedProgram, Problem, WalletEntry, WalletEntryId};
use patchbay_ops::{AddWalletEntry, Context, WalletSecret};
use tauri::State;

/// Every personal credential, without its secret.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_wallet(cx: State<'_, Context>) -> Result<Vec<WalletEntry>, Problem> {
    Ok(patchbay_ops::list_wallet(&cx).await?)
}

/// Saves a personal credential.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_wallet_entry(
    cx: State<'_, Context>,
    request: AddWalletEntry,
) -> Result<WalletEntry, Problem> {
    Ok(patchbay_ops::add_wallet_entry(&cx, request).await?)
}

/// Puts another secret in the place of the saved one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replace_wallet_secret(
    cx: State<'_, Context>,
    entry: WalletEntryId,
    secret: WalletSecret,
) -> Result<WalletEntry, Problem> {
    Ok(patchbay_ops::replace_wallet_secret(&cx, &entry, secret).await?)
}

/// Calls a personal credential something else.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_wallet_entry(
    cx: State<'_, Context>,
    entry: WalletEntryId,
    name: String,
) -> Result<WalletEntry, Problem> {
    Ok(patchbay_ops::rename_wallet_entry(&cx, &entry, &name).await?)
}

/// Deletes a personal credential; one that is in use only when `confirmed`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_wallet_entry(
    cx: State<'_, Context>,
    entry: WalletEntryId,
    confirmed: bool,
) -> Result<(), Problem> {
    Ok(patchbay_ops::remove_wallet_entry(&cx, &entry, confirmed).await?)
}

/// The programs that may be started for secrets.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_allowed_programs(
    cx: State<'_, Context>,
) -> Result<Vec<AllowedProgram>, Problem> {
    Ok(patchbay_ops::list_allowed_programs(&cx).await?)
}

/// Asks in a window of the system's own whether the program of a reference may be started; nothing is
/// started.
#[tauri::command]
#[specta::specta]
pub(crate) async fn allow_program(
    cx: State<'_, Context>,
    reference: String,
) -> Result<AllowedProgram, Problem> {
    Ok(patchbay_ops::allow_program(&cx, &reference).await?)
}

/// Forgets that a program was allowed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_program(cx: State<'_, Context>, program: String) -> Result<(), Problem> {
    Ok(patchbay_ops::forget_program(&cx, &program).await?)
}
