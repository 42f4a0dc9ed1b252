//! The vault with every behavior of its keychain.

mod age;
mod disk;

use std::fs;

use patchbay_model::{Code, Explain, VaultBackend, VaultState};
use tempfile::TempDir;

use super::*;
use crate::{Behavior, MemoryKeychain};

/// Long enough on a busy machine; only exceeded while a keychain hangs.
const SHORT: Duration = Duration::from_millis(300);

struct Fixture {
    folder: TempDir,
    keychain: MemoryKeychain,
}

impl Fixture {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keychain: MemoryKeychain::new(),
        }
    }

    /// The vault as another process would open it, with no cached key.
    fn vault(&self) -> Vault {
        let keychain = Arc::new(self.keychain.clone());
        Vault::with_keychain_limit(self.folder.path().join("data"), keychain, SHORT)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("data/vault.json")
    }

    /// A vault with one secret, whose key no process has cached.
    async fn with_secret() -> Self {
        let fixture = Self::new();
        fixture.vault().write(&token(), &secret()).await.unwrap();
        fixture
    }
}

fn token() -> SecretName {
    SecretName::new("wallet/1")
}

fn secret() -> Secret {
    Secret::new("s3cr3t-t0ken")
}

fn code<T>(outcome: Result<T, Error>) -> Code {
    outcome.err().unwrap().code()
}

async fn text(vault: &Vault, name: &SecretName) -> Option<String> {
    let read = vault.read(name).await.unwrap();
    read.map(|secret| secret.expose().to_owned())
}

#[tokio::test]
async fn what_is_written_is_read_by_another_process() {
    let fixture = Fixture::with_secret().await;
    assert_eq!(
        text(&fixture.vault(), &token()).await.as_deref(),
        Some("s3cr3t-t0ken")
    );
    assert_eq!(
        text(&fixture.vault(), &SecretName::new("other")).await,
        None
    );
}

#[tokio::test]
async fn the_file_shows_no_secret() {
    let fixture = Fixture::with_secret().await;
    let file = fs::read_to_string(fixture.file()).unwrap();
    assert!(file.contains("wallet/1"));
    assert!(!file.contains("s3cr3t"));
}

#[cfg(unix)]
#[tokio::test]
async fn file_and_folder_belong_to_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::with_secret().await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.file()), 0o600);
    assert_eq!(mode(&fixture.file().with_file_name("vault.lock")), 0o600);
    assert_eq!(mode(fixture.file().parent().unwrap()), 0o700);
}

#[tokio::test]
async fn an_empty_vault_needs_no_key_to_be_read() {
    let fixture = Fixture::new();
    fixture.keychain.set_behavior(Behavior::Absent);
    assert_eq!(text(&fixture.vault(), &token()).await, None);
    assert!(!fixture.vault().remove(&token()).await.unwrap());
    assert!(!fixture.file().exists());
}

#[tokio::test]
async fn a_removed_secret_is_gone() {
    let fixture = Fixture::with_secret().await;
    assert!(fixture.vault().remove(&token()).await.unwrap());
    assert_eq!(text(&fixture.vault(), &token()).await, None);
    assert!(!fixture.vault().remove(&token()).await.unwrap());
}

#[tokio::test]
async fn the_key_is_read_once_per_process() {
    let fixture = Fixture::with_secret().await;
    let before = fixture.keychain.reads();
    let vault = fixture.vault();
    let reads = (0..10).map(|_| {
        let vault = vault.clone();
        tokio::spawn(async move { text(&vault, &token()).await })
    });
    for read in reads.collect::<Vec<_>>() {
        assert_eq!(read.await.unwrap().as_deref(), Some("s3cr3t-t0ken"));
    }
    vault.write(&token(), &secret()).await.unwrap();
    vault.probe().await.unwrap();
    assert_eq!(fixture.keychain.reads() - before, 1);
}

