//! A disk that is full and a folder that cannot be written, while a sign-in is renewed.
//!
//! The disk is a small `tmpfs` in a mount namespace of the process. Making one requires a permission that root has
//! and that most systems give every user. Without it the tests fail with a message.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use patchbay_model::{ConnectorId, ToolRun};
use patchbay_ops::{Context, NeedKind, list_needs};
use patchbay_playground::{Endpoint, Playground};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::process::Role;
use super::{add, open, playground, sign_in};
use crate::support::{Child, TIMEOUT, oauth, receive_line, send_line};

/// Room for a new database, its journal and the vault, and not much more.
const DISK_MIB: u32 = 8;

/// Duration of a token refresh at the server, where something happens meanwhile.
const WAITS: Duration = Duration::from_secs(4);

/// A process on a small disk, signed in.
struct Bench {
    playground: Playground,
    process: Child,
    _folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let playground = playground().await;
        let folder = tempfile::tempdir().unwrap();
        let role = "faults::disk::does_as_it_is_told";
        let url = playground.url();
        let mut process = Child::start_on_small_disk(role, folder.path(), DISK_MIB, url.as_str());
        assert_eq!(process.receive_line().await, "signed in");
        Self {
            playground,
            process,
            _folder: folder,
        }
    }

    /// Starts a run whose token refresh waits at the server for a while.
    async fn ask_the_server(&mut self) {
        let refreshes = self.playground.refreshes();
        self.playground.configure(|switches| {
            switches.delays.insert(Endpoint::Token, WAITS);
        });
        self.playground.expire_access_tokens();
        self.does("begin", "begun").await;
        let asked = self
            .playground
            .wait_until(|it| it.refreshes() > refreshes, TIMEOUT);
        assert!(asked.await, "the server was not asked");
    }

    /// Sends an order to the process, which has to answer like this.
    async fn does(&mut self, word: &str, answer: &str) {
        assert_eq!(self.process.ask(word).await, answer, "{word}");
    }

    /// Renews a sign-in that cannot be saved.
    async fn renew_unsaved(&mut self) {
        self.ask_the_server().await;
        self.does("read only", "read only").await;
        self.does("end", "ran").await;
        self.stop_waiting();
        self.does("unsaved", "1").await;
    }

    async fn ends(self) {
        assert!(self.process.end().await.success());
    }

    /// Ends the process and checks that nobody had to sign in again.
    async fn ends_signed_in(self) {
        assert_eq!(self.playground.consents_shown(), 1);
        self.ends().await;
    }

    /// Lets the server answer at once from now on.
    fn stop_waiting(&self) {
        self.playground
            .configure(|switches| switches.delays.clear());
    }
}

#[tokio::test]
async fn on_a_full_disk_the_server_is_not_asked_for_what_could_not_be_saved() {
    let mut bench = Bench::new().await;
    bench.does("fill", "full").await;
    bench.playground.expire_access_tokens();
    for _ in 0..3 {
        // Which one depends on what is written first.
        let output = bench.process.ask("run").await;
        let is_told = output.contains("file.failed") || output.contains("store.failed");
        assert!(is_told, "{output}");
    }
    assert_eq!(bench.playground.refreshes(), 0, "the server was asked");
    bench.does("free", "freed").await;
    // The first call afterwards may still report that the history of the one before could not be written.
    if bench.process.ask("run").await != "ran" {
        bench.does("run", "ran").await;
    }
    assert_eq!(bench.playground.refreshes(), 1);
    bench.ends().await;
}

