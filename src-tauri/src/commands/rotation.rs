//! Rotating a wallet entry everywhere it is used.

use patchbay_model::{Problem, WalletEntryId};
use patchbay_ops::{Context, Rotation, RotationTarget, WalletSecret};
use tauri::State;
use tauri::ipc::Channel;

/// Where a rotation of an entry would go.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_rotation(
    cx: State<'_, Context>,
    entry: WalletEntryId,
) -> Result<Rotation, Problem> {
    Ok(patchbay_ops::plan_rotation(&cx, &entry).await?)
}

/// Puts a new secret into the wallet and pushes it everywhere; `each` hears of every place.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rotate_wallet_entry(
    cx: State<'_, Context>,
    entry: WalletEntryId,
    secret: WalletSecret,
    each: Channel<RotationTarget>,
) -> Result<Rotation, Problem> {
    Ok(patchbay_ops::rotate_wallet_entry(&cx, &entry, secret, progress_sender(each)).await?)
}

/// Pushes once more to the places that the last rotation did not reach.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_rotation(
    cx: State<'_, Context>,
    entry: WalletEntryId,
    each: Channel<RotationTarget>,
) -> Result<Rotation, Problem> {
    Ok(patchbay_ops::retry_rotation(&cx, &entry, progress_sender(each)).await?)
}

/// Puts the old secret back everywhere.
#[tauri::command]
#[specta::specta]
pub(crate) async fn roll_back_rotation(
    cx: State<'_, Context>,
    entry: WalletEntryId,
    each: Channel<RotationTarget>,
) -> Result<Rotation, Problem> {
    Ok(patchbay_ops::roll_back_rotation(&cx, &entry, progress_sender(each)).await?)
}

/// Forgets the old secret: there is no way back then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn finish_rotation(
    cx: State<'_, Context>,
    entry: WalletEntryId,
) -> Result<Rotation, Problem> {
    Ok(patchbay_ops::finish_rotation(&cx, &entry).await?)
}

fn progress_sender(each: Channel<RotationTarget>) -> impl FnMut(&RotationTarget) {
    // A window that is gone needs no news.
    move |place| drop(each.send(place.clone()))
}