#[tokio::test]
async fn probe_creates_the_key_and_makes_the_vault_ready() {
    let fixture = Fixture::new();
    assert_eq!(fixture.vault().status().await.state, VaultState::Empty);
    fixture.vault().probe().await.unwrap();
    let status = fixture.vault().status().await;
    assert_eq!(status.backend, Some(VaultBackend::Keychain));
    assert_eq!((status.state, status.problem), (VaultState::Ready, None));
    assert_eq!(fixture.keychain.entries(), 1);
}

#[tokio::test]
async fn probe_detects_a_folder_that_cannot_be_written() {
    let fixture = Fixture::new();
    fs::write(fixture.folder.path().join("data"), "a file in its place").unwrap();
    assert_eq!(code(fixture.vault().probe().await), Code::FileFailed);
}

#[tokio::test]
async fn first_use_without_a_keychain_leaves_nothing_behind() {
    for behavior in [Behavior::Absent, Behavior::NeverCreated] {
        let fixture = Fixture::new();
        fixture.keychain.set_behavior(behavior);
        assert_eq!(code(fixture.vault().probe().await), Code::VaultNoKeychain);
        assert!(!fixture.file().exists());
        fixture.keychain.set_behavior(Behavior::Working);
        fixture.vault().probe().await.unwrap();
    }
}

#[tokio::test]
async fn a_keychain_that_keeps_nothing_is_not_trusted() {
    let fixture = Fixture::new();
    fixture.keychain.set_behavior(Behavior::Forgetful);
    let error = fixture.vault().probe().await.unwrap_err();
    assert!(matches!(error, Error::KeychainFailed { .. }));
    assert!(!fixture.file().exists());
}

#[tokio::test]
async fn an_empty_vault_says_that_no_keychain_answers() {
    let fixture = Fixture::new();
    fixture.keychain.set_behavior(Behavior::Absent);
    let status = fixture.vault().status().await;
    assert_eq!((status.state, status.backend), (VaultState::Empty, None));
    assert_eq!(status.problem.unwrap().code, Code::VaultNoKeychain);
}

#[tokio::test]
async fn each_behavior_of_the_keychain_has_its_own_code_and_state() {
    let cases = [
        (
            Behavior::Absent,
            Code::VaultNoKeychain,
            VaultState::Unavailable,
        ),
        (Behavior::Locked, Code::VaultLocked, VaultState::Locked),
        (Behavior::Hanging, Code::VaultLocked, VaultState::Locked),
    ];
    for (behavior, expected, state) in cases {
        let fixture = Fixture::with_secret().await;
        fixture.keychain.set_behavior(behavior);
        let before = fs::read(fixture.file()).unwrap();
        let status = fixture.vault().status().await;
        assert_eq!(
            (status.state, status.problem.unwrap().code),
            (state, expected)
        );

        let vault = fixture.vault();
        assert_eq!(code(vault.read(&token()).await), expected, "{behavior:?}");
        assert_eq!(code(vault.write(&token(), &secret()).await), expected);
        assert_eq!(code(vault.probe().await), expected, "{behavior:?}");
        assert_eq!(fs::read(fixture.file()).unwrap(), before);

        fixture.keychain.set_behavior(Behavior::Working);
        assert!(text(&vault, &token()).await.is_some(), "after {behavior:?}");
    }
}

#[tokio::test]
async fn a_denied_keychain_can_be_allowed_later() {
    let fixture = Fixture::with_secret().await;
    fixture.keychain.set_behavior(Behavior::Denied);
    let vault = fixture.vault();
    assert_eq!(code(vault.read(&token()).await), Code::VaultDenied);
    fixture.keychain.set_behavior(Behavior::Working);
    assert!(text(&vault, &token()).await.is_some());
}

#[tokio::test]
async fn a_keychain_gone_later_does_not_offer_a_passphrase() {
    let fixture = Fixture::with_secret().await;
    fixture.keychain.set_behavior(Behavior::Absent);
    let error = fixture.vault().read(&token()).await.unwrap_err();
    assert!(matches!(error, Error::KeychainGone { .. }));
    assert!(!error.hint().unwrap().contains("passphrase"));
    let outcome = fixture.vault().choose_passphrase(Secret::new("x")).await;
    assert_eq!(code(outcome), Code::VaultNoKeychain);
}

