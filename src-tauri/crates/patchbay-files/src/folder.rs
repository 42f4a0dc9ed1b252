//! Folders that belong to the user alone.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

/// Why a folder is not the user's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Exposure {
    /// Somebody else may do with it as they like.
    #[error("it belongs to another user of this computer (user id {owner})")]
    ForeignOwner {
        /// Whose it is.
        owner: u32,
    },
    /// Its permissions let others in.
    #[error("other users of this computer may enter it (mode {mode:04o})")]
    OpenToOthers {
        /// Its permissions.
        mode: u32,
    },
}

/// Makes the folder, readable by the user alone, with its parents. One that exists stays as it is.
///
/// # Errors
/// The system's own.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Why the folder is not the user's alone; `None` when it is, or is not there. Elsewhere than on Unix the
/// user's profile folder keeps others out.
///
/// # Errors
/// The system's own.
#[cfg(unix)]
pub fn exposure(folder: &Path) -> io::Result<Option<Exposure>> {
    use std::os::unix::fs::MetadataExt as _;

    let found = match std::fs::metadata(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Ok(Some(Exposure::ForeignOwner { owner: found.uid() }));
    }
    let mode = found.mode() & 0o7777;
    Ok((mode & 0o077 != 0).then_some(Exposure::OpenToOthers { mode }))
}

/// Why the folder is not the user's alone; here its profile folder keeps others out.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn exposure(_: &Path) -> io::Result<Option<Exposure>> {
    Ok(None)
}

/// Takes every permission of others from the folder.
///
/// # Errors
/// The system's own.
#[cfg(unix)]
pub fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = std::fs::metadata(folder)?.permissions().mode() & 0o700;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode))
}

/// Nothing is to be done here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes what was renamed in the folder durable. Windows has no such call and orders renames itself.
///
/// # Errors
/// The system's own.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        std::fs::File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_others_may_enter_is_told_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        assert_eq!(exposure(&path).unwrap(), None);
        create_private_folder(&path).unwrap();
        assert_eq!(exposure(&path).unwrap(), None);
        for mode in [0o777, 0o755, 0o710] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let found = exposure(&path).unwrap();
            assert_eq!(found, Some(Exposure::OpenToOthers { mode }));
            close_to_others(&path).unwrap();
            assert_eq!(exposure(&path).unwrap(), None);
        }
    }

    #[test]
    fn a_folder_of_somebody_else_is_told() {
        let user = rustix::process::geteuid();
        // Only an administrator may give a folder away; everybody else has the system's own.
        let found = if user.is_root() {
            let folder = tempfile::tempdir().unwrap();
            std::os::unix::fs::chown(folder.path(), Some(65_534), None).unwrap();
            exposure(folder.path()).unwrap()
        } else {
            exposure(Path::new("/")).unwrap()
        };
        assert!(matches!(found, Some(Exposure::ForeignOwner { .. })));
    }
}