#[tokio::test]
async fn a_disk_that_fills_while_the_server_is_asked_loses_no_sign_in() {
    let mut bench = Bench::new().await;
    bench.ask_the_server().await;
    bench.does("fill", "full").await;
    // Its answer cannot be written to the history, but the caller gets it.
    bench.does("end", "ran").await;
    bench.stop_waiting();
    bench.does("unsaved", "0").await;
    bench.does("free", "freed").await;
    bench.does("reopen", "reopened").await;
    bench.does("run", "ran").await;
    assert_eq!(bench.playground.refreshes(), 1);
    bench.playground.expire_access_tokens();
    bench.does("run", "ran").await;
    bench.ends_signed_in().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_keeps_the_server_from_being_asked() {
    let mut bench = Bench::new().await;
    bench.does("read only", "read only").await;
    bench.playground.expire_access_tokens();
    let output = bench.process.ask("run").await;
    assert!(output.contains("file.failed"), "{output}");
    assert_eq!(bench.playground.refreshes(), 0, "the server was asked");
    bench.does("writable", "writable").await;
    bench.does("run", "ran").await;
    bench.ends().await;
}

#[tokio::test]
async fn a_token_that_cannot_be_saved_is_used_told_of_and_saved_when_it_can_be() {
    let mut bench = Bench::new().await;
    bench.renew_unsaved().await;
    // The new token is used from memory, and the old one is not sent again.
    bench.does("run", "ran").await;
    assert_eq!(bench.playground.refreshes(), 1);
    // No further token is requested while one is in memory that cannot be saved.
    bench.does("writable", "writable").await;
    bench.playground.expire_access_tokens();
    bench.does("run", "ran").await;
    bench.does("unsaved", "0").await;
    bench.does("reopen", "reopened").await;
    bench.playground.expire_access_tokens();
    bench.does("run", "ran").await;
    bench.ends_signed_in().await;
}

#[tokio::test]
async fn a_token_that_could_not_be_saved_is_saved_at_the_end() {
    let mut bench = Bench::new().await;
    bench.renew_unsaved().await;
    bench.does("writable", "writable").await;
    bench.does("reopen", "reopened").await;
    bench.playground.expire_access_tokens();
    bench.does("run", "ran").await;
    bench.ends().await;
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn does_as_it_is_told() {
    let Some(role) = Role::take() else { return };
    let mut cx = open(&role.folder).await;
    let connector = add(&cx, &role.topic, oauth()).await.id;
    sign_in(&cx, &connector).await;
    send_line("signed in");
    let filler = role.folder.join("filler");
    let data = role.folder.join("home/data");
    let mut begun: Option<JoinHandle<String>> = None;
    while let Some(word) = next_command().await {
        let answer = match word.as_str() {
            "fill" => {
                fill(&filler);
                "full".to_owned()
            }
            "free" => {
                fs::remove_file(&filler).unwrap();
                "freed".to_owned()
            }
            // Open files stay open: the history can be written, but no file can be created or replaced.
            "read only" => {
                run(Command::new("mount").arg("--bind").args([&data, &data]));
                let read_only = ["-o", "remount,bind,ro"];
                run(Command::new("mount").args(read_only).arg(&data));
                word
            }
            "writable" => {
                // Lazily: what was opened meanwhile may still be read.
                run(Command::new("umount").arg("--lazy").arg(&data));
                word
            }
            "run" => tried(&cx, &connector, "hi").await,
            "begin" => {
                let (cx, connector) = (cx.clone(), connector.clone());
                // A large answer is written before its run is over.
                let large = "hi".repeat(150 * 1024);
                let run = async move { tried(&cx, &connector, &large).await };
                begun = Some(tokio::spawn(run));
                "begun".to_owned()
            }
            "end" => begun.take().unwrap().await.unwrap(),
            "unsaved" => unsaved(&cx).await.to_string(),
            "reopen" => {
                cx.close().await;
                cx = open(&role.folder).await;
                "reopened".to_owned()
            }
            other => panic!("{other} is no word of this role"),
        };
        send_line(&answer);
    }
    cx.close().await;
}

/// Reads the next order of the parent without blocking the runtime.
async fn next_command() -> Option<String> {
    tokio::task::spawn_blocking(receive_line).await.unwrap()
}

/// Runs a tool; what came of it in words.
async fn tried(cx: &Context, connector: &ConnectorId, message: &str) -> String {
    let arguments = serde_json::json!({ "message": message });
    let request = crate::support::request(connector, "echo", arguments);
    match patchbay_ops::run_tool(cx, request, |_| {}).await {
        Ok(run) => outcome(&run),
        Err(error) => patchbay_model::Problem::from(error).code.to_string(),
    }
}

fn outcome(run: &ToolRun) -> String {
    match &run.summary.problem {
        None => "ran".to_owned(),
        Some(problem) => format!("{} {:?}", problem.code, problem.detail),
    }
}

/// Number of renewed sign-ins that are in memory only. Each is reported first among what needs the user.
async fn unsaved(cx: &Context) -> usize {
    let needs = list_needs(cx).await.unwrap();
    let told = needs.iter().filter(|need| need.kind == NeedKind::Unsaved);
    for need in told.clone() {
        assert_eq!(need.code.unwrap().as_str(), "vault.unsaved");
        assert_eq!(needs[0].kind, NeedKind::Unsaved);
    }
    told.count()
}

/// Takes all the room that is left.
fn fill(filler: &Path) {
    let mut file = fs::File::create(filler).unwrap();
    for size in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
}

fn run(command: &mut Command) {
    let ended = command.status().unwrap();
    assert!(ended.success(), "{command:?}: {ended}");
}
