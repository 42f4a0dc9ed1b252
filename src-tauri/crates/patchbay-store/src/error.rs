//! What can go wrong with the file.

use std::path::{Path, PathBuf};

use patchbay_files::NotPlain;
use patchbay_model::{AccountId, Code, Explain, Problem};
use rusqlite::ErrorCode;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// SQLite failed.
    #[error("database error")]
    Failed(#[source] rusqlite::Error),
    /// One row holds something that this version cannot read, or that cannot be written as JSON.
    #[error("unreadable entry in the database ({table})")]
    Row {
        /// The table of the row.
        table: &'static str,
        /// What is wrong with its JSON.
        #[source]
        source: serde_json::Error,
    },
    /// A newer Patchbay changed the file in a way that this one does not know.
    #[error("database is from a newer version of Patchbay ({found}; this one supports {known})")]
    TooNew {
        /// Version of the file.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    /// Something else has that name already.
    #[error("name {name} is already in use")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The connector's account is not there, or not any more.
    #[error("account {account} not found")]
    NoAccount {
        /// The account.
        account: AccountId,
    },
    /// The file or its folder cannot be made or opened.
    #[error("couldn't open {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Something else than a file stands where the database is to be; it is neither read nor replaced.
    #[error("{} isn't a file Patchbay can use: {what}", path.display())]
    NotPlain {
        /// What was to be used.
        path: PathBuf,
        /// What it is instead.
        what: NotPlain,
    },
    /// The program is ending, or a fault ended the work on the database.
    #[error("database work was interrupted")]
    Interrupted,
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }

    /// What is in the way of the file at `path`.
    pub(crate) fn files(path: &Path) -> impl FnOnce(patchbay_files::Error) -> Self {
        move |error| match error {
            patchbay_files::Error::NotPlain(what) => Self::NotPlain {
                path: path.to_owned(),
                what,
            },
            error => Self::file(path)(error.into_io()),
        }
    }

    pub(crate) fn row(table: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Row { table, source }
    }

    /// The same, unless a unique index refused the row: then `name` is taken.
    pub(crate) fn or_name_taken(error: rusqlite::Error, name: &str) -> Self {
        // The primary key has a code of its own, so this is about the name alone.
        match extended_code(&error) {
            Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE) => Self::NameTaken { name: name.into() },
            _ => Self::Failed(error),
        }
    }

    fn sqlite_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Failed(error) => error.sqlite_error_code(),
            _ => None,
        }
    }
}

/// SQLite's extended result code, where the error is SQLite's.
pub(crate) fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::Failed(_) | Self::Row { .. } | Self::Interrupted => Code::StoreFailed,
            Self::TooNew { .. } => Code::StoreTooNew,
            Self::NameTaken { .. } => Code::Conflict,
            Self::NoAccount { .. } => Code::NotFound,
            Self::File { .. } | Self::NotPlain { .. } => Code::FileFailed,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match (self, self.sqlite_code()) {
            (Self::TooNew { .. } | Self::Row { .. }, _) => "Update Patchbay.",
            (Self::NameTaken { .. }, _) => "Choose another name.",
            (Self::NotPlain { .. }, _) => "Put the file itself there, or move away what is there.",
            (Self::File { .. }, _) => "Check folder permissions.",
            (_, Some(ErrorCode::DiskFull)) => "Free up disk space and try again.",
            (_, Some(ErrorCode::DatabaseBusy)) => "Try again when other Patchbay commands finish.",
            (_, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => {
                "Restore a backup, or move the file away to start over."
            }
            _ => return None,
        };
        Some(hint.into())
    }

    fn problem(&self) -> Problem {
        let busy = matches!(self.sqlite_code(), Some(ErrorCode::DatabaseBusy));
        Problem {
            hint: self.hint(),
            detail: match self {
                Self::Failed(source) => Some(source.to_string()),
                Self::File { source, .. } => Some(source.to_string()),
                _ => None,
            },
            retryable: busy,
            ..Problem::new(self.code(), self.to_string())
        }
    }
}