#[tokio::test]
async fn a_lost_key_is_never_replaced_while_there_are_secrets() {
    let fixture = Fixture::with_secret().await;
    let before = fs::read(fixture.file()).unwrap();
    fixture.keychain.lose_entries();
    let vault = fixture.vault();
    assert_eq!(code(vault.read(&token()).await), Code::VaultKeyLost);
    assert_eq!(
        code(vault.write(&token(), &secret()).await),
        Code::VaultKeyLost
    );
    assert_eq!(code(vault.probe().await), Code::VaultKeyLost);
    assert_eq!(
        code(vault.choose_passphrase(Secret::new("x")).await),
        Code::VaultKeyLost
    );
    let status = vault.status().await;
    assert_eq!(status.state, VaultState::Unavailable);
    assert_eq!(status.problem.unwrap().code, Code::VaultKeyLost);
    assert_eq!(fs::read(fixture.file()).unwrap(), before);
    assert_eq!(fixture.keychain.entries(), 0);
}

#[tokio::test]
async fn probe_restores_a_lost_key_while_it_is_cached() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    fixture.keychain.lose_entries();
    vault.probe().await.unwrap();
    assert!(text(&fixture.vault(), &token()).await.is_some());
}

#[tokio::test]
async fn a_keychain_locked_later_does_not_affect_a_process_with_the_key() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    for behavior in [Behavior::Locked, Behavior::Absent, Behavior::Hanging] {
        fixture.keychain.set_behavior(behavior);
        vault.probe().await.unwrap();
        vault.write(&token(), &secret()).await.unwrap();
        assert_eq!(vault.status().await.state, VaultState::Ready);
    }
}

#[tokio::test]
async fn a_pending_key_is_awaited_before_the_keychain_counts_as_locked() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    fixture.keychain.set_behavior(Behavior::Hanging);
    let reader = vault.clone();
    let reading = tokio::spawn(async move { reader.read(&token()).await });
    while !vault.is_waiting_for_keychain(Duration::ZERO).await {
        tokio::task::yield_now().await;
    }
    let answer = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        fixture.keychain.set_behavior(Behavior::Working);
    };
    let (status, ()) = tokio::join!(vault.status(), answer);
    assert_eq!(status.state, VaultState::Ready);
    assert!(reading.await.unwrap().unwrap().is_some());
}

#[tokio::test]
async fn the_key_of_an_empty_vault_is_created_again() {
    let fixture = Fixture::with_secret().await;
    let other_process = fixture.vault();
    assert!(text(&other_process, &token()).await.is_some());
    assert!(other_process.remove(&token()).await.unwrap());
    fixture.keychain.lose_entries();

    fixture.vault().probe().await.unwrap();
    // It still caches the former key and must not seal with it.
    other_process.write(&token(), &secret()).await.unwrap();
    assert!(text(&fixture.vault(), &token()).await.is_some());
}

#[tokio::test]
async fn a_vault_set_aside_keeps_its_secrets_and_allows_a_new_one() {
    let fixture = Fixture::with_secret().await;
    let before = fs::read(fixture.file()).unwrap();
    fixture.keychain.lose_entries();
    let vault = fixture.vault();
    let aside = vault.set_aside().await.unwrap().unwrap();
    assert_eq!(fs::read(aside).unwrap(), before);
    assert_eq!(vault.set_aside().await.unwrap(), None);
    vault.write(&token(), &Secret::new("new")).await.unwrap();
    assert_eq!(
        text(&fixture.vault(), &token()).await.as_deref(),
        Some("new")
    );
}

