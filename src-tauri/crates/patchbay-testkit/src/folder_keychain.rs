//! A keychain that processes of one test share.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use patchbay_vault::{Keychain, KeychainError, Presence};
use zeroize::Zeroizing;

/// A keychain with a file for each entry. It protects nothing: keep its folder outside of the home that a test
/// searches for secrets.
#[derive(Clone, Debug)]
pub struct FolderKeychain(PathBuf);

impl FolderKeychain {
    /// The keychain in `folder`, which is created at the first write.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    fn file(&self, user: &str) -> PathBuf {
        let name: String = user
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() {
                    letter
                } else {
                    '_'
                }
            })
            .collect();
        self.0.join(name)
    }
}

impl Keychain for FolderKeychain {
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match fs::read(self.file(user)) {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        fs::create_dir_all(&self.0).map_err(failed)?;
        fs::write(self.file(user), key).map_err(failed)
    }

    fn delete(&self, user: &str) -> Result<(), KeychainError> {
        match fs::remove_file(self.file(user)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError> {
        match self.file(user).exists() {
            true => Ok(Presence::There),
            false => Ok(Presence::Missing),
        }
    }
}

fn failed(error: std::io::Error) -> KeychainError {
    KeychainError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_shared_between_two_that_look_at_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let one = FolderKeychain::new(folder.path().join("keychain"));
        let other = one.clone();
        assert_eq!(one.read("a/b").unwrap(), None);
        one.write("a/b", b"key").unwrap();
        assert_eq!(other.read("a/b").unwrap().unwrap().as_slice(), b"key");
        assert_eq!(other.find_presence("a/b").unwrap(), Presence::There);
        other.delete("a/b").unwrap();
        assert_eq!(one.find_presence("a/b").unwrap(), Presence::Missing);
    }
}
