use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use patchbay_model::{AccountId, AuthorizationId, ConnectorId, Explain, RunId, WalletEntryId};
use patchbay_model::{Code, RunQuery, RunState};
use rusqlite::Connection;

use super::*;
use crate::migrations::newest_version;
use crate::samples::{connector, open_again, run, save_connector, store};
use crate::tables::TABLES;

/// A file of version 1 with a row in every table.
const VERSION_1: &str = include_str!("../../fixtures/version-1.sql");

/// Tables, indexes and triggers of the file, as their SQL.
fn schema(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn version_1_is_migrated_with_all_its_rows() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("old.sqlite");
    Connection::open(&path)
        .unwrap()
        .execute_batch(VERSION_1)
        .unwrap();
    let store = Store::open(&path).await.unwrap();

    let ids: Vec<AccountId> = store
        .list_accounts()
        .await
        .unwrap()
        .into_iter()
        .map(|a| a.id)
        .collect();
    assert_eq!(ids, [AccountId::local(), AccountId::new("a1")]);
    let id = ConnectorId::new("c1");
    assert_eq!(
        store.find_connector(&id).await.unwrap(),
        Some(connector("c1", "github"))
    );
    assert!(
        store
            .restore_connector(&ConnectorId::new("c2"), |name, _| name)
            .await
            .unwrap()
    );
    assert!(
        store
            .find_tool(&id, "search_issues")
            .await
            .unwrap()
            .is_some()
    );
    let entry = store
        .find_wallet_entry(&WalletEntryId::new("w1"))
        .await
        .unwrap();
    assert_eq!(entry.unwrap().name, "GitHub as Ada");
    let registrations = store.find_registrations("https://mcp.example/mcp", "https://auth.example");
    assert_eq!(registrations.await.unwrap().len(), 1);
    assert!(
        store
            .find_run(&RunId::new("run-000001"))
            .await
            .unwrap()
            .is_some()
    );
    let words = RunQuery::parse("zeppelin status:done");
    assert_eq!(store.list_runs(&words).await.unwrap().total, 1);
    let authorization = store
        .find_authorization(&AuthorizationId::new("z1"))
        .await
        .unwrap();
    assert!(authorization.is_some());

    let fresh = home.path().join("new.sqlite");
    Store::open(&fresh).await.unwrap();
    assert_eq!(schema(&path), schema(&fresh));
}

#[tokio::test]
async fn a_newer_file_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    let newer = newest_version(TABLES) + 1;
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE theirs (a)").unwrap();
    connection
        .pragma_update(None, "user_version", newer)
        .unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();

    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, Error::TooNew { found, .. } if found == newer));
    assert_eq!(error.code(), Code::StoreTooNew);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn nothing_is_written_to_a_file_that_was_migrated_since() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    let store = Store::open(&path).await.unwrap();
    let names = || vec!["days".to_owned()];
    store.put_settings(names(), &30).await.unwrap();
    let newer = newest_version(TABLES) + 1;
    let program = Connection::open(&path).unwrap();
    program.pragma_update(None, "user_version", newer).unwrap();
    let refused = store.put_settings(names(), &40).await.unwrap_err();
    assert_eq!(refused.code(), Code::StoreTooNew);
    assert_eq!(store.find_setting("days").await.unwrap(), Some(30));
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    std::fs::write(&path, "something else of the user's ".repeat(100)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert_eq!(error.code(), Code::StoreFailed);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    std::fs::write(&path, "no database").unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    let name = path.display().to_string();
    assert!(error.to_string().contains(&name), "{error}");
    assert!(error.hint().unwrap().starts_with("Move the file away"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_user_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("share/patchbay");
    let path = folder.join("patchbay.sqlite");
    let store = Store::open(&path).await.unwrap();
    save_connector(&store, "c1", "github").await;
    assert_eq!(mode(&folder), 0o700);
    for name in [
        "patchbay.sqlite",
        "patchbay.sqlite-wal",
        "patchbay.sqlite-shm",
    ] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn an_error_names_the_folder_that_cannot_be_created() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("patchbay.sqlite"))
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::File { path, .. } if *path == file));
    assert_eq!(error.code(), Code::FileFailed);
}