#[tokio::test]
async fn hanging_calls_do_not_pile_up() {
    let fixture = Fixture::with_secret().await;
    fixture.keychain.set_behavior(Behavior::Hanging);
    let vault = fixture.vault();
    for _ in 0..3 {
        assert_eq!(code(vault.read(&token()).await), Code::VaultLocked);
    }
    assert_eq!(vault.0.threads.running(), 1);

    // The late answer counts, although no caller waits any more.
    fixture.keychain.set_behavior(Behavior::Working);
    assert!(text(&vault, &token()).await.is_some());
}

#[tokio::test]
async fn a_passphrase_can_be_chosen_while_the_keychain_hangs() {
    let fixture = Fixture::new();
    fixture.keychain.set_behavior(Behavior::Hanging);
    let vault = fixture.vault();
    assert_eq!(code(vault.probe().await), Code::VaultLocked);
    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    vault.write(&token(), &secret()).await.unwrap();

    // The keychain's late answer changes nothing and leaves no entry.
    fixture.keychain.set_behavior(Behavior::Working);
    while vault.0.threads.running() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fixture.keychain.entries(), 0);
    let other = fixture.vault();
    other.unlock(Secret::new("open")).await.unwrap();
    assert!(text(&other, &token()).await.is_some());
}

#[tokio::test]
async fn a_passphrase_vault_opens_with_the_passphrase_only() {
    let fixture = Fixture::new();
    fixture.keychain.set_behavior(Behavior::Absent);
    let vault = fixture.vault();
    let chosen = vault.choose_passphrase(Secret::new("open sesame")).await;
    chosen.unwrap();
    vault.write(&token(), &secret()).await.unwrap();
    assert_eq!(vault.status().await.state, VaultState::Ready);

    // The keychain that is available again is not used.
    fixture.keychain.set_behavior(Behavior::Working);
    let other = fixture.vault();
    let status = other.status().await;
    assert_eq!(status.backend, Some(VaultBackend::Passphrase));
    assert_eq!(status.state, VaultState::Locked);
    assert_eq!(code(other.read(&token()).await), Code::VaultLocked);
    assert_eq!(code(other.probe().await), Code::VaultLocked);
    assert_eq!(code(other.use_keychain().await), Code::VaultLocked);
    let wrong = other.unlock(Secret::new("open barley")).await;
    assert_eq!(code(wrong), Code::VaultPassphrase);
    other.unlock(Secret::new("open sesame")).await.unwrap();
    assert!(text(&other, &token()).await.is_some());
    assert_eq!(fixture.keychain.entries(), 0);
}

#[tokio::test]
async fn an_empty_passphrase_is_refused() {
    let fixture = Fixture::new();
    let outcome = fixture.vault().choose_passphrase(Secret::new("")).await;
    assert_eq!(code(outcome), Code::VaultPassphrase);
    assert!(!fixture.file().exists());
}

