//! Sessions at servers of the web that outlive the commands that use them.

use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use patchbay_playground::{LoggedRequest, Playground, Switches};

use super::terminal::{Terminal, words};

/// A terminal whose commands leave their sessions to the next one, and a server that counts calls for each session.
struct Sessions(Terminal);

impl Deref for Sessions {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.0
    }
}

impl Sessions {
    async fn new() -> Self {
        let mut terminal = Terminal::new().await;
        let url = terminal.playground.at("sessions/mcp");
        terminal.add(url.as_str(), &[]).await;
        terminal.does("connector connect play").await;
        terminal.playground.clear_log();
        terminal.keeps_sessions = true;
        Self(terminal)
    }

    /// How often the tool was called in the session of that command.
    async fn count(&self, more: &[&str]) -> u32 {
        let run = [&["tool", "run", "play", "count", "--json"], more].concat();
        let run = self.run(&run).await;
        run.succeeded();
        let content = run.document()["result"]["content"][0]["text"].clone();
        content.as_str().unwrap().parse().unwrap()
    }

    fn handshakes(&self) -> usize {
        let begins = |method: Option<String>| method.as_deref() == Some("initialize");
        self.playground
            .count(|request| begins(request.rpc_method()))
    }

    fn deletions(&self) -> usize {
        self.playground.count(|request| request.method == "DELETE")
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("patchbay/data/sessions/http")
    }

    /// The files in which sessions are left.
    fn records(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.folder()) else {
            return Vec::new();
        };
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Has the session left behind long ago.
    fn age(&self) {
        let [path] = &self.records()[..] else {
            panic!("not one record");
        };
        let text = std::fs::read(path).unwrap();
        let mut record: serde_json::Value = serde_json::from_slice(&text).unwrap();
        record["used"] = "2026-01-01T00:00:00Z".into();
        std::fs::write(path, record.to_string()).unwrap();
    }
}

impl Drop for Sessions {
    /// Nothing is left behind, a process that answers for a session included.
    fn drop(&mut self) {
        let mut command = self.command(&["session", "end", "--all"]);
        drop(command.as_std_mut().output());
    }
}

#[tokio::test]
async fn a_session_goes_on_from_command_to_command() {
    let harness = Sessions::new().await;
    assert_eq!(harness.count(&[]).await, 1);
    assert_eq!(harness.count(&[]).await, 2);
    assert_eq!(harness.count(&[]).await, 3);
    assert_eq!((harness.handshakes(), harness.deletions()), (1, 0));

    assert_eq!(harness.count(&["--own-session"]).await, 1);
    assert_eq!((harness.handshakes(), harness.deletions()), (2, 1));
    assert_eq!(harness.count(&[]).await, 4);

    // Its id is for the server alone.
    let sent = harness.playground.log();
    let mut ids = sent
        .iter()
        .filter_map(|request| request.header("mcp-session-id"));
    let id = ids.next_back().unwrap().to_owned();
    let listed = harness.does("session list --json").await;
    let shown = harness.does("session list").await;
    let run = harness.run(&["run", "show", "last", "--json"]).await;
    for shown in [&listed, &shown, &run] {
        assert!(!shown.transcript().contains(&id), "{shown:?}");
    }
    let database = std::fs::read(harness.home.path().join("patchbay/data/patchbay.db")).unwrap();
    let bytes = id.as_bytes();
    assert!(!database.windows(bytes.len()).any(|found| found == bytes));
    let listed = listed.document();
    assert_eq!(listed[0]["name"], "play", "{listed}");
    assert_eq!(listed[0]["pid"], serde_json::Value::Null);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    shown.assert_stdout("/sessions/mcp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(harness.folder()), 0o700);
        assert_eq!(mode(harness.records().remove(0)), 0o600);
    }

    let ended = harness.does("session end play").await;
    assert_eq!(ended.stderr, "Ended 1 session.\n");
    assert_eq!((harness.records().len(), harness.deletions()), (0, 2));
    assert_eq!(harness.playground.sessions().await, 0);
    assert_eq!(harness.count(&[]).await, 1);
}

#[tokio::test]
async fn a_session_that_its_server_forgot_is_replaced_without_a_word() {
    let harness = Sessions::new().await;
    assert_eq!(harness.count(&[]).await, 1);
    harness.playground.forget_sessions().await;
    assert_eq!(harness.count(&[]).await, 1);
    assert_eq!(harness.handshakes(), 2);
    assert_eq!(harness.count(&[]).await, 2);
    assert_eq!(harness.handshakes(), 2);
}

