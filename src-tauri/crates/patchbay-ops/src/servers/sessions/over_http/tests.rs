use patchbay_model::{ConnectorId, Secret, WalletEntryId};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::*;
use crate::app_paths::AppPaths;
use crate::connectors::check::check_in_background;
use crate::connectors::tools::refresh_tools;
#[cfg(windows)]
use crate::servers::sessions::pipe as endpoint;
#[cfg(unix)]
use crate::servers::sessions::socket as endpoint;
use crate::testing::{UNREACHABLE_URL, add, open_temporary};

const MINUTE: Duration = Duration::from_secs(60);

fn session(id: &str) -> ResumableSession {
    ResumableSession {
        id: Secret::new(id),
        handshake: json!({ "protocolVersion": "2025-11-25" }),
        credentials: None,
        is_checked: false,
    }
}

fn at(minutes: u32) -> Timestamp {
    Timestamp::from_unix_millis(1_800_000_000_000).unwrap() + MINUTE * minutes
}

fn id_of(record: Option<&Record>) -> Option<String> {
    record.map(|record| record.session.id.expose().to_owned())
}

#[tokio::test]
async fn a_record_is_taken_once_by_its_connector() {
    let (home, cx) = open_temporary().await;
    let connector = add(&cx, UNREACHABLE_URL).await;
    let records = Records::new(&AppPaths::under(home.path()));
    let record = |id, since, used| {
        Record::new(
            &connector,
            binding(&connector),
            session(id),
            at(since),
            at(used),
        )
    };
    assert!(records.leave(record("a", 1, 1)).await.is_none());
    let listed = records.list(at(2)).await;
    assert_eq!(listed.len(), 1);
    // The older of two sessions is kept.
    let surplus = records.leave(record("b", 2, 2)).await;
    assert_eq!(id_of(surplus.as_ref()).as_deref(), Some("b"));
    let surplus = records.leave(record("c", 0, 2)).await;
    assert_eq!(id_of(surplus.as_ref()).as_deref(), Some("a"));

    let other = ConnectorId::new("con_other");
    assert!(records.take_over(&other, at(2)).await.0.is_none());
    let (found, expired) = records.take_over(&connector.id, at(2)).await;
    assert_eq!(
        (id_of(found.as_ref()).as_deref(), expired.len()),
        (Some("c"), 0)
    );
    assert!(records.take_over(&connector.id, at(2)).await.0.is_none());
    // Expired records of other connectors are returned too.
    assert!(records.leave(record("d", 0, 2)).await.is_none());
    let (found, expired) = records.take_over(&other, at(12)).await;
    assert!(found.is_none());
    assert_eq!(id_of(expired.first()).as_deref(), Some("d"));
    assert!(records.take(None).await.is_empty());
}

#[tokio::test]
async fn invalid_records_are_ignored() {
    let (home, cx) = open_temporary().await;
    let connector = add(&cx, UNREACHABLE_URL).await;
    let paths = AppPaths::under(home.path());
    let records = Records::new(&paths);
    let hostile = ConnectorId::new("../../escaped");
    let record = Record::new(&connector, String::new(), session("a"), at(0), at(0));
    let ours = records.leave(record.clone()).await;
    assert!(ours.is_none());
    let folder = paths.data.join("sessions").join("http");
    let file = folder.join(format!("{}.json", connector.id));
    for text in [
        "",
        "{}",
        "[1]",
        "null",
        &"[".repeat(10_000),
        &"x".repeat(3 << 20),
    ] {
        std::fs::write(&file, text).unwrap();
        assert!(records.list(at(0)).await.is_empty());
        let (found, expired) = records.take_over(&connector.id, at(0)).await;
        assert!(found.is_none() && expired.is_empty());
    }
    // A leftover of an interrupted write.
    let half = folder.join("con_1.json.part-0123456789abcdef");
    std::fs::write(&half, "{").unwrap();
    assert!(records.list(at(0)).await.is_empty());
    assert!(!half.exists());
    assert!(records.take_over(&hostile, at(0)).await.0.is_none());
    let mut elsewhere = record;
    elsewhere.connector = hostile;
    assert!(records.leave(elsewhere).await.is_none());
    assert!(!home.path().join("escaped.json").exists());
    #[cfg(unix)]
    {
        let secret = home.path().join("secret.json");
        std::fs::write(&secret, "{}").unwrap();
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(&secret, &file).unwrap();
        assert!(records.list(at(0)).await.is_empty());
    }
}

