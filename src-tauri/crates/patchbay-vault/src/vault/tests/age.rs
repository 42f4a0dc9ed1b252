//! Detection of files and records that are older than those saved last.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;

use super::*;

fn read_json(fixture: &Fixture) -> Value {
    serde_json::from_slice(&fs::read(fixture.file()).unwrap()).unwrap()
}

fn write_json(fixture: &Fixture, file: &Value) {
    fs::write(fixture.file(), serde_json::to_vec(file).unwrap()).unwrap();
}

/// A vault whose secret was replaced, and its file from before.
async fn replaced() -> (Fixture, Value) {
    let fixture = Fixture::with_secret().await;
    let before = read_json(&fixture);
    let vault = fixture.vault();
    vault.write(&token(), &Secret::new("newer")).await.unwrap();
    (fixture, before)
}

#[tokio::test]
async fn a_rolled_back_file_is_detected_by_a_process_that_never_read_the_newer_one() {
    let (fixture, before) = replaced().await;
    write_json(&fixture, &before);
    let vault = fixture.vault();
    let error = vault.read(&token()).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultRolledBack);
    assert!(error.to_string().contains("vault.json"));
    assert!(error.hint().is_some());
    assert_eq!(
        code(vault.write(&token(), &secret()).await),
        Code::VaultRolledBack
    );
    assert_eq!(code(vault.probe().await), Code::VaultRolledBack);
    let status = vault.status().await;
    assert_eq!(status.state, VaultState::Unavailable);
    assert_eq!(status.problem.unwrap().code, Code::VaultRolledBack);
    assert_eq!(read_json(&fixture), before, "nothing is reset");
}

#[tokio::test]
async fn a_rolled_back_file_is_detected_while_the_vault_is_open() {
    let fixture = Fixture::with_secret().await;
    let before = read_json(&fixture);
    let vault = fixture.vault();
    vault.write(&token(), &Secret::new("newer")).await.unwrap();
    // Even if the keychain does not know the generation.
    fixture.keychain.set_behavior(Behavior::Absent);
    write_json(&fixture, &before);
    assert_eq!(code(vault.read(&token()).await), Code::VaultRolledBack);
}

#[tokio::test]
async fn one_rolled_back_record_is_detected_and_others_are_read() {
    let (fixture, before) = replaced().await;
    let other = SecretName::new("wallet/2");
    fixture.vault().write(&other, &secret()).await.unwrap();
    let mut file = read_json(&fixture);
    file["records"]["wallet/1"] = before["records"]["wallet/1"].clone();
    write_json(&fixture, &file);
    let vault = fixture.vault();
    let error = vault.read(&token()).await.unwrap_err();
    assert!(matches!(&error, Error::RecordRolledBack { name, .. } if name == "wallet/1"));
    assert_eq!(error.code(), Code::VaultRolledBack);
    assert!(text(&vault, &other).await.is_some());
    assert_eq!(code(vault.check_age().await), Code::VaultRolledBack);
    let problem = vault.status().await.problem.unwrap();
    assert_eq!(problem.code, Code::VaultRolledBack);

    // Changing another secret does not make it valid; replacing it does.
    vault.write(&other, &secret()).await.unwrap();
    assert_eq!(
        code(fixture.vault().read(&token()).await),
        Code::VaultRolledBack
    );
    vault.write(&token(), &Secret::new("third")).await.unwrap();
    assert_eq!(text(&vault, &token()).await.as_deref(), Some("third"));
    assert!(vault.check_age().await.is_ok());
}

#[tokio::test]
async fn a_record_that_was_removed_does_not_come_back() {
    let fixture = Fixture::with_secret().await;
    let before = read_json(&fixture);
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    assert!(vault.remove(&token()).await.unwrap());
    let mut file = read_json(&fixture);
    file["records"] = before["records"].clone();
    write_json(&fixture, &file);
    let outcome = fixture.vault().read(&token()).await;
    assert_eq!(code(outcome), Code::VaultRolledBack);
}

#[tokio::test]
async fn older_secrets_are_used_after_they_were_accepted() {
    let (fixture, before) = replaced().await;
    write_json(&fixture, &before);
    let vault = fixture.vault();
    vault.accept_older().await.unwrap();
    for vault in [vault, fixture.vault()] {
        assert_eq!(
            text(&vault, &token()).await.as_deref(),
            Some("s3cr3t-t0ken")
        );
        assert_eq!(vault.status().await.state, VaultState::Ready);
    }
    // A file that was accepted once is not accepted again by itself.
    fixture.vault().write(&token(), &secret()).await.unwrap();
    write_json(&fixture, &before);
    let outcome = fixture.vault().read(&token()).await;
    assert_eq!(code(outcome), Code::VaultRolledBack);
}