#[tokio::test]
async fn two_handles_see_each_other() {
    let (home, one) = store().await;
    let two = open_again(&home).await;
    let (a, b) = (connector("c1", "a"), connector("c2", "b"));
    let (first, second) = tokio::join!(one.save_connector(&a), two.save_connector(&b));
    first.and(second).unwrap();
    assert_eq!(one.list_connectors().await.unwrap(), [a.clone(), b.clone()]);
    assert_eq!(two.list_connectors().await.unwrap(), [a, b]);

    one.open_run(&run(1)).await.unwrap();
    let alive = two.liveness();
    assert_eq!(two.close_orphans(alive).await.unwrap(), []);
    drop(one);
    let alive = two.liveness();
    assert_eq!(
        two.close_orphans(alive).await.unwrap(),
        [RunId::new("run-000001")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_do_not_wait_for_a_write() {
    let (_home, store) = store().await;
    save_connector(&store, "c1", "github").await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (end, ended) = std::sync::mpsc::channel();
    let long = store.write(move |tx| {
        tx.execute("DELETE FROM connectors", [])?;
        begun.send(()).unwrap();
        ended.recv().unwrap();
        Ok(())
    });
    let reads = async {
        has_begun.await.unwrap();
        for _ in 0..3 * READERS {
            assert_eq!(store.list_connectors().await.unwrap().len(), 1);
        }
        end.send(()).unwrap();
    };
    let (written, ()) = tokio::join!(long, reads);
    written.unwrap();
    assert_eq!(store.list_connectors().await.unwrap(), []);
}

/// Path of the database and number of the run, for [`as_another_process`].
const PATH: &str = "PATCHBAY_STORE_TEST_PATH";
const NUMBER: &str = "PATCHBAY_STORE_TEST_RUN";

#[tokio::test]
#[ignore = "the tests below start it as another process"]
async fn as_another_process() {
    let path = PathBuf::from(std::env::var_os(PATH).unwrap());
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    let store = Store::open(&path).await.unwrap();
    store.open_run(&run(number)).await.unwrap();
    writeln!(std::io::stdout(), "\nready").unwrap();
    // Until the parent process closes the pipe or ends.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

fn start_process(path: &Path, number: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::tests::as_another_process",
            "--ignored",
            "--nocapture",
        ])
        .env(PATH, path)
        .env(NUMBER, number.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_until_ready(process: &mut Child) {
    let mut lines = BufReader::new(process.stdout.as_mut().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap() == "ready"),
        "the process ended early"
    );
}

#[tokio::test]
async fn processes_open_a_missing_file_at_once_and_a_killed_one_leaves_an_orphan() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    let mut processes: Vec<Child> = (1..=4).map(|number| start_process(&path, number)).collect();
    processes.iter_mut().for_each(wait_until_ready);

    let store = Store::open(&path).await.unwrap();
    let running = RunQuery::parse("status:running");
    assert_eq!(store.list_runs(&running).await.unwrap().total, 4);
    assert_eq!(store.close_orphans(store.liveness()).await.unwrap(), []);

    processes[2].kill().unwrap();
    processes[2].wait().unwrap();
    let closed = store.close_orphans(store.liveness()).await.unwrap();
    assert_eq!(closed, [RunId::new("run-000003")]);
    let run = store.find_run(&closed[0]).await.unwrap().unwrap();
    assert_eq!(run.summary.state, RunState::Failed);
    assert_eq!(store.list_runs(&running).await.unwrap().total, 3);

    for mut process in processes {
        drop(process.stdin.take());
        process.wait().unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_place_of_the_database_is_refused_and_what_it_leads_to_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let elsewhere = home.path().join("elsewhere.sqlite");
    Store::open(&elsewhere).await.unwrap();
    let before = std::fs::read(&elsewhere).unwrap();
    let path = home.path().join("patchbay.sqlite");
    for target in [elsewhere.clone(), home.path().join("missing")] {
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let error = Store::open(&path).await.unwrap_err();
        assert!(matches!(&error, Error::NotPlain { path: found, .. } if *found == path));
        assert_eq!(error.code(), Code::FileFailed);
        assert!(error.to_string().contains("a symbolic link"));
        std::fs::remove_file(&path).unwrap();
    }
    assert_eq!(std::fs::read(&elsewhere).unwrap(), before);
    assert!(!home.path().join("missing").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_place_of_the_database_is_refused_at_once() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    let mut mkfifo = Command::new("mkfifo");
    assert!(mkfifo.arg(&path).status().unwrap().success());
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, Error::NotPlain { .. }), "{error}");
}

#[tokio::test]
async fn a_path_may_be_longer_than_windows_usually_takes() {
    let home = tempfile::tempdir().unwrap();
    let deep = (0..6).fold(home.path().to_owned(), |folder, _| {
        folder.join("deep".repeat(15))
    });
    let path = deep.join("patchbay.sqlite");
    drop(Store::open(&path).await.unwrap());
    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.list_accounts().await.unwrap().len(), 1);
    assert!(path.is_file());
}

#[tokio::test]
async fn a_journal_is_not_left_to_the_next_process() {
    const LONG: u64 = 512 * 1024;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    let journal = home.path().join("patchbay.sqlite-wal");
    let length = || std::fs::metadata(&journal).map_or(0, |journal| journal.len());
    let store = Store::open(&path).await.unwrap();
    let mut wide = connector("c1", "github");
    let mut written = 0;
    while length() < LONG {
        written += 1;
        wide.title = format!("{written} {}", "x".repeat(10_000));
        store.save_connector(&wide).await.unwrap();
    }
    drop(store);
    assert_eq!(length(), 0);

    let store = Store::open(&path).await.unwrap();
    let found = store.find_connector(&wide.id).await.unwrap();
    assert_eq!(found.map(|found| found.title), Some(wide.title));
    wide.title = "one more".to_owned();
    store.save_connector(&wide).await.unwrap();
    drop(store);
    assert_eq!(length(), 0);
}

/// Without its lock another program that closes the file takes itself for the last one, and deletes the journal.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_was_there_before_is_locked_while_it_is_open() {
    use std::os::unix::fs::MetadataExt as _;

    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("patchbay.sqlite");
    let first = Store::open(&path).await.unwrap();
    drop(Store::open(&path).await.unwrap());
    first.list_accounts().await.unwrap();
    let (process, file) = (std::process::id(), std::fs::metadata(&path).unwrap().ino());
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let is_ours = |lock: &str| {
        let mut words = lock.split_whitespace();
        words.any(|word| word == process.to_string())
            && words.any(|word| word.ends_with(&format!(":{file}")))
    };
    assert!(locks.lines().any(is_ours), "{locks}");
}
