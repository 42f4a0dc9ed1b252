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
    #[error("no system keychain found")]
    NoKeychain {
        /// The keychain's or the bus's own words.
        detail: String,
    },
    /// The keychain that holds the data key does not answer now.
    #[error("system keychain isn't responding")]
    KeychainGone {
        /// The keychain's or the bus's own words.
        detail: String,
    },
    /// The keychain is locked and was not unlocked when asked.
    #[error("system keychain is locked")]
    KeychainLocked,
    /// The keychain keeps waiting, most likely for its password.
    #[error("no answer from the system keychain in {} s", limit.as_secs())]
    KeychainSilent {
        /// How long it was waited for.
        limit: Duration,
    },
    /// The keychain or the user refused access.
    #[error("system keychain denied access")]
    KeychainDenied {
        /// The keychain's own words.
        detail: String,
    },
    /// The keychain answers with a failure of another kind.
    #[error("system keychain error")]
    KeychainFailed {
        /// The keychain's own words.
        detail: String,
    },
    /// The keychain answers, but does not have the data key of these secrets.
    #[error("vault key is missing from the system keychain")]
    KeyLost {
        /// The file whose secrets cannot be opened.
        file: PathBuf,
    },
    /// The vault has a passphrase, which this process was not given yet.
    #[error("vault is locked")]
    PassphraseNeeded,
    /// The passphrase does not open the vault.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// An empty passphrase would protect nothing.
    #[error("enter a passphrase")]
    EmptyPassphrase,
    /// There is no passphrase to unlock with.
    #[error("vault has no passphrase")]
    NoPassphrase,
    /// The file cannot be understood; it is left as it is.
    #[error("vault file is damaged: {}", file.display())]
    Damaged {
        /// The damaged file.
        file: PathBuf,
        /// Where, without any of its contents.
        detail: String,
    },
    /// Something else than a file of ours stands in its place; it is neither read nor replaced.
    #[error("{} isn't a file Patchbay can use: {what}", file.display())]
    NotPlain {
        /// What was to be used.
        file: PathBuf,
        /// What it is instead.
        what: NotPlain,
    },
    /// The file is older than the one that was saved last: somebody put a former one in its place.
    #[error("vault file is older than the one saved last: {}", file.display())]
    RolledBack { file: PathBuf },
    /// The file holds another sealing of one secret than the one that was saved last.
    #[error("credential {name} isn't the one saved last in {}", file.display())]
    RecordRolledBack {
        file: PathBuf,
        /// What the secret is filed under.
        name: String,
    },
    /// The file was written by a newer Patchbay; it is left as it is.
    #[error("saved by a newer version of Patchbay: {}", file.display())]
    TooNew { file: PathBuf },
    /// Another task or process keeps the lock, or changed the vault at the same moment.
    #[error("vault is in use by another Patchbay")]
    Busy,
    /// A file or folder cannot be read or written.
    #[error("couldn't {doing} {}", path.display())]
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
    #[error("system random numbers unavailable")]
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
            Self::KeyLost { file } => Some(file.display().to_string()),
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
                "Start one, such as GNOME Keyring or KWallet, or use a passphrase."
            }
            Self::KeychainGone { .. } => "Start and unlock it, then try again.",
            Self::KeychainLocked => "Unlock it, then try again.",
            Self::KeychainSilent { .. } => "If it asks for a password, enter it and try again.",
            Self::KeychainDenied { .. } => "Allow access for Patchbay, then try again.",
            Self::KeychainFailed { .. } => "Check that other apps can use the keychain.",
            Self::KeyLost { .. } => "Restore the keychain from a backup, or reset the vault.",
            Self::PassphraseNeeded => "Enter your passphrase.",
            Self::WrongPassphrase => "Try again.",
            Self::EmptyPassphrase => "Use at least 8 characters.",
            Self::NoPassphrase => "It's protected by the system keychain.",
            Self::Damaged { .. } => "Restore it from a backup, or reset the vault.",
            Self::NotPlain { .. } => "Put the file itself there, or reset the vault.",
            Self::RolledBack { .. } | Self::RecordRolledBack { .. } => {
                "Accept the older file if you restored it from a backup. Otherwise, find out who changed it."
            }
            Self::TooNew { .. } => "Update Patchbay.",
            Self::Busy => "Try again in a moment.",
            Self::File { .. } => "Check disk space and folder permissions.",
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
