//! Errors of the vault.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use patchbay_files::NotPlain;
use patchbay_model::{Code, Explain, Problem};

use crate::keychain::KeychainError;

/// Hint where no keychain was found, and a passphrase is the other choice. macOS and Windows have one keychain each.
pub const NO_KEYCHAIN_HINT: &str = match cfg!(any(windows, target_os = "macos")) {
    true => "Use a passphrase instead.",
    false => "Start one, such as GNOME Keyring or KWallet, or use a passphrase.",
};

/// No variant contains a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No keychain answers and none was used before; the user may choose a passphrase.
    #[error("no system keychain found")]
    NoKeychain {
        /// Message of the keychain or the bus.
        detail: String,
    },
    /// The keychain that holds the data key does not answer.
    #[error("system keychain isn't responding")]
    KeychainGone { detail: String },
    /// The keychain is locked, and the user did not unlock it.
    #[error("system keychain is locked")]
    KeychainLocked,
    /// A keychain call exceeded its time limit, most likely waiting for a password.
    #[error("no answer from the system keychain in {} s", limit.as_secs())]
    KeychainSilent { limit: Duration },
    /// The keychain or the user denied access.
    #[error("system keychain denied access")]
    KeychainDenied { detail: String },
    /// Another error of the keychain.
    #[error("system keychain error")]
    KeychainFailed { detail: String },
    /// The keychain does not have the data key.
    #[error("vault key is missing from the system keychain")]
    KeyLost { file: PathBuf },
    /// The vault has a passphrase that was not entered in this process.
    #[error("vault is locked")]
    PassphraseNeeded,
    #[error("wrong passphrase")]
    WrongPassphrase,
    #[error("enter a passphrase")]
    EmptyPassphrase,
    #[error("vault has no passphrase")]
    NoPassphrase,
    /// The file cannot be parsed; it is left as it is.
    #[error("vault file is damaged: {}", file.display())]
    Damaged {
        file: PathBuf,
        /// What is wrong, without contents of the file.
        detail: String,
    },
    /// The path of the vault is not a regular file; it is neither read nor replaced.
    #[error("{} isn't a file Patchbay can use: {what}", file.display())]
    NotPlain { file: PathBuf, what: NotPlain },
    /// The file is older than the one saved last: somebody replaced it by an earlier one.
    #[error("vault file is older than the one saved last: {}", file.display())]
    RolledBack { file: PathBuf },
    /// A record is older than the one saved last.
    #[error("credential {name} isn't the one saved last in {}", file.display())]
    RecordRolledBack {
        file: PathBuf,
        /// Name of the secret.
        name: String,
    },
    /// The file was written by a newer Patchbay; it is left as it is.
    #[error("saved by a newer version of Patchbay: {}", file.display())]
    TooNew { file: PathBuf },
    /// The secrets would take more space than a file may have; nothing was saved.
    #[error("vault can't hold more than {limit_mib} MiB")]
    Full { limit_mib: u64 },
    /// Another task or process holds the lock, or changed the vault at the same time.
    #[error("vault is in use by another Patchbay")]
    Busy,
    #[error("couldn't {doing} {}", path.display())]
    File {
        /// A verb such as `write`.
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: Arc<io::Error>,
    },
    #[error("system random numbers unavailable")]
    Randomness,
    /// The process is ending.
    #[error("Patchbay is closing")]
    Closing,
}

impl Error {
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

    /// Converts an error of a keychain that holds the key already (`in_use`) or is used for the first time.
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
            Self::Full { .. } | Self::File { .. } => Code::FileFailed,
            Self::Randomness => Code::Internal,
            Self::Closing => Code::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoKeychain { .. } => NO_KEYCHAIN_HINT,
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
            Self::Full { .. } => "Use a shorter secret, or delete credentials you don't need.",
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
