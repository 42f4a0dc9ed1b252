//! Opens plain files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use crate::{Error, NotPlain};

/// Opens a plain file with these options; only the user can access a new file.
///
/// # Errors
/// [`Error::NotPlain`] when it is not a plain file, without blocking; [`Error::Io`].
pub fn open(path: &Path, options: &OpenOptions) -> Result<File, Error> {
    let mut options = options.clone();
    restrict(&mut options);
    match options.open(path) {
        Ok(file) => match NotPlain::of(file.metadata()?.file_type()) {
            Some(what) => Err(what.into()),
            None => Ok(file),
        },
        // Each system has its own error for a link that is not followed, or a pipe that nobody reads.
        Err(error) => match fs::symlink_metadata(path).map(|found| found.file_type()) {
            Ok(kind) => Err(NotPlain::of(kind).map_or(Error::Io(error), Error::NotPlain)),
            Err(_) => Err(error.into()),
        },
    }
}

/// Opens a lock file, and creates it if it is missing.
///
/// # Errors
/// As [`open`].
pub fn open_lock(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    open(path, &options)
}

/// Reads a plain file of at most `limit_mib` MiB; `None` if it does not exist.
///
/// # Errors
/// As [`open`], and [`NotPlain::TooLarge`].
pub fn read(path: &Path, limit_mib: u64) -> Result<Option<Vec<u8>>, Error> {
    let file = match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let limit = limit_mib * 1024 * 1024;
    let mut bytes = Vec::new();
    // One byte more than the limit detects a file that is too large, whatever size the system reports.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(NotPlain::TooLarge { limit_mib }.into());
    }
    Ok(Some(bytes))
}

/// Follows no link, does not block on a pipe, and makes a new file private.
#[cfg(unix)]
fn restrict(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;

    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
}

/// Opens a link itself instead of its target, so that it is detected. The access list of the user's profile makes files
/// private.
#[cfg(windows)]
fn restrict(options: &mut OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt as _;

    /// `FILE_FLAG_OPEN_REPARSE_POINT`.
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    options.custom_flags(OPEN_REPARSE_POINT);
}

#[cfg(not(any(unix, windows)))]
fn restrict(_: &mut OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T>(outcome: Result<T, Error>) -> NotPlain {
        match outcome.err().unwrap() {
            Error::NotPlain(what) => what,
            Error::Io(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_plain_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(read(&path, 1).unwrap().is_none());
        fs::write(&path, vec![7; 1024 * 1024]).unwrap();
        assert_eq!(read(&path, 1).unwrap().unwrap().len(), 1024 * 1024);
        fs::write(&path, vec![7; 1024 * 1024 + 1]).unwrap();
        assert_eq!(refused(read(&path, 1)), NotPlain::TooLarge { limit_mib: 1 });
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), 1).is_err());
        assert_eq!(refused(open_lock(folder.path())), NotPlain::Folder);
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_and_devices_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("target"), "untouched").unwrap();
        for (link, target) in [("link", at("target")), ("zero", "/dev/zero".into())] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
            assert_eq!(refused(read(&at(link), 1)), NotPlain::Link);
            assert_eq!(refused(open_lock(&at(link))), NotPlain::Link);
        }
        std::os::unix::fs::symlink(at("missing"), at("dangling")).unwrap();
        assert_eq!(refused(open_lock(&at("dangling"))), NotPlain::Link);
        assert!(!at("missing").exists(), "nothing is made through a link");

        let mut mkfifo = std::process::Command::new("mkfifo");
        assert!(mkfifo.arg(at("pipe")).status().unwrap().success());
        assert_eq!(refused(read(&at("pipe"), 1)), NotPlain::Pipe);
        let mut writing = OpenOptions::new();
        writing.write(true).create(true);
        assert_eq!(refused(open(&at("pipe"), &writing)), NotPlain::Pipe);
        assert_eq!(refused(read(Path::new("/dev/zero"), 1)), NotPlain::Device);
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert_eq!(refused(read(&at("socket"), 1)), NotPlain::Socket);
    }
}
