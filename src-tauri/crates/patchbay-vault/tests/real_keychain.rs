//! The vault on a real Secret Service: GNOME Keyring on a private bus.
//!
//! Each test starts itself again as a child under `dbus-run-session` with a home folder of its own, so that neither the
//! user's keychain nor the environment of the test process is touched.

#![cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_model::{Code, Explain, Secret, VaultBackend, VaultState};
use patchbay_vault::{Keychain, KeychainError, Presence, SecretName, SystemKeychain, Vault};
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;

/// The home folder of the child; if it is set, this process is the child.
const HOME: &str = "PATCHBAY_VAULT_TEST_HOME";
/// A prompt of the keychain is never answered here.
const LIMIT: Duration = Duration::from_secs(3);

/// The session of the child.
#[derive(Clone, Copy, PartialEq)]
enum Session {
    /// No bus at all, as over SSH or in a container.
    NoBus,
    /// A bus without a Secret Service.
    EmptyBus,
}

#[test]
fn keeps_a_secret_for_the_next_process() {
    let test = "keeps_a_secret_for_the_next_process";
    in_session(test, Session::EmptyBus, |home| async move {
        let _keyring = Keyring::start(&home, "test");
        let started = Instant::now();
        let first = vault(&home);
        first.probe().await.unwrap();
        first.write(&token(), &secret()).await.unwrap();
        let second = vault(&home);
        let status = second.status().await;
        assert_eq!(status.backend, Some(VaultBackend::Keychain));
        assert_eq!(status.state, VaultState::Ready);
        assert_eq!(read(&second).await.as_deref(), Ok("s3cr3t"));
        assert!(started.elapsed() < Duration::from_secs(10));
    });
}

#[test]
fn without_a_bus_a_passphrase_is_offered() {
    let test = "without_a_bus_a_passphrase_is_offered";
    in_session(test, Session::NoBus, |home| async move {
        assert_falls_back_to_a_passphrase(&home).await;
    });
}

#[test]
fn on_a_bus_without_a_keyring_a_passphrase_is_offered() {
    let test = "on_a_bus_without_a_keyring_a_passphrase_is_offered";
    in_session(test, Session::EmptyBus, |home| async move {
        assert_falls_back_to_a_passphrase(&home).await;
    });
}

#[test]
fn a_keyring_that_was_never_created_is_not_trusted() {
    let test = "a_keyring_that_was_never_created_is_not_trusted";
    in_session(test, Session::EmptyBus, |home| async move {
        let _keyring = Keyring::start_without_password(&home);
        assert_falls_back_to_a_passphrase(&home).await;
    });
}

#[test]
fn a_keyring_that_starts_later_is_found() {
    let test = "a_keyring_that_starts_later_is_found";
    in_session(test, Session::EmptyBus, |home| async move {
        let vault = vault(&home);
        let absent = vault.probe().await.unwrap_err();
        assert_eq!(absent.code(), Code::VaultNoKeychain);
        let _keyring = Keyring::start(&home, "test");
        vault.probe().await.unwrap();
    });
}

#[test]
fn a_locked_keyring_is_reported_within_the_limit_and_works_again() {
    let test = "a_locked_keyring_is_reported_within_the_limit_and_works_again";
    in_session(test, Session::EmptyBus, |home| async move {
        let keyring = Keyring::start(&home, "test");
        vault(&home).write(&token(), &secret()).await.unwrap();
        lock_keyring();

        let locked = vault(&home);
        let status = locked.status().await;
        assert_eq!(status.state, VaultState::Locked);
        assert_eq!(status.problem.unwrap().code, Code::VaultLocked);
        let started = Instant::now();
        assert_eq!(read(&locked).await, Err(Code::VaultLocked));
        assert_eq!(
            locked.write(&token(), &secret()).await.unwrap_err().code(),
            Code::VaultLocked
        );
        assert!(started.elapsed() < 3 * LIMIT);

        // As after signing in to the desktop again.
        drop(keyring);
        let _keyring = Keyring::start(&home, "test");
        assert_eq!(read(&vault(&home)).await.as_deref(), Ok("s3cr3t"));
    });
}

