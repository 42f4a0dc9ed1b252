//! What can go wrong with secrets, and the way on.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use patchbay_files::NotPlain;
use patchbay_model::{Code, Explain, Problem};

use crate::keychain::KeychainError;

/// Why a secret could not be read or kept. No variant carries a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No keychain answers, and none was ever in use: the user may choose a passphrase.
    #[error("no system keychain answers on this computer")]
    NoKeychain {
        /// The keychain's or the bus's own words.
        detail: String,
    },
    /// The keychain that holds the data key does not answer now.
    #[error("the system keychain that holds the key of the secrets does not answer")]
    KeychainGone {
        /// The keychain's or the bus's own words.
        detail: String,
    },
    /// The keychain is locked and was not unlocked when asked.
    #[error("the system keychain is locked")]
    KeychainLocked,
    /// The keychain keeps waiting, most likely for its password.
    #[error("the system keychain did not answer within {} seconds", limit.as_secs())]
    KeychainSilent {
        /// How long it was waited for.
        limit: Duration,
    },
    /// The keychain or the user refused access.
    #[error("the system keychain refused access")]
    KeychainDenied {
        /// The keychain's own words.
        detail: String,
    },
    /// The keychain answers with a failure of another kind.
    #[error("the system keychain failed")]
    KeychainFailed {
        /// The keychain's own words.
        detail: String,
    },
    /// The keychain answers, but does not have the data key of these secrets.
    #[error("the key of the secrets in {} is gone from the system keychain", file.display())]
    KeyLost {
        /// The file whose secrets cannot be opened.
        file: PathBuf,
    },
    /// The vault has a passphrase, which this process was not given yet.
    #[error("the secrets are locked by a passphrase")]
    PassphraseNeeded,
    /// The passphrase does not open the vault.
    #[error("the passphrase is not the right one")]
    WrongPassphrase,
    /// An empty passphrase would protect nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// There is no passphrase to unlock with.
    #[error("the secrets are not locked by a passphrase")]
    NoPassphrase,
    /// The file cannot be understood; it is left as it is.
    #[error("the file of the secrets is damaged: {}", file.display())]
    Damaged {
        /// The damaged file.
        file: PathBuf,
        /// Where, without any of its contents.
        detail: String,
    },
    /// Something else than a file of ours stands in its place; it is neither read nor replaced.
    #[error("{} is not a file that Patchbay may use: {what}", file.display())]
    NotPlain {
        /// What was to be used.
        file: PathBuf,
        /// What it is instead.
        what: NotPlain,
    },
    /// The file is older than the one that was saved last: somebody put a former one in its place.
    #[error("the secrets in {} are older than those that were saved last", file.display())]
    RolledBack {
        /// The file.
        file: PathBuf,
    },
    /// The file holds another sealing of one secret than the one that was saved last.
    #[error("the secret {name} in {} is not the one that was saved last", file.display())]
    RecordRolledBack {
        /// The file.
        file: PathBuf,
        /// What the secret is filed under.
        name: String,
    },
    /// The file was written by a newer Patchbay; it is left as it is.
    #[error("the secrets in {} were saved by a newer Patchbay", file.display())]
    TooNew {
        /// The file.
        file: PathBuf,
    },
    /// Another task or process keeps the lock, or changed the vault at the same moment.
    #[error("another Patchbay is changing the secrets")]
    Busy,
    /// A file or folder cannot be read or written.
    #[error("could not {doing} {}", path.display())]
    File {
        /// What was tried, for example `write`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's own error.
        #[source]
        source: Arc<io::Error>,
    },
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    Randomness,
    /// The process is ending.
    #[error("Patchbay is closing")]
    Closing,
}

impl Error {
    /// An input or output error of `path`.
    pub(crate) fn file(
        doing: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::File {
            doing,
            path,
            source: Arc::new(source),
        }
    }

