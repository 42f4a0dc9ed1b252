//! Other things in place of the files, and a folder that cannot be written.

use super::*;

fn names(fixture: &Fixture) -> Vec<String> {
    let entries = fs::read_dir(fixture.file().parent().unwrap()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_over_the_size_limit_is_not_read() {
    let fixture = Fixture::with_secret().await;
    fs::write(fixture.file(), vec![b' '; 16 * 1024 * 1024 + 1]).unwrap();
    let error = fixture.vault().read(&token()).await.unwrap_err();
    assert_eq!(error.code(), Code::VaultDamaged);
    assert!(error.to_string().contains("larger than 16 MiB"), "{error}");
}

#[tokio::test]
async fn a_secret_that_would_make_the_file_too_large_is_not_saved() {
    let fixture = Fixture::with_secret().await;
    let large = Secret::new("x".repeat(13 * 1024 * 1024));
    let refused = fixture
        .vault()
        .write(&SecretName::new("large"), &large)
        .await;
    assert!(matches!(refused, Err(Error::Full { .. })), "{refused:?}");
    let kept = text(&fixture.vault(), &token()).await;
    assert_eq!(kept.as_deref(), Some(secret().expose()));
}

#[tokio::test]
async fn leftovers_of_a_killed_process_are_removed_by_the_next_change() {
    let fixture = Fixture::with_secret().await;
    let beside = |name: &str| fixture.file().with_file_name(name);
    fs::write(beside("vault.json.next"), "half").unwrap();
    fs::write(beside("vault.json.next-0123456789abcdef"), "half").unwrap();
    fixture.vault().write(&token(), &secret()).await.unwrap();
    assert_eq!(names(&fixture), ["vault.json", "vault.lock"]);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_through_a_link() {
    let fixture = Fixture::with_secret().await;
    let precious = fixture.folder.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    for name in ["vault.json.next", "vault.lock"] {
        let link = fixture.file().with_file_name(name);
        drop(fs::remove_file(&link));
        std::os::unix::fs::symlink(&precious, &link).unwrap();
        let written = fixture.vault().write(&token(), &secret()).await;
        assert_eq!(written.is_ok(), name == "vault.json.next", "{name}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
        drop(fs::remove_file(&link));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_a_device_and_a_link_in_place_of_the_vault_are_named_at_once() {
    let fixture = Fixture::with_secret().await;
    fs::remove_file(fixture.file()).unwrap();
    let mkfifo = || {
        let mut mkfifo = std::process::Command::new("mkfifo");
        assert!(mkfifo.arg(fixture.file()).status().unwrap().success());
    };
    let link = |target: &str| std::os::unix::fs::symlink(target, fixture.file()).unwrap();
    let cases: [(&dyn Fn(), &str); 3] = [
        (&mkfifo, "a pipe"),
        (&|| link("/dev/zero"), "a symbolic link"),
        (&|| link("/nowhere/vault.json"), "a symbolic link"),
    ];
    for (put, what) in cases {
        put();
        let vault = fixture.vault();
        for outcome in [
            vault.read(&token()).await.map(drop),
            vault.write(&token(), &secret()).await,
            vault.probe().await,
        ] {
            let error = outcome.unwrap_err();
            assert!(matches!(error, Error::NotPlain { .. }), "{error}");
            assert_eq!(error.code(), Code::VaultDamaged);
            assert!(error.to_string().contains(what), "{error}");
            assert!(error.to_string().contains("vault.json"), "{error}");
        }
        // Setting it aside makes room for a new vault.
        assert!(vault.set_aside().await.unwrap().is_some());
        vault.write(&token(), &secret()).await.unwrap();
        fs::remove_file(fixture.file()).unwrap();
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_saved_is_used_from_memory_until_it_can() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    let reservation = vault.reserve_space(&token(), 100).await.unwrap();
    // Nothing can be written while the folder is missing.
    let data = fixture.folder.path().join("data");
    let away = fixture.folder.path().join("away");
    fs::rename(&data, &away).unwrap();
    fs::write(&data, "a file in its place").unwrap();
    let saved = reservation.save(&Secret::new("rotated")).await;
    assert!(matches!(saved, Saved::InMemory(Error::File { .. })));
    assert_eq!(text(&vault, &token()).await.as_deref(), Some("rotated"));
    assert_eq!(vault.unsaved()[0].0, token());
    assert_eq!(code(vault.save_unsaved().await), Code::FileFailed);
    assert_eq!(vault.unsaved().len(), 1);

    fs::remove_file(&data).unwrap();
    // A missing file holds no other secret.
    assert_eq!(text(&vault, &token()).await.as_deref(), Some("rotated"));
    fs::rename(&away, &data).unwrap();
    assert_eq!(text(&vault, &token()).await.as_deref(), Some("rotated"));
    vault.save_unsaved().await.unwrap();
    assert!(vault.unsaved().is_empty());
    assert_eq!(
        text(&fixture.vault(), &token()).await.as_deref(),
        Some("rotated")
    );
    assert_eq!(names(&fixture), ["vault.json", "vault.lock"]);
}

#[tokio::test]
async fn a_secret_saved_meanwhile_wins_over_one_in_memory() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    let reservation = vault.reserve_space(&token(), 100).await.unwrap();
    let data = fixture.folder.path().join("data");
    let away = fixture.folder.path().join("away");
    fs::rename(&data, &away).unwrap();
    fs::write(&data, "a file in its place").unwrap();
    let saved = reservation.save(&Secret::new("rotated")).await;
    assert!(matches!(saved, Saved::InMemory(_)));
    fs::remove_file(&data).unwrap();
    fs::rename(&away, &data).unwrap();

    let other = fixture.vault();
    other.write(&token(), &Secret::new("anew")).await.unwrap();
    vault.save_unsaved().await.unwrap();
    for vault in [vault, fixture.vault()] {
        assert_eq!(text(&vault, &token()).await.as_deref(), Some("anew"));
    }
}

#[tokio::test]
async fn reserved_space_that_is_not_needed_is_released() {
    let fixture = Fixture::with_secret().await;
    let vault = fixture.vault();
    let reservation = vault.reserve_space(&token(), 100).await.unwrap();
    assert_eq!(names(&fixture).len(), 3);
    // Other writes keep it.
    fixture.vault().write(&token(), &secret()).await.unwrap();
    assert_eq!(names(&fixture).len(), 3);
    drop(reservation);
    assert_eq!(names(&fixture), ["vault.json", "vault.lock"]);
}
