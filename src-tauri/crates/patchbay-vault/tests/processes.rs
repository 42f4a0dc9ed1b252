//! The vault under kills and under two processes at once.
//!
//! The test binary starts itself again as the writing process. What it acknowledges on its standard output must be
//! in the vault afterwards.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::collections::HashMap;
use std::env;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::Secret;
use patchbay_vault::{Keychain, KeychainError, Presence, SecretName, Vault};
use zeroize::Zeroizing;

/// The folder of the writing process; if it is set, this process is the writing one.
const FOLDER: &str = "PATCHBAY_VAULT_TEST_FOLDER";
/// Prefix of the names of its secrets.
const PREFIX: &str = "PATCHBAY_VAULT_TEST_PREFIX";
/// Number of secrets that it writes.
const COUNT: &str = "PATCHBAY_VAULT_TEST_COUNT";
/// Number of names that it writes to in turn.
const NAMES: u32 = 8;

#[tokio::test]
async fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    if is_writer() {
        return write_secrets().await;
    }
    let test = "a_kill_at_any_moment_loses_nothing_that_was_acknowledged";
    let lasting = tempfile::tempdir().unwrap();
    let mut acknowledged_in_all = 0;
    for round in 0..50 {
        // Every other round is a first use.
        let fresh = tempfile::tempdir().unwrap();
        let folder = if round % 2 == 0 { &lasting } else { &fresh };
        let mut writer = start_writer(test, folder.path(), "a", u32::MAX);
        let moment = RandomState::new().hash_one(round) % 120_000;
        tokio::time::sleep(Duration::from_micros(moment)).await;
        writer.kill().unwrap();

        let acknowledged = acknowledgements(writer);
        acknowledged_in_all += acknowledged.len();
        let vault = open(folder.path());
        for (name, number) in last_by_name(&acknowledged) {
            let kept = number_at(&vault, &name).await;
            assert!(
                kept.is_some_and(|kept| kept >= number),
                "round {round}: {name} {kept:?} < {number}"
            );
        }
        let after = SecretName::new("after");
        vault.write(&after, &Secret::new("1")).await.unwrap();
        assert_eq!(number_at(&open(folder.path()), &after).await, Some(1));
    }
    assert!(acknowledged_in_all > 50, "kills came before any write");
}

#[tokio::test]
async fn two_processes_that_write_at_once_lose_nothing() {
    if is_writer() {
        return write_secrets().await;
    }
    let test = "two_processes_that_write_at_once_lose_nothing";
    let folder = tempfile::tempdir().unwrap();
    let writers = ["a", "b"].map(|prefix| start_writer(test, folder.path(), prefix, 80));
    for writer in writers {
        assert_eq!(acknowledgements(writer).len(), 80);
    }
    let vault = open(folder.path());
    for prefix in ["a", "b"] {
        for number in 72..80 {
            let name = name_of(prefix, number);
            assert_eq!(number_at(&vault, &name).await, Some(number));
        }
    }
    // They agreed on one key at first use, and the other one was deleted. The second entry is the generation.
    let entries = fs::read_dir(keychain_folder(folder.path())).unwrap();
    let mut entries: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    entries.sort();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(entries[0].starts_with("newest file of vault "));
    assert!(entries[1].starts_with("vault "));
}

#[tokio::test]
async fn a_reader_never_meets_a_half_written_file() {
    if is_writer() {
        return write_secrets().await;
    }
    let test = "a_reader_never_meets_a_half_written_file";
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let name = name_of("a", 0);
    vault.write(&name, &Secret::new("0")).await.unwrap();
    let mut writer = start_writer(test, folder.path(), "a", 80);
    while writer.try_wait().unwrap().is_none() {
        assert!(number_at(&vault, &name).await.is_some());
    }
    assert_eq!(acknowledgements(writer).len(), 80);
    assert_eq!(number_at(&vault, &name).await, Some(72));
}

fn is_writer() -> bool {
    env::var_os(FOLDER).is_some()
}

/// The work of the writing process.
async fn write_secrets() {
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    let prefix = env::var(PREFIX).unwrap();
    let vault = open(&folder);
    for number in 0..env::var(COUNT).unwrap().parse().unwrap() {
        let secret = Secret::new(number.to_string());
        vault
            .write(&name_of(&prefix, number), &secret)
            .await
            .unwrap();
        // The test harness writes to the same output, hence the line of its own.
        let mut output = io::stdout().lock();
        writeln!(output, "\nkept {number}").unwrap();
        output.flush().unwrap();
    }
}

fn start_writer(test: &str, folder: &Path, prefix: &str, count: u32) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .env(PREFIX, prefix)
        .env(COUNT, count.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until a writer has ended, and returns the numbers that it acknowledged, in order.
fn acknowledgements(writer: Child) -> Vec<u32> {
    let output = writer.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let whole_lines = text.rsplit_once('\n').map_or("", |(lines, _)| lines);
    whole_lines
        .lines()
        .filter_map(|line| line.strip_prefix("kept ")?.parse().ok())
        .collect()
}

fn last_by_name(numbers: &[u32]) -> HashMap<SecretName, u32> {
    let named = numbers
        .iter()
        .map(|number| (name_of("a", *number), *number));
    named.collect()
}

fn name_of(prefix: &str, number: u32) -> SecretName {
    SecretName::new(format!("{prefix}/{}", number % NAMES))
}

async fn number_at(vault: &Vault, name: &SecretName) -> Option<u32> {
    let secret = vault.read(name).await.unwrap()?;
    Some(secret.expose().parse().unwrap())
}

fn open(folder: &Path) -> Vault {
    let keychain = FolderKeychain(keychain_folder(folder));
    fs::create_dir_all(&keychain.0).unwrap();
    Vault::new(folder.join("data"), Arc::new(keychain))
}

fn keychain_folder(folder: &Path) -> PathBuf {
    folder.join("keychain")
}

/// A keychain that several processes share, with a file per entry.
struct FolderKeychain(PathBuf);

impl FolderKeychain {
    fn entry(&self, user: &str) -> PathBuf {
        self.0.join(user)
    }
}

fn failed(error: io::Error) -> KeychainError {
    KeychainError::Failed(error.to_string())
}

impl Keychain for FolderKeychain {
    fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match fs::read(self.entry(user)) {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn write(&self, user: &str, key: &[u8]) -> Result<(), KeychainError> {
        fs::write(self.entry(user), key).map_err(failed)
    }

    fn delete(&self, user: &str) -> Result<(), KeychainError> {
        fs::remove_file(self.entry(user)).map_err(failed)
    }

    fn find_presence(&self, user: &str) -> Result<Presence, KeychainError> {
        Ok(match self.read(user)? {
            Some(_) => Presence::There,
            None => Presence::Missing,
        })
    }
}