#[test]
fn a_hanging_keyring_times_out_and_its_late_answer_counts() {
    let test = "a_hanging_keyring_times_out_and_its_late_answer_counts";
    in_session(test, Session::EmptyBus, |home| async move {
        let keyring = Keyring::start(&home, "test");
        vault(&home).write(&token(), &secret()).await.unwrap();
        keyring.signal("-STOP");
        let waiting = vault(&home);
        let started = Instant::now();
        assert_eq!(read(&waiting).await, Err(Code::VaultLocked));
        assert_eq!(waiting.status().await.state, VaultState::Locked);
        assert!(started.elapsed() < 2 * LIMIT);
        keyring.signal("-CONT");
        assert_eq!(read(&waiting).await.as_deref(), Ok("s3cr3t"));
    });
}

#[test]
fn a_lost_key_is_reported_and_the_file_is_unchanged() {
    let test = "a_lost_key_is_reported_and_the_file_is_unchanged";
    in_session(test, Session::EmptyBus, |home| async move {
        let _keyring = Keyring::start(&home, "test");
        vault(&home).write(&token(), &secret()).await.unwrap();
        let file = home.join("data/vault.json");
        let before = std::fs::read_to_string(&file).unwrap();
        let json: serde_json::Value = serde_json::from_str(&before).unwrap();
        let entry = json["protection"]["entry"].as_str().unwrap();
        assert_eq!(SystemKeychain.find_presence(entry), Ok(Presence::There));
        SystemKeychain.delete(entry).unwrap();
        SystemKeychain.delete(entry).unwrap();
        assert_eq!(SystemKeychain.find_presence(entry), Ok(Presence::Missing));

        let lost = vault(&home);
        let status = lost.status().await;
        assert_eq!(status.state, VaultState::Unavailable);
        assert_eq!(read(&lost).await, Err(Code::VaultKeyLost));
        let refused = lost.write(&token(), &secret()).await.unwrap_err();
        assert_eq!(refused.code(), Code::VaultKeyLost);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    });
}

#[test]
fn a_keyring_that_has_stopped_is_not_a_lost_key() {
    let test = "a_keyring_that_has_stopped_is_not_a_lost_key";
    in_session(test, Session::EmptyBus, |home| async move {
        let keyring = Keyring::start(&home, "test");
        vault(&home).write(&token(), &secret()).await.unwrap();
        drop(keyring);
        assert_eq!(read(&vault(&home)).await, Err(Code::VaultNoKeychain));
        let other_home = home.join("other");
        std::fs::create_dir(&other_home).unwrap();
        let _never_created = Keyring::start_without_password(&other_home);
        assert_eq!(read(&vault(&home)).await, Err(Code::VaultNoKeychain));
    });
}

#[test]
fn secrets_move_from_passphrase_to_keychain_and_back() {
    let test = "secrets_move_from_passphrase_to_keychain_and_back";
    in_session(test, Session::EmptyBus, |home| async move {
        let first = vault(&home);
        first.choose_passphrase(Secret::new("open")).await.unwrap();
        first.write(&token(), &secret()).await.unwrap();
        let _keyring = Keyring::start(&home, "test");
        first.use_keychain().await.unwrap();
        assert_eq!(read(&vault(&home)).await.as_deref(), Ok("s3cr3t"));

        let second = vault(&home);
        second.choose_passphrase(Secret::new("shut")).await.unwrap();
        assert_eq!(read(&vault(&home)).await, Err(Code::VaultLocked));
        let third = vault(&home);
        third.unlock(Secret::new("shut")).await.unwrap();
        assert_eq!(read(&third).await.as_deref(), Ok("s3cr3t"));
    });
}

