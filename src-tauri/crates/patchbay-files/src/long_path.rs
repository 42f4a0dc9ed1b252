//! Long paths on Windows.

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf, Prefix};

/// Returns the absolute path in the form for which Windows has no length limit. The standard library does this itself;
/// other libraries and system calls do not.
///
/// # Errors
/// When the path is empty, or the current folder is unknown.
pub fn extended_path(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return Ok(path);
    };
    let mut extended_path = OsString::from(r"\\?\");
    match prefix.kind() {
        Prefix::Disk(_) => extended_path.push(prefix.as_os_str()),
        Prefix::UNC(server, share) => {
            for part in [r"UNC\".as_ref(), server, r"\".as_ref(), share] {
                extended_path.push(part);
            }
        }
        // It has this form already, or names no file.
        _ => return Ok(path),
    }
    extended_path.push(parts.as_path());
    Ok(extended_path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(windows))]
    #[test]
    fn other_systems_take_any_path() {
        let path = Path::new("/a/b");
        assert_eq!(extended_path(path).unwrap(), path);
    }

    #[cfg(windows)]
    #[test]
    fn disks_and_shares_are_spelled_out_once() {
        for (path, expected) in [
            (r"C:\a/.\b", r"\\?\C:\a\b"),
            (r"\\server\share\a", r"\\?\UNC\server\share\a"),
            (r"\\?\C:\a", r"\\?\C:\a"),
        ] {
            let extended_path = extended_path(Path::new(path)).unwrap();
            assert_eq!(extended_path.as_os_str(), expected);
        }
    }
}
