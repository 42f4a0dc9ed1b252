//! `patchbay vault …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum VaultVerb {
    /// Show vault status
    Status,
    /// Protect the vault with a passphrase
    Passphrase {
        /// Read the passphrase from: - (stdin), env://NAME, cmd://… or op://… [default: prompt,
        /// else PATCHBAY_PASSPHRASE]
        #[arg(long, value_name = "SOURCE")]
        from: Option<String>,
    },
    /// Protect the vault with the system keychain
    Keychain,
    /// Accept an older vault after restoring a backup
    ///
    /// Patchbay doesn't use a vault file that is older than the one it saved last until you accept
    /// it. Anything saved since then is lost.
    Accept,
    /// Reset a vault that can't be opened
    ///
    /// Keeps the old file. You'll enter account keys and sign in again.
    Reset,
}
