//! Folders that only the user can access.

use std::io;
use std::path::Path;

use crate::sync::sync;
#[cfg(windows)]
use crate::{access_list, descriptor};

/// How others can access a folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Exposure {
    /// Another user owns it.
    #[error("it belongs to another user of this computer ({owner})")]
    ForeignOwner {
        /// The owner.
        owner: String,
    },
    /// Its permissions grant access to others.
    #[error("other users of this computer may enter it (mode {mode:04o})")]
    OpenToOthers {
        /// Its permissions.
        mode: u32,
    },
    /// Its access list grants access to others.
    #[error("other accounts of this computer may open it ({accounts})")]
    OpenToAccounts {
        /// The accounts, as Windows names them.
        accounts: String,
    },
}

/// Creates a folder that only the user can access, with its parents. An existing one is unchanged.
///
/// # Errors
/// Those of the system.
#[cfg(not(windows))]
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates a folder that only the user can access, including its future contents, and its parents with default access.
/// An existing one is unchanged.
///
/// # Errors
/// Those of the system.
#[cfg(windows)]
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let list = descriptor::private(&access_list::user()?);
    match access_list::create_folder(path, &list) {
        // Another process created it meanwhile.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        created => created,
    }
}

/// Returns how others can access the folder; `None` if they cannot, or it does not exist.
///
/// # Errors
/// Those of the system.
pub fn exposure(folder: &Path) -> io::Result<Option<Exposure>> {
    match read_exposure(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found,
    }
}

#[cfg(unix)]
fn read_exposure(folder: &Path) -> io::Result<Option<Exposure>> {
    use std::os::unix::fs::MetadataExt as _;

    let found = std::fs::metadata(folder)?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        let owner = format!("user id {}", found.uid());
        return Ok(Some(Exposure::ForeignOwner { owner }));
    }
    let mode = found.mode() & 0o7777;
    Ok((mode & 0o077 != 0).then_some(Exposure::OpenToOthers { mode }))
}

#[cfg(windows)]
fn read_exposure(folder: &Path) -> io::Result<Option<Exposure>> {
    let found = access_list::read(folder)?;
    Ok(descriptor::exposure(&found, &access_list::user()?))
}

#[cfg(not(any(unix, windows)))]
fn read_exposure(_: &Path) -> io::Result<Option<Exposure>> {
    Ok(None)
}

/// Removes the permissions of others from the folder; on Windows, also from its contents.
///
/// # Errors
/// Those of the system, and when others still have access afterwards, as on a disk without permissions.
pub fn close_to_others(folder: &Path) -> io::Result<()> {
    restrict(folder)?;
    match exposure(folder)? {
        Some(exposure) => Err(io::Error::other(exposure)),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn restrict(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = std::fs::metadata(folder)?.permissions().mode() & 0o700;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode))
}

#[cfg(windows)]
fn restrict(folder: &Path) -> io::Result<()> {
    access_list::set(folder, &descriptor::private(&access_list::user()?))
}

#[cfg(not(any(unix, windows)))]
fn restrict(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes renames in the folder durable. Windows needs no such call.
///
/// # Errors
/// Those of the system.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        sync(&std::fs::File::open(folder)?)
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

#[cfg(all(test, windows))]
mod windows_tests {
    use super::*;

    #[test]
    fn a_new_folder_is_the_users_alone_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(r"a\b");
        assert_eq!(exposure(&path).unwrap(), None);
        create_private_folder(&path).unwrap();
        assert_eq!(exposure(&path).unwrap(), None);
    }

    #[test]
    fn what_is_made_in_a_private_folder_is_private_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("private");
        create_private_folder(&path).unwrap();
        std::fs::write(path.join("file"), "secret").unwrap();
        let list = access_list::read(&path.join("file")).unwrap();
        let found = descriptor::exposure(&list, &access_list::user().unwrap());
        assert_eq!(found, None, "{list}");
    }

    #[test]
    fn a_folder_that_everyone_may_open_is_told() {
        let folder = tempfile::tempdir().unwrap();
        access_list::set(folder.path(), "D:P(A;OICI;FA;;;WD)").unwrap();
        let accounts = "Everyone".to_owned();
        let found = exposure(folder.path()).unwrap();
        assert_eq!(found, Some(Exposure::OpenToAccounts { accounts }));
    }

    #[test]
    fn a_folder_that_everyone_may_open_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        access_list::set(folder.path(), "D:P(A;OICI;FA;;;WD)").unwrap();
        close_to_others(folder.path()).unwrap();
        assert_eq!(exposure(folder.path()).unwrap(), None);
    }
}
