//! `patchbay vault …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum VaultVerb {
    /// Show where the key of the secrets lies, and whether they can be read now
    Status,
    /// Protect the secrets with a passphrase from now on
    Passphrase {
        /// Where the new passphrase comes from: - for standard input, or a reference such as
        /// env://NAME [default: asked for on a terminal, else PATCHBAY_PASSPHRASE]
        #[arg(long, value_name = "SOURCE")]
        from: Option<String>,
    },
    /// Protect the secrets with the system keychain from now on
    Keychain,
    /// Take older secrets for the newest, after a backup was put back
    ///
    /// Patchbay notices when the file of the secrets, or one secret in it, is older than what it saved last, and
    /// uses nothing of it until you say so. What was saved since then stays away.
    Accept,
    /// Put secrets that cannot be opened any more aside, and begin anew
    ///
    /// The way on from a key that is lost, a passphrase that nobody knows any more, or a damaged file.
    /// Every account needs its key again, and every connector its sign-in. The old file stays beside the
    /// new one.
    SetAside,
}