#[tokio::test]
async fn a_file_without_a_stamp_is_accepted_until_one_was_written() {
    let fixture = Fixture::with_secret().await;
    let mut version_1 = read_json(&fixture);
    version_1["version"] = 1.into();
    version_1.as_object_mut().unwrap().remove("stamp");

    // An older Patchbay recorded no generation.
    fixture.keychain.forget_marks();
    write_json(&fixture, &version_1);
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    vault.write(&SecretName::new("b"), &secret()).await.unwrap();
    assert_eq!(read_json(&fixture)["version"], 2);
    assert!(text(&fixture.vault(), &token()).await.is_some());

    // The stamp cannot be bypassed by restoring the version before it.
    write_json(&fixture, &version_1);
    let outcome = fixture.vault().read(&token()).await;
    assert_eq!(code(outcome), Code::VaultRolledBack);
    version_1["version"] = 2.into();
    write_json(&fixture, &version_1);
    let outcome = fixture.vault().read(&token()).await;
    assert_eq!(code(outcome), Code::VaultDamaged);
}

#[tokio::test]
async fn a_stamp_from_another_file_does_not_open() {
    let (fixture, _) = replaced().await;
    let mut file = read_json(&fixture);
    file["stamp"] = file["records"]["wallet/1"].clone();
    write_json(&fixture, &file);
    let outcome = fixture.vault().read(&token()).await;
    assert_eq!(code(outcome), Code::VaultDamaged);
}

#[tokio::test]
async fn writing_works_when_the_keychain_records_no_generation() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    for behavior in [
        Behavior::Absent,
        Behavior::Denied,
        Behavior::Locked,
        Behavior::Hanging,
    ] {
        fixture.keychain.set_behavior(behavior);
        vault.write(&token(), &Secret::new("newer")).await.unwrap();
    }
    fixture.keychain.set_behavior(Behavior::Working);
    assert_eq!(
        text(&fixture.vault(), &token()).await.as_deref(),
        Some("newer")
    );
}

#[tokio::test]
async fn the_generation_is_recorded_again_after_a_keychain_had_too_many_calls() {
    let (fixture, _) = replaced().await;
    let vault = fixture.vault();
    assert!(text(&vault, &token()).await.is_some());
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let hang = || {
        let released = Arc::clone(&released);
        move || {
            let _ended = released.lock().recv();
        }
    };
    while vault.0.threads.start(hang()).is_ok() {}
    vault.write(&token(), &Secret::new("third")).await.unwrap();
    let before = read_json(&fixture);
    drop(release);
    while vault.0.threads.running() > 0 {
        tokio::task::yield_now().await;
    }
    vault.write(&token(), &Secret::new("fourth")).await.unwrap();
    write_json(&fixture, &before);
    let outcome = fixture.vault().read(&token()).await;
    assert_eq!(code(outcome), Code::VaultRolledBack);
}

/// Generation numbers in memory.
#[derive(Default)]
struct MemoryGenerations(Mutex<HashMap<String, u64>>);

#[async_trait]
impl GenerationStore for MemoryGenerations {
    async fn read(&self, vault: &str) -> Option<u64> {
        self.0.lock().get(vault).copied()
    }

    async fn write(&self, vault: &str, generation: u64) {
        self.0.lock().insert(vault.to_owned(), generation);
    }
}

#[tokio::test]
async fn with_a_passphrase_the_generation_is_saved_in_the_generation_store() {
    let fixture = Fixture::new();
    fixture.keychain.set_behavior(Behavior::Absent);
    let generations = Arc::new(MemoryGenerations::default());
    let open = || {
        let vault = fixture.vault();
        vault.set_generation_store(generations.clone());
        vault
    };
    let vault = open();
    vault.choose_passphrase(Secret::new("open")).await.unwrap();
    vault.write(&token(), &secret()).await.unwrap();
    let before = read_json(&fixture);
    vault.write(&token(), &Secret::new("newer")).await.unwrap();

    write_json(&fixture, &before);
    let other = open();
    other.unlock(Secret::new("open")).await.unwrap();
    assert_eq!(code(other.read(&token()).await), Code::VaultRolledBack);
    assert_eq!(code(other.check_age().await), Code::VaultRolledBack);
    other.accept_older().await.unwrap();
    assert!(text(&other, &token()).await.is_some());
}

#[tokio::test]
async fn concurrent_writes_are_not_taken_for_a_rollback() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (one, other) = (vault.clone(), fixture.vault());
        tasks.spawn(async move {
            let name = SecretName::new(format!("w/{number}"));
            for _ in 0..5 {
                one.write(&name, &secret()).await.unwrap();
                assert!(text(&other, &name).await.is_some());
                assert!(text(&one, &token()).await.is_some());
                assert!(one.check_age().await.is_ok());
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}
