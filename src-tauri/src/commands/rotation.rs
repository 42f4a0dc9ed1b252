//! Rotating a wallet entry everywhere it is used.

use patchbay_model::WalletEntryId;
use patchbay_ops::{self as ops, Rotation, RotationTarget, WalletSecret};
use tauri::ipc::Channel;

commands! { cx =>
    /// Returns where a rotation would replace the secret of an entry.
    fn plan_rotation(entry: WalletEntryId) -> Rotation = ops::plan_rotation(&cx, &entry).await?;

    /// Replaces the secret of an entry everywhere it is used; `each` receives the outcome for each place.
    fn rotate_wallet_entry(entry: WalletEntryId, secret: WalletSecret, each: Channel<RotationTarget>) -> Rotation =
        ops::rotate_wallet_entry(&cx, &entry, secret, progress_sender(each)).await?;

    /// Retries the updates that failed in the last rotation.
    fn retry_rotation(entry: WalletEntryId, each: Channel<RotationTarget>) -> Rotation =
        ops::retry_rotation(&cx, &entry, progress_sender(each)).await?;

    /// Restores the old secret everywhere.
    fn roll_back_rotation(entry: WalletEntryId, each: Channel<RotationTarget>) -> Rotation =
        ops::roll_back_rotation(&cx, &entry, progress_sender(each)).await?;

    /// Deletes the old secret, after which the rotation cannot be rolled back.
    fn finish_rotation(entry: WalletEntryId) -> Rotation = ops::finish_rotation(&cx, &entry).await?;
}

fn progress_sender(each: Channel<RotationTarget>) -> impl FnMut(&RotationTarget) {
    // The page may be gone.
    move |target| drop(each.send(target.clone()))
}