#[tokio::test]
async fn a_session_is_bound_to_the_settings() {
    let (_home, cx) = open_temporary().await;
    let connector = add(&cx, UNREACHABLE_URL).await;
    let known = binding(&connector);
    let mut renamed = connector.clone();
    renamed.title = "Another".to_owned();
    assert_eq!(binding(&renamed), known);
    let changes: [fn(&mut Connector); 4] = [
        |it| it.endpoint = Some("http://127.0.0.1:10/mcp".to_owned()),
        |it| it.identity.user = Some("lena".to_owned()),
        |it| it.roots = vec!["/srv".to_owned()],
        |it| {
            it.authentication = Authentication::Bearer {
                entry: WalletEntryId::new("wal_1"),
            }
        },
    ];
    for change in changes {
        let mut changed = connector.clone();
        change(&mut changed);
        assert_ne!(binding(&changed), known);
    }

    // No host is configured.
    assert!(lease(&cx, &connector).await.is_none());
    cx.host_sessions_here();
    let record = Record::new(&connector, known, session("a"), cx.now(), cx.now());
    let records = Records::new(cx.paths());
    assert!(records.leave(record.clone()).await.is_none());
    let mut moved = connector.clone();
    moved.endpoint = Some("http://127.0.0.1:10/mcp".to_owned());
    let taken = lease(&cx, &moved).await.unwrap();
    assert!(matches!(taken.life(), SessionLife::Resumable(None)));
    assert!(records.leave(record).await.is_none());
    let taken = lease(&cx, &connector).await.unwrap();
    let SessionLife::Resumable(Some(found)) = taken.life() else {
        panic!("it was not found");
    };
    assert_eq!(found.id.expose(), "a");
    cx.close().await;
}

/// Leaves a session to a host, and returns the requests that the host receives.
async fn requests_to_host(cx: &Context, connector: &Connector, id: &str) -> Vec<String> {
    let mut listener = endpoint::listen(cx.paths()).unwrap();
    let mut requests = Vec::new();
    let host = async {
        loop {
            let mut stream = BufReader::new(listener.accept().await.unwrap().await.unwrap());
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let envelope: Value = serde_json::from_str(&line).unwrap();
            let request = envelope["request"].as_object().unwrap();
            let name = request.keys().next().unwrap().clone();
            let response = match name.as_str() {
                "keep_alive" => "kept",
                _ => "released",
            };
            requests.push(name);
            let response = json!({ "version": "0.0.0", "response": response });
            let line = format!("{response}\n");
            stream.write_all(line.as_bytes()).await.unwrap();
        }
    };
    tokio::select! {
        () = keep_alive(cx, connector, session(id)) => {}
        () = host => {}
    }
    requests
}

#[tokio::test]
async fn a_session_that_was_taken_over_before_the_host_kept_it_is_released() {
    let (_home, cx) = open_temporary().await;
    cx.set_session_host("unused".into());
    let connector = add(&cx, UNREACHABLE_URL).await;
    let record = Record::new(&connector, String::new(), session("a"), cx.now(), cx.now());
    assert!(records(&cx).leave(record).await.is_none());
    assert_eq!(requests_to_host(&cx, &connector, "a").await, ["keep_alive"]);
    let taken = records(&cx).take_over(&connector.id, cx.now()).await;
    assert!(taken.0.is_some());
    assert_eq!(
        requests_to_host(&cx, &connector, "a").await,
        ["keep_alive", "release"]
    );
    cx.close().await;
}

/// Leaves a session of a connector, as another command does.
async fn leave_one(cx: &Context, connector: &Connector) {
    let known = session("a");
    let session = ResumableSession {
        credentials: Some("others".to_owned()),
        ..known
    };
    let bound = binding(connector);
    let record = Record::new(connector, bound, session, cx.now(), cx.now());
    assert!(records(cx).leave(record).await.is_none());
}

#[tokio::test]
async fn a_session_outlives_a_command_that_cannot_connect() {
    let (_home, cx) = open_temporary().await;
    cx.host_sessions_here();
    let mut connector = add(&cx, UNREACHABLE_URL).await;
    // Its credential is gone.
    connector.authentication = Authentication::Bearer {
        entry: WalletEntryId::new("wal_1"),
    };
    cx.store().save_connector(&connector).await.unwrap();
    leave_one(&cx, &connector).await;
    refresh_tools(&cx, &connector.id).await.unwrap_err();
    let left = async {
        while !is_left(&cx, &connector.id).await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(MINUTE, left).await.unwrap();
    cx.close().await;
}

#[tokio::test]
async fn a_background_check_takes_no_session() {
    let (_home, cx) = open_temporary().await;
    cx.host_sessions_here();
    let connector = add(&cx, UNREACHABLE_URL).await;
    leave_one(&cx, &connector).await;
    check_in_background(&cx, &connector.id).await.unwrap();
    assert!(is_left(&cx, &connector.id).await);
    let found = cx.store().find_connector(&connector.id).await.unwrap();
    assert_eq!(found.unwrap().status.checked_at, None);
    cx.close().await;
}