    /// What is in the way of the file or folder at `path`.
    pub(crate) fn files(
        doing: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(patchbay_files::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |error| match error {
            patchbay_files::Error::NotPlain(what) => Self::NotPlain { file: path, what },
            error => Self::file(doing, path)(error.into_io()),
        }
    }

    /// What the keychain said, when it holds the key already (`in_use`) or is tried for the first time.
    pub(crate) fn keychain(error: KeychainError, in_use: bool) -> Self {
        match error {
            KeychainError::Absent(detail) if in_use => Self::KeychainGone { detail },
            KeychainError::Absent(detail) => Self::NoKeychain { detail },
            KeychainError::Locked => Self::KeychainLocked,
            KeychainError::Denied(detail) => Self::KeychainDenied { detail },
            KeychainError::Failed(detail) => Self::KeychainFailed { detail },
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::NoKeychain { detail }
            | Self::KeychainGone { detail }
            | Self::KeychainDenied { detail }
            | Self::KeychainFailed { detail }
            | Self::Damaged { detail, .. } => Some(detail.clone()),
            Self::File { source, .. } => Some(source.to_string()),
            _ => None,
        }
    }

    fn retryable(&self) -> bool {
        matches!(
            self,
            Self::NoKeychain { .. }
                | Self::KeychainGone { .. }
                | Self::KeychainLocked
                | Self::KeychainSilent { .. }
                | Self::KeychainDenied { .. }
                | Self::KeychainFailed { .. }
                | Self::Busy
                | Self::File { .. }
        )
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::NoKeychain { .. } | Self::KeychainGone { .. } | Self::KeychainFailed { .. } => {
                Code::VaultNoKeychain
            }
            Self::KeychainLocked | Self::KeychainSilent { .. } | Self::PassphraseNeeded => {
                Code::VaultLocked
            }
            Self::KeychainDenied { .. } => Code::VaultDenied,
            Self::KeyLost { .. } => Code::VaultKeyLost,
            Self::WrongPassphrase | Self::EmptyPassphrase => Code::VaultPassphrase,
            Self::NoPassphrase => Code::UsageInvalid,
            Self::Damaged { .. } | Self::NotPlain { .. } => Code::VaultDamaged,
            Self::RolledBack { .. } | Self::RecordRolledBack { .. } => Code::VaultRolledBack,
            Self::TooNew { .. } => Code::StoreTooNew,
            Self::Busy => Code::TimedOut,
            Self::File { .. } => Code::FileFailed,
            Self::Randomness => Code::Internal,
            Self::Closing => Code::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoKeychain { .. } => {
                "Start a keychain such as GNOME Keyring or KWallet, or choose a passphrase for the secrets."
            }
            Self::KeychainGone { .. } => "Start the system keychain and unlock it, then try again.",
            Self::KeychainLocked => "Unlock the system keychain, then try again.",
            Self::KeychainSilent { .. } => {
                "Answer the keychain's password window if there is one, then try again."
            }
            Self::KeychainDenied { .. } => "Allow Patchbay in the system keychain, then try again.",
            Self::KeychainFailed { .. } => {
                "Check that other programs can use the system keychain, then try again."
            }
            Self::KeyLost { .. } => {
                "Restore the system keychain from a backup, or put the saved secrets aside and sign in again."
            }
            Self::PassphraseNeeded => "Enter the passphrase of the secrets.",
            Self::WrongPassphrase => "Check the passphrase and enter it again.",
            Self::EmptyPassphrase => "Choose a passphrase of at least one sign.",
            Self::NoPassphrase => "Leave the passphrase out: the system keychain is in use.",
            Self::Damaged { .. } => {
                "Restore the file from a backup, or put it aside and sign in again."
            }
            Self::NotPlain { .. } => {
                "Put the file itself in its place, or put it aside and sign in again."
            }
            Self::RolledBack { .. } | Self::RecordRolledBack { .. } => {
                "Accept the older secrets if you restored them from a backup; otherwise find out who changed the file."
            }
            Self::TooNew { .. } => "Update Patchbay.",
            Self::Busy => "Try again in a moment.",
            Self::File { .. } => "Check the free space and the permissions of the folder.",
            Self::Randomness | Self::Closing => return None,
        };
        Some(hint.to_owned())
    }

    fn problem(&self) -> Problem {
        Problem {
            hint: self.hint(),
            detail: self.detail(),
            retryable: self.retryable(),
            ..Problem::new(self.code(), self.to_string())
        }
    }
}
