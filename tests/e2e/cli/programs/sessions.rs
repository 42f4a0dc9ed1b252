//! Servers that outlive the commands that use them.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

use super::*;

/// A desk whose commands leave their servers to the process that holds them; nothing is left behind by the test.
pub(super) struct Sessions(pub(super) Programs);

impl Sessions {
    pub(super) async fn new(manner: &str) -> Self {
        let harness = Programs::new().await;
        harness.add(manner, &["--allow"]).await.succeeded();
        Self(harness)
    }

    pub(super) async fn run(&self, words: &[&str]) -> Done {
        let mut command = self.0.terminal.command(words);
        command.env_remove("PATCHBAY_OWN_SESSION");
        self.0.terminal.finish(command, "").await
    }

    /// How many messages the server has heard.
    async fn heard(&self) -> u32 {
        let run = self.run(&[&RUN[..], &["--json"]].concat()).await;
        run.succeeded();
        let content = run.document()["result"]["content"][0]["text"].clone();
        let text = content.as_str().unwrap_or_else(|| panic!("{run:?}"));
        text.parse().unwrap()
    }

    /// The process that holds the servers: the one above the first of them.
    fn host(&self) -> String {
        let server = &pids(&self.0.pids)[0];
        let listed = std::process::Command::new("ps")
            .args(["-o", "ppid=", "-p", server])
            .output()
            .unwrap();
        String::from_utf8(listed.stdout).unwrap().trim().to_owned()
    }
}

fn kill(signal: &str, pid: &str) {
    let killed = std::process::Command::new("kill")
        .args([signal, pid])
        .status();
    assert!(killed.unwrap().success());
}

impl Drop for Sessions {
    /// Nothing is left behind, the process that holds sessions included.
    fn drop(&mut self) {
        let mut command = self.0.terminal.command(&["session", "end", "--all"]);
        drop(command.as_std_mut().output());
    }
}

#[tokio::test]
async fn a_server_remembers_from_command_to_command() {
    let harness = Sessions::new("well").await;
    harness
        .run(&["connector", "connect", "files"])
        .await
        .succeeded();
    let first = harness.heard().await;
    let second = harness.heard().await;
    assert!(second > first, "{first} {second}");
    assert_eq!(pids(&harness.0.pids).len(), 1, "started once");

    let folder = harness
        .0
        .terminal
        .home
        .path()
        .join("patchbay/data/sessions");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let socket = folder.join("host.sock");
    assert!(std::fs::metadata(&socket).unwrap().file_type().is_socket());
    assert_eq!(mode(&socket), 0o600);

    let own = harness
        .run(&[&RUN[..], &["--own-session", "--json"]].concat())
        .await;
    own.succeeded();
    let started = pids(&harness.0.pids);
    assert_eq!(started.len(), 2);
    assert!(!lives(&started[1]), "it ended with its command");

    let listed = harness
        .run(&["sessions", "list", "--json"])
        .await
        .document();
    assert_eq!(listed[0]["name"], "files", "{listed}");
    assert_eq!(listed[0]["pid"].to_string(), started[0]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let shown = harness.run(&["session", "list"]).await;
    assert!(shown.stdout.contains("python3"), "{shown:?}");
    let ended = harness.run(&["session", "end", "files"]).await;
    assert_eq!(ended.stderr, "Ended 1 session.\n");
    assert!(harness.0.nothing_lives());
    let none = harness.run(&["session", "list"]).await;
    assert_eq!(none.stderr, "No sessions.\n");

    // Begun anew, and gone with the connector.
    assert!(harness.heard().await < second);
    assert!(!harness.0.nothing_lives());
    harness
        .run(&["connector", "disconnect", "files"])
        .await
        .succeeded();
    assert!(harness.0.nothing_lives());
}

#[tokio::test]
async fn whoever_holds_sessions_ends_them_however_it_ends() {
    let harness = Sessions::new("deaf").await;
    for (signal, is_heard) in [("-TERM", true), ("-KILL", false)] {
        drop(std::fs::remove_file(&harness.0.pids));
        harness
            .run(&["connector", "connect", "files"])
            .await
            .succeeded();
        assert!(!harness.0.nothing_lives());
        let host = harness.host();
        kill(signal, &host);
        wait_until("something was left", || {
            harness.0.nothing_lives() && !lives(&host)
        })
        .await;
        let socket = "patchbay/data/sessions/host.sock";
        let socket = harness.0.terminal.home.path().join(socket);
        assert_eq!(socket.exists(), !is_heard);
    }
}

#[tokio::test]
async fn commands_that_come_together_share_one_server() {
    let harness = Sessions::new("well").await;
    let runs = (0..4).map(|_| harness.heard());
    let mut heard = futures::future::join_all(runs).await;
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard.len(), 4, "each was heard by the same one: {heard:?}");
    assert_eq!(pids(&harness.0.pids).len(), 1);
}
