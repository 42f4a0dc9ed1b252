//! The vault and what protects its key.

use patchbay_model::{Secret, VaultStatus};
use patchbay_ops as ops;

commands! { cx =>
    /// Returns the status of the vault.
    fn vault_status() -> VaultStatus = ops::vault_status(&cx).await;

    /// Tests that a secret can be written and read back.
    fn probe_vault() -> VaultStatus = ops::probe_vault(&cx).await?;

    /// Unlocks a vault that is protected by a passphrase.
    fn unlock_vault(passphrase: Secret) -> VaultStatus = ops::unlock_vault(&cx, passphrase).await?;

    /// Protects the vault with a passphrase from now on.
    fn choose_passphrase(passphrase: Secret) -> VaultStatus =
        ops::choose_passphrase(&cx, passphrase).await?;

    /// Sets aside a vault that can't be opened, and starts an empty one.
    fn set_vault_aside(confirmed: bool) -> VaultStatus =
        ops::set_vault_aside(&cx, confirmed).await?;

    /// Protects the vault with the system keychain from now on.
    fn use_keychain() -> VaultStatus = ops::use_keychain(&cx).await?;

    /// Accepts an older vault after a backup was restored.
    fn accept_older_secrets(confirmed: bool) -> VaultStatus =
        ops::accept_older_secrets(&cx, confirmed).await?;

    /// Tries again to save renewed sign-ins that exist in this process only.
    fn save_unsaved_secrets() -> () = ops::save_unsaved_secrets(&cx).await?;
}
