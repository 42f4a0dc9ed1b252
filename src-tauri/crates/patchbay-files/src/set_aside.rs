//! Files that libraries read themselves, without limits.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::name_beside;

/// Renames a file that a library should not read: a pipe would block it forever, and a file of more than `limit` bytes
/// would fill the memory. A link to a readable file stays, because users keep settings in folders of their own.
///
/// Returns the new name; `None` if the file is fine.
///
/// # Errors
/// Those of the system.
pub fn set_aside_unreadable(path: &Path, limit: u64) -> io::Result<Option<PathBuf>> {
    let is_readable = match fs::metadata(path) {
        Ok(found) => found.is_file() && found.len() <= limit,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_readable {
        return Ok(None);
    }
    let aside = name_beside(path, ".aside")?;
    fs::rename(path, &aside)?;
    Ok(Some(aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_within_the_limit_stays_and_what_is_no_such_file_keeps_its_content_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        assert_eq!(set_aside_unreadable(&path, 4).unwrap(), None);
        fs::write(&path, "1234").unwrap();
        assert_eq!(set_aside_unreadable(&path, 4).unwrap(), None);
        fs::write(&path, "12345").unwrap();
        let aside = set_aside_unreadable(&path, 4).unwrap().unwrap();
        assert!(!path.exists());
        assert_eq!(fs::read_to_string(aside).unwrap(), "12345");
        fs::create_dir(&path).unwrap();
        assert!(set_aside_unreadable(&path, 4).unwrap().unwrap().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_stays_and_one_to_a_device_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        let own = folder.path().join("own.json");
        fs::write(&own, "{}").unwrap();
        std::os::unix::fs::symlink(&own, &path).unwrap();
        assert_eq!(set_aside_unreadable(&path, 4).unwrap(), None);
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(set_aside_unreadable(&path, 4).unwrap().is_some());
    }
}
