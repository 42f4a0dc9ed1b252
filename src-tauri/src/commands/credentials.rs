//! The wallet.

use patchbay_model::{AllowedProgram, WalletEntry, WalletEntryId};
use patchbay_ops::{self as ops, AddWalletEntry, WalletSecret};

commands! { cx =>
    /// Lists the personal credentials, without their secrets.
    fn list_wallet() -> Vec<WalletEntry> = ops::list_wallet(&cx).await?;

    /// Saves a personal credential.
    fn add_wallet_entry(request: AddWalletEntry) -> WalletEntry =
        ops::add_wallet_entry(&cx, request).await?;

    /// Replaces the secret of a personal credential.
    fn replace_wallet_secret(entry: WalletEntryId, secret: WalletSecret) -> WalletEntry =
        ops::replace_wallet_secret(&cx, &entry, secret).await?;

    /// Renames a personal credential.
    fn rename_wallet_entry(entry: WalletEntryId, name: String) -> WalletEntry =
        ops::rename_wallet_entry(&cx, &entry, &name).await?;

    /// Deletes a personal credential; one that is in use only if `confirmed`.
    fn remove_wallet_entry(entry: WalletEntryId, confirmed: bool) -> () =
        ops::remove_wallet_entry(&cx, &entry, confirmed).await?;

    /// Lists the programs that may be run to read secrets.
    fn list_allowed_programs() -> Vec<AllowedProgram> = ops::list_allowed_programs(&cx).await?;

    /// Asks in a native dialog whether the program of a reference may be run, without running it.
    fn allow_program(reference: String) -> AllowedProgram =
        ops::allow_program(&cx, &reference).await?;

    /// Revokes the permission of a program.
    fn forget_program(program: String) -> () = ops::forget_program(&cx, &program).await?;
}
