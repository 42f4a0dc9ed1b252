//! Errors of file access.

use std::fs::FileType;
use std::io;

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of the system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something other than a plain file of a valid size.
    #[error(transparent)]
    NotPlain(#[from] NotPlain),
}

impl Error {
    /// Converts to an error of the system.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::NotPlain(what) => io::Error::new(io::ErrorKind::InvalidInput, what),
        }
    }
}

/// What was found instead of a plain file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotPlain {
    /// A symbolic link, with any target.
    #[error("it's a symbolic link")]
    Link,
    /// A folder.
    #[error("it's a folder")]
    Folder,
    /// A named pipe.
    #[error("it's a pipe")]
    Pipe,
    /// A socket.
    #[error("it's a socket")]
    Socket,
    /// A character or block device.
    #[error("it's a device")]
    Device,
    /// Another kind of file.
    #[error("it isn't a plain file")]
    Other,
    /// A plain file that exceeds the size limit.
    #[error("it's larger than {limit_mib} MiB")]
    TooLarge {
        /// The limit in MiB.
        limit_mib: u64,
    },
}

impl NotPlain {
    /// Returns what this is instead of a plain file; `None` if it is one.
    pub fn of(kind: FileType) -> Option<Self> {
        if kind.is_symlink() {
            return Some(Self::Link);
        }
        if kind.is_dir() {
            return Some(Self::Folder);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt as _;
            if kind.is_fifo() {
                return Some(Self::Pipe);
            }
            if kind.is_socket() {
                return Some(Self::Socket);
            }
            if kind.is_char_device() || kind.is_block_device() {
                return Some(Self::Device);
            }
        }
        (!kind.is_file()).then_some(Self::Other)
    }
}