async fn assert_falls_back_to_a_passphrase(home: &Path) {
    let vault = vault(home);
    let status = vault.status().await;
    assert_eq!((status.state, status.backend), (VaultState::Empty, None));
    assert_eq!(status.problem.unwrap().code, Code::VaultNoKeychain);
    let error = vault.probe().await.unwrap_err();
    assert_eq!(error.code(), Code::VaultNoKeychain, "{error:?}");
    assert!(error.hint().unwrap().contains("passphrase"));
    assert!(!home.join("data/vault.json").exists());

    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    vault.probe().await.unwrap();
    vault.write(&token(), &secret()).await.unwrap();
    assert_eq!(read(&vault).await.as_deref(), Ok("s3cr3t"));
}

fn token() -> SecretName {
    SecretName::new("wallet/1")
}

fn secret() -> Secret {
    Secret::new("s3cr3t")
}

async fn read(vault: &Vault) -> Result<String, Code> {
    match vault.read(&token()).await {
        Ok(secret) => Ok(secret.unwrap().expose().to_owned()),
        Err(error) => Err(error.code()),
    }
}

/// The vault as a new process would open it.
fn vault(home: &Path) -> Vault {
    Vault::with_keychain_limit(home.join("data"), Arc::new(SystemKeychain), LIMIT)
}

/// Runs `body` in a child with its own session and home folder.
fn in_session<F: Future<Output = ()>>(
    test: &str,
    session: Session,
    body: impl FnOnce(PathBuf) -> F,
) {
    if let Some(home) = env::var_os(HOME) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(body(home.into()));
    }
    let home = tempfile::tempdir().unwrap();
    let runtime_folder = home.path().join("run");
    std::fs::create_dir(&runtime_folder).unwrap();
    let itself = env::current_exe().unwrap();
    let mut child = match session {
        Session::NoBus => Command::new(itself),
        Session::EmptyBus => {
            let mut bus = Command::new("dbus-run-session");
            let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/bus.conf");
            bus.args(["--config-file", rules]);
            bus.arg("--").arg(itself);
            bus
        }
    };
    child
        .args(["--exact", test, "--nocapture"])
        .env(HOME, home.path())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", runtime_folder)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null());
    let status = child.status();
    let status = status.unwrap_or_else(|error| panic!("install dbus (dbus-run-session): {error}"));
    assert!(
        status.success(),
        "the test failed in its session, see above"
    );
}

/// A running `gnome-keyring-daemon`; ends when it is dropped.
struct Keyring(Child);

impl Keyring {
    /// Starts it with an unlocked login keyring, as after signing in to a desktop.
    fn start(home: &Path, password: &str) -> Self {
        let mut keyring = Self::spawn(home, &["--unlock"]);
        let mut input = keyring.0.stdin.take().unwrap();
        input.write_all(password.as_bytes()).unwrap();
        drop(input);
        keyring.wait_until(|seen| matches!(seen, Ok(Presence::Missing | Presence::There)));
        keyring
    }

    /// Starts it without a keyring.
    fn start_without_password(home: &Path) -> Self {
        let mut keyring = Self::spawn(home, &[]);
        keyring.wait_until(|_| SecretService::connect(EncryptionType::Plain).is_ok());
        keyring
    }

    fn spawn(home: &Path, arguments: &[&str]) -> Self {
        let daemon = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .args(arguments)
            .env("HOME", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        Self(daemon.unwrap_or_else(|error| panic!("install gnome-keyring: {error}")))
    }

    /// Suspends it, as while it waits for a password, or resumes it.
    fn signal(&self, signal: &str) {
        let process = self.0.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.unwrap().success());
    }

    fn wait_until(&mut self, ready: impl Fn(Result<Presence, KeychainError>) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !ready(SystemKeychain.find_presence("nobody")) {
            assert_eq!(self.0.try_wait().unwrap(), None, "the keyring ended");
            assert!(Instant::now() < deadline, "the keyring does not answer");
            std::thread::yield_now();
        }
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn lock_keyring() {
    let service = SecretService::connect(EncryptionType::Plain).unwrap();
    service.get_default_collection().unwrap().lock().unwrap();
}
