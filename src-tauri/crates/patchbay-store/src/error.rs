//! Errors of the store.

use std::path::{Path, PathBuf};

use patchbay_files::NotPlain;
use patchbay_model::{AccountId, Code, Explain, Problem};
use rusqlite::ErrorCode;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("database error")]
    Failed(#[source] rusqlite::Error),
    /// The file is damaged, or not a database at all; it is left as it is.
    #[error("can't read database {}", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    /// The JSON of a row cannot be parsed or written.
    #[error("unreadable entry in the database ({table})")]
    Row {
        table: &'static str,
        #[source]
        source: serde_json::Error,
    },
    /// A newer Patchbay migrated the file to a schema that this one does not know.
    #[error("database is from a newer version of Patchbay ({found}; this one supports {known})")]
    TooNew {
        /// Version of the file.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    #[error("name {name} is already in use")]
    NameTaken { name: String },
    /// The connector's account does not exist.
    #[error("account {account} not found")]
    NoAccount { account: AccountId },
    /// The file or its folder cannot be created or opened.
    #[error("couldn't open {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The path of the database is not a regular file; it is neither read nor replaced.
    #[error("{} isn't a file Patchbay can use: {what}", path.display())]
    NotPlain { path: PathBuf, what: NotPlain },
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
        // A conflict of the primary key has another code, so this is about the name.
        match extended_code(&error) {
            Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE) => Self::NameTaken { name: name.into() },
            _ => Self::Failed(error),
        }
    }

    /// Names the file that was opened, if the error is about it.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        match (self.sqlite_code(), self) {
            (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), Self::Failed(source)) => {
                let path = path.to_owned();
                Self::Damaged { path, source }
            }
            (_, error) => error,
        }
    }

    fn sqlite_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Failed(error) | Self::Damaged { source: error, .. } => error.sqlite_error_code(),
            _ => None,
        }
    }
}

/// SQLite's extended result code, if the error comes from SQLite.
pub(crate) fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

const FREE_SPACE: &str = "Free up disk space and try again.";

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::Failed(_) | Self::Damaged { .. } | Self::Row { .. } | Self::Interrupted => {
                Code::StoreFailed
            }
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
            (Self::File { source, .. }, _) if is_full(source) => FREE_SPACE,
            (Self::File { .. }, _) | (_, Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)) => {
                "Check folder permissions."
            }
            (_, Some(ErrorCode::DiskFull)) => FREE_SPACE,
            (_, Some(ErrorCode::SystemIoFailure)) => "Check disk space, and the disk itself.",
            (_, Some(ErrorCode::DatabaseBusy)) => "Try again when other Patchbay commands finish.",
            (_, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => {
                "Move the file away, and with it the one ending in -wal. Then put a backup there, or start over."
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
                Self::Failed(source) | Self::Damaged { source, .. } => Some(source.to_string()),
                Self::File { source, .. } => Some(source.to_string()),
                _ => None,
            },
            retryable: busy,
            ..Problem::new(self.code(), self.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_hint_says_what_is_wrong_with_the_disk() {
        let of_sqlite = |code| {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            Error::Failed(error).hint().unwrap()
        };
        let of_file = |kind: ErrorKind| Error::file(Path::new("a"))(kind.into()).hint().unwrap();
        let permissions = "Check folder permissions.";
        assert_eq!(of_sqlite(ffi::SQLITE_FULL), FREE_SPACE);
        assert_eq!(of_file(ErrorKind::StorageFull), FREE_SPACE);
        assert_eq!(of_file(ErrorKind::PermissionDenied), permissions);
        assert_eq!(of_sqlite(ffi::SQLITE_READONLY), permissions);
        assert_eq!(of_sqlite(ffi::SQLITE_CANTOPEN), permissions);
        assert!(of_sqlite(ffi::SQLITE_IOERR).contains("disk"));
    }
}
