//! Where the key of the secrets lies.

use patchbay_model::{Problem, Secret, VaultStatus};
use patchbay_ops::Context;
use tauri::State;

/// How the vault is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_status(cx: State<'_, Context>) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::vault_status(&cx).await)
}

/// Tries whether a secret can be written and read back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn probe_vault(cx: State<'_, Context>) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::probe_vault(&cx).await?)
}

/// Opens a vault that a passphrase protects.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_vault(
    cx: State<'_, Context>,
    passphrase: Secret,
) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::unlock_vault(&cx, passphrase).await?)
}

/// Protects the vault with a passphrase from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_passphrase(
    cx: State<'_, Context>,
    passphrase: Secret,
) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::choose_passphrase(&cx, passphrase).await?)
}

/// Puts secrets that cannot be opened any more aside, and begins anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_vault_aside(
    cx: State<'_, Context>,
    confirmed: bool,
) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::set_vault_aside(&cx, confirmed).await?)
}

/// Protects the vault with the system keychain from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_keychain(cx: State<'_, Context>) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::use_keychain(&cx).await?)
}

/// Takes older secrets for the newest, after a backup was put back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn accept_older_secrets(
    cx: State<'_, Context>,
    confirmed: bool,
) -> Result<VaultStatus, Problem> {
    Ok(patchbay_ops::accept_older_secrets(&cx, confirmed).await?)
}

/// Tries once more to save renewed sign-ins that live in this process alone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_unsaved_secrets(cx: State<'_, Context>) -> Result<(), Problem> {
    Ok(patchbay_ops::save_unsaved_secrets(&cx).await?)
}