#[tokio::test]
async fn secrets_survive_switching_to_a_passphrase_and_back() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    vault.choose_passphrase(Secret::new("first")).await.unwrap();
    assert_eq!(fixture.keychain.entries(), 0);
    vault
        .choose_passphrase(Secret::new("second"))
        .await
        .unwrap();
    let other = fixture.vault();
    let former = other.unlock(Secret::new("first")).await;
    assert_eq!(code(former), Code::VaultPassphrase);
    other.unlock(Secret::new("second")).await.unwrap();
    assert!(text(&other, &token()).await.is_some());

    other.use_keychain().await.unwrap();
    assert_eq!(fixture.keychain.entries(), 1);
    let third = fixture.vault();
    assert!(text(&third, &token()).await.is_some());
    let none = third.unlock(Secret::new("second")).await;
    assert!(matches!(none, Err(Error::NoPassphrase)));
    // A process that has cached the key still can.
    assert!(text(&vault, &token()).await.is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn a_passphrase_for_a_copied_folder_leaves_the_original_its_key() {
    let fixture = Fixture::with_secret().await;
    let copied = Fixture {
        folder: tempfile::tempdir().unwrap(),
        keychain: fixture.keychain.clone(),
    };
    fs::create_dir(copied.file().parent().unwrap()).unwrap();
    fs::copy(fixture.file(), copied.file()).unwrap();
    let vault = copied.vault();
    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    assert!(text(&fixture.vault(), &token()).await.is_some());

    // By another path, it is still the same folder.
    let link = copied.folder.path().join("link");
    std::os::unix::fs::symlink(fixture.file().parent().unwrap(), &link).unwrap();
    let vault = Vault::new(link, Arc::new(fixture.keychain.clone()));
    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    assert_eq!(fixture.keychain.entries(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_of_a_folder_that_came_after_it_goes_with_a_passphrase() {
    let fixture = Fixture::new();
    let link = fixture.folder.path().join("link");
    std::os::unix::fs::symlink(fixture.folder.path(), &link).unwrap();
    let vault = Vault::new(link.join("data"), Arc::new(fixture.keychain.clone()));
    vault.write(&token(), &secret()).await.unwrap();
    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    assert_eq!(fixture.keychain.entries(), 0);
}

#[tokio::test]
async fn a_keychain_that_fails_leaves_the_passphrase_in_place() {
    let fixture = Fixture::new();
    let vault = fixture.vault();
    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    for behavior in [Behavior::Absent, Behavior::Denied, Behavior::Forgetful] {
        fixture.keychain.set_behavior(behavior);
        assert!(vault.use_keychain().await.is_err(), "{behavior:?}");
        let status = fixture.vault().status().await;
        assert_eq!(status.backend, Some(VaultBackend::Passphrase));
    }
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_as_it_is() {
    let fixture = Fixture::with_secret().await;
    let good = fs::read_to_string(fixture.file()).unwrap();
    let half = good[..good.len() / 2].to_owned();
    for bad in ["", "{}", "null", &half, &good.replace("records", "tapes")] {
        fs::write(fixture.file(), bad).unwrap();
        let vault = fixture.vault();
        let error = vault.read(&token()).await.unwrap_err();
        assert_eq!(error.code(), Code::VaultDamaged, "{bad}");
        assert!(error.to_string().contains("vault.json"));
        assert_eq!(
            code(vault.write(&token(), &secret()).await),
            Code::VaultDamaged
        );
        assert_eq!(code(vault.probe().await), Code::VaultDamaged);
        assert_eq!(vault.status().await.state, VaultState::Unavailable);
        assert_eq!(fs::read_to_string(fixture.file()).unwrap(), bad);
    }
}

#[tokio::test]
async fn a_secret_moved_to_another_name_does_not_open() {
    let fixture = Fixture::with_secret().await;
    let file = fs::read_to_string(fixture.file()).unwrap();
    fs::write(fixture.file(), file.replace("wallet/1", "wallet/2")).unwrap();
    let outcome = fixture.vault().read(&SecretName::new("wallet/2")).await;
    assert_eq!(code(outcome), Code::VaultDamaged);
}

#[tokio::test]
async fn a_newer_file_is_left_to_the_newer_patchbay() {
    let fixture = Fixture::new();
    fs::create_dir(fixture.file().parent().unwrap()).unwrap();
    fs::write(fixture.file(), r#"{"version":3,"shelves":[]}"#).unwrap();
    let vault = fixture.vault();
    assert_eq!(code(vault.read(&token()).await), Code::StoreTooNew);
    assert_eq!(code(vault.probe().await), Code::StoreTooNew);
}

#[tokio::test]
async fn no_error_and_no_debug_text_shows_a_secret() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    assert!(!format!("{vault:?}").contains("s3cr3t"));
    vault
        .choose_passphrase(Secret::new("hunter2"))
        .await
        .unwrap();
    let wrong = fixture.vault().unlock(Secret::new("hunter3")).await;
    let shown = format!("{wrong:?} {:?}", wrong.as_ref().unwrap_err().problem());
    assert!(!shown.contains("hunter"));
}