#[tokio::test]
async fn a_session_that_nobody_uses_for_long_is_ended() {
    let harness = Sessions::new().await;
    assert_eq!(harness.count(&[]).await, 1);
    harness.age();
    let listed = harness.does("session list").await;
    assert_eq!(listed.stderr, "No sessions.\n");
    assert_eq!(harness.count(&[]).await, 1);
    assert_eq!((harness.handshakes(), harness.deletions()), (2, 1));
    assert_eq!(harness.playground.sessions().await, 1);
}

#[tokio::test]
async fn a_session_goes_with_what_it_belongs_to() {
    let harness = Sessions::new().await;
    let elsewhere = format!("{}?other", harness.playground.at("sessions/mcp"));
    let ends: [&[&str]; 3] = [
        &["connector", "disconnect", "play"],
        &["connector", "edit", "play", "--url", &elsewhere],
        &["connector", "remove", "play", "--yes"],
    ];
    for (ended, words) in ends.into_iter().enumerate() {
        assert_eq!(harness.count(&[]).await, 1, "{words:?}");
        assert_eq!(harness.records().len(), 1);
        harness.run(words).await.succeeded();
        assert_eq!(harness.records(), [] as [PathBuf; 0], "{words:?}");
        assert_eq!(harness.deletions(), ended + 1, "{words:?}");
        assert_eq!(harness.playground.sessions().await, 0);
    }
}

#[tokio::test]
async fn one_command_at_a_time_has_a_session() {
    let harness = Sessions::new().await;
    for calls in 1..=5 {
        assert_eq!(harness.count(&[]).await, calls);
    }
    let mut counted = futures::future::join_all((0..4).map(|_| harness.count(&[]))).await;
    counted.sort_unstable();
    assert!(counted[0] == 1 && counted[3] >= 6, "{counted:?}");
    // Of those that were left the oldest stays.
    assert_eq!(harness.records().len(), 1);
    assert_eq!(harness.playground.sessions().await, 1);
    assert_eq!(harness.count(&[]).await, counted[3] + 1);
}

/// As a browser's server does, which would close it.
#[tokio::test]
async fn a_server_that_asks_for_signs_of_life_gets_them_between_commands() {
    let harness = Sessions::new().await;
    let every = Duration::from_millis(500);
    let turn = |switches: &mut Switches| switches.session_pings = Some(every);
    harness.playground.configure(turn);
    for calls in 1..=3 {
        assert_eq!(harness.count(&[]).await, calls);
        let pongs = |playground: &Playground| {
            let is_pong = |request: &LoggedRequest| request.body.contains(r#""result":{}"#);
            playground.count(is_pong)
        };
        let before = pongs(&harness.playground);
        let answered = |playground: &Playground| pongs(playground) >= before + 3;
        let limit = Duration::from_secs(60);
        assert!(harness.playground.wait_until(answered, limit).await);
    }
    assert_eq!((harness.handshakes(), harness.deletions()), (1, 0));
    let ended = harness.does("session end --all").await;
    assert_eq!(ended.stderr, "Ended 1 session.\n");
    assert_eq!(harness.playground.sessions().await, 0);
}

/// Behind a proxy nothing else reaches the server.
#[tokio::test]
async fn signs_of_life_go_through_the_proxy_of_the_command() {
    let mut terminal = Terminal::new().await;
    terminal.keeps_sessions = true;
    let every = Duration::from_millis(500);
    let turn = |switches: &mut Switches| switches.session_pings = Some(every);
    terminal.playground.configure(turn);
    let proxy = terminal.playground.at("").to_string();
    let does = async |line: &str| {
        let mut command = terminal.command(&words(line));
        for name in ["HTTP_PROXY", "http_proxy"] {
            command.env(name, &proxy);
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        terminal.finish(command, "").await.succeeded();
    };
    does("connector add http://mcp.invalid/sessions/mcp --name play --auth none").await;
    does("connector connect play").await;
    does("tool run play count").await;
    let pongs = |playground: &Playground| {
        playground.count(|request| request.body.contains(r#""result":{}"#))
    };
    let before = pongs(&terminal.playground);
    let answered = |playground: &Playground| pongs(playground) >= before + 3;
    let limit = Duration::from_secs(60);
    assert!(terminal.playground.wait_until(answered, limit).await);
    does("session end --all").await;
}
