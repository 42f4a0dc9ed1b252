//! What can be in the way of a file.

use std::fs::FileType;
use std::io;

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system's own error.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something else than a plain file of a sane size stands there.
    #[error(transparent)]
    NotPlain(#[from] NotPlain),
}

impl Error {
    /// The system's error; one of its kind where the file is refused by us.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::NotPlain(what) => io::Error::new(io::ErrorKind::InvalidInput, what),
        }
    }
}

/// What stands where a plain file is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotPlain {
    /// A symbolic link, wherever it leads.
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
    /// Something that this system has beside those.
    #[error("it isn't a plain file")]
    Other,
    /// A plain file, but larger than anything Patchbay writes there.
    #[error("it's larger than {limit_mib} MiB")]
    TooLarge {
        /// What is read at most.
        limit_mib: u64,
    },
}

impl NotPlain {
    /// What this is instead of a plain file; `None` when it is one.
    pub(crate) fn of(kind: FileType) -> Option<Self> {
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
