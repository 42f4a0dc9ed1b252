//! Servers that outlive the commands that use them.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::process::Stdio;
use std::time::Duration;

use super::*;

/// Programs whose servers outlive the command that started them; the end of the test ends them.
pub(super) struct Sessions(pub(super) Programs);

impl Deref for Sessions {
    type Target = Programs;

    fn deref(&self) -> &Programs {
        &self.0
    }
}

impl Sessions {
    pub(super) async fn new(manner: &str) -> Self {
        let mut harness = Programs::new().await;
        harness.add(manner, &["--allow"]).await.succeeded();
        harness.terminal.keeps_sessions = true;
        Self(harness)
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
        let server = &pids(&self.pids)[0];
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
        let mut command = self.command(&["session", "end", "--all"]);
        drop(command.as_std_mut().output());
    }
}

#[tokio::test]
async fn commands_with_and_without_a_person_share_a_server() {
    let harness = Sessions::new("asks").await;
    harness.does("connector connect files").await;
    let alone = harness.run(&RUN).await;
    alone.succeeded();
    alone.assert_stdout(r#"{"action": "cancel"}"#);
    alone.assert_stderr("The server asked something, and nobody could answer.");
    let shown = harness.find_run(0).await;
    assert_eq!(shown["questions"][0]["reply"], "not_shown", "{shown}");

    let steps = [
        ("Your name [Ada]: ", "\n"),
        ("(optional): ", "2\n"),
        ("[c]ancel: ", "y\n"),
    ];
    let asked = harness.typed(&RUN, &steps).await;
    asked.assert_stdout(r#""content": {"color": "g", "name": "Ada"}"#);
    assert_eq!(pids(&harness.pids).len(), 1, "started once");
}

#[tokio::test]
async fn a_server_remembers_from_command_to_command() {
    let harness = Sessions::new("well").await;
    harness.does("connector connect files").await;
    let first = harness.heard().await;
    let second = harness.heard().await;
    assert!(second > first, "{first} {second}");
    assert_eq!(pids(&harness.pids).len(), 1, "started once");

    let folder = harness.home.path().join("patchbay/data/sessions");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let socket = folder.join("host.sock");
    assert!(std::fs::metadata(&socket).unwrap().file_type().is_socket());
    assert_eq!(mode(&socket), 0o600);

    let own = harness
        .run(&[&RUN[..], &["--own-session", "--json"]].concat())
        .await;
    own.succeeded();
    let started = pids(&harness.pids);
    assert_eq!(started.len(), 2);
    assert!(!lives(&started[1]), "it ended with its command");

    let listed = harness.json("sessions list").await;
    assert_eq!(listed[0]["name"], "files", "{listed}");
    assert_eq!(listed[0]["pid"].to_string(), started[0]);
    assert!(listed[0]["memoryKib"].as_u64() > Some(1000), "{listed}");
    let check = harness.json("connector check files").await;
    let note = check["steps"][1]["note"].as_str().unwrap();
    let process = format!("process {}, ", started[0]);
    assert!(
        note.starts_with(&process) && note.ends_with(" MB"),
        "{note}"
    );
    let note = &check["steps"][3]["note"];
    assert_eq!(
        *note,
        "MCP 2025-11-25, because local servers can ask questions in it"
    );
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let shown = harness.does("session list").await;
    shown.assert_stdout("python3");
    let ended = harness.does("session end files").await;
    assert_eq!(ended.stderr, "Ended 1 session.\n");
    assert!(harness.nothing_lives());
    let none = harness.does("session list").await;
    assert_eq!(none.stderr, "No sessions.\n");

    // Begun anew, and gone with the connector.
    assert!(harness.heard().await < second);
    assert!(!harness.nothing_lives());
    harness.does("connector disconnect files").await;
    assert!(harness.nothing_lives());
}

#[tokio::test]
async fn terminals_with_other_passwords_of_a_proxy_share_a_server() {
    let harness = Sessions::new("well").await;
    harness.does("connector connect files").await;
    for password in ["first", "second"] {
        let mut command = harness.command(&words("tool run files echo --yes"));
        command.env("HTTPS_PROXY", format!("http://me:{password}@127.0.0.1:9"));
        let done = command.output().await.unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    assert_eq!(pids(&harness.pids).len(), 1, "started once");
}

#[tokio::test]
async fn a_file_that_a_shell_left_open_for_a_command_is_closed_with_it() {
    let harness = Sessions::new("well").await;
    let patchbay = harness.command(&words("tool run files echo --yes"));
    let patchbay = patchbay.as_std();
    // As the pipe of the output, which is read to its end, the lock of `flock` would be passed on.
    let mut shell = tokio::process::Command::new("sh");
    shell
        .args(["-c", r#"exec "$@" 9>&1 >&2"#, "sh"])
        .arg(patchbay.get_program())
        .args(patchbay.get_args())
        .envs(
            patchbay
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::null());
    let output = tokio::time::timeout(Duration::from_secs(30), shell.output()).await;
    let output = output.expect("the file is still open").unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!harness.nothing_lives(), "its server is kept");
}

#[tokio::test]
async fn whoever_holds_sessions_ends_them_however_it_ends() {
    let harness = Sessions::new("deaf").await;
    for (signal, is_heard) in [("-TERM", true), ("-KILL", false)] {
        drop(std::fs::remove_file(&harness.pids));
        harness.does("connector connect files").await;
        assert!(!harness.nothing_lives());
        let host = harness.host();
        kill(signal, &host);
        wait_until("something was left", || {
            harness.nothing_lives() && !lives(&host)
        })
        .await;
        let socket = "patchbay/data/sessions/host.sock";
        let socket = harness.home.path().join(socket);
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
    assert_eq!(pids(&harness.pids).len(), 1);
}
