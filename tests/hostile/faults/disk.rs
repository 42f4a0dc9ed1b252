//! A disk that is full and a folder that cannot be written, while a sign-in is renewed.
//!
//! The disk is a real one, a small `tmpfs` in a namespace of mounts of the process's own: it takes the right to
//! make one, which an administrator has and most systems give everybody. Where it is missing the tests fail
//! and say so.

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

use super::process::{Role, Victim, receive_line, send_line};
use super::{add, open, playground, sign_in};
use crate::support::{TIMEOUT, oauth};

/// Room for a new database, its journal and the vault, and not much more.
const DISK_MIB: u32 = 8;

/// How long the server takes to renew a token where something is to happen meanwhile.
const WAITS: Duration = Duration::from_secs(4);

/// A process on a small disk, signed in.
struct Bench {
    playground: Playground,
    process: Victim,
    _folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let playground = playground().await;
        let folder = tempfile::tempdir().unwrap();
        let role = "faults::disk::does_as_it_is_told";
        let url = playground.url();
        let mut process = Victim::start_on_small_disk(role, folder.path(), DISK_MIB, url.as_str());
        assert_eq!(process.receive_line().await, "signed in");
        Self {
            playground,
            process,
            _folder: folder,
        }
    }

    /// Has a run begin whose refresh waits at the server for a while.
    async fn ask_the_server(&mut self) {
        let refreshes = self.playground.refreshes();
        self.playground.turn(|switches| {
            switches.delays.insert(Endpoint::Token, WAITS);
        });
        self.playground.expire_access_tokens();
        assert_eq!(self.process.ask("begin").await, "begun");
        let asked = self
            .playground
            .wait_until(|it| it.refreshes() > refreshes, TIMEOUT);
        assert!(asked.await, "the server was not asked");
    }

    /// Has the server answer at once from now on.
    fn stop_waiting(&self) {
        self.playground.turn(|switches| switches.delays.clear());
    }
}

#[tokio::test]
async fn on_a_full_disk_the_server_is_not_asked_for_what_could_not_be_saved() {
    let mut bench = Bench::new().await;
    assert_eq!(bench.process.ask("fill").await, "full");
    bench.playground.expire_access_tokens();
    for _ in 0..3 {
        // Which of them it is depends on what is written first.
        let output = bench.process.ask("run").await;
        let is_told = output.contains("file.failed") || output.contains("store.failed");
        assert!(is_told, "{output}");
    }
    assert_eq!(bench.playground.refreshes(), 0, "the server was asked");
    assert_eq!(bench.process.ask("free").await, "freed");
    // The first call after it may still tell that the history of the one before could not be written.
    if bench.process.ask("run").await != "ran" {
        assert_eq!(bench.process.ask("run").await, "ran");
    }
    assert_eq!(bench.playground.refreshes(), 1);
    assert!(bench.process.end().await.success());
}

#[tokio::test]
async fn a_disk_that_fills_while_the_server_is_asked_loses_no_sign_in() {
    let mut bench = Bench::new().await;
    bench.ask_the_server().await;
    assert_eq!(bench.process.ask("fill").await, "full");
    // Its answer cannot be written into the history; whoever asked for it has it all the same.
    assert_eq!(bench.process.ask("end").await, "ran");
    bench.stop_waiting();
    assert_eq!(bench.process.ask("unsaved").await, "0");
    assert_eq!(bench.process.ask("free").await, "freed");
    assert_eq!(bench.process.ask("reopen").await, "reopened");
    assert_eq!(bench.process.ask("run").await, "ran");
    assert_eq!(bench.playground.refreshes(), 1);
    bench.playground.expire_access_tokens();
    assert_eq!(bench.process.ask("run").await, "ran");
    assert_eq!(
        bench.playground.consents_shown(),
        1,
        "nobody signed in again"
    );
    assert!(bench.process.end().await.success());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_keeps_the_server_from_being_asked() {
    let mut bench = Bench::new().await;
    assert_eq!(bench.process.ask("read only").await, "read only");
    bench.playground.expire_access_tokens();
    let output = bench.process.ask("run").await;
    assert!(output.contains("file.failed"), "{output}");
    assert_eq!(bench.playground.refreshes(), 0, "the server was asked");
    assert_eq!(bench.process.ask("writable").await, "writable");
    assert_eq!(bench.process.ask("run").await, "ran");
    assert!(bench.process.end().await.success());
}

#[tokio::test]
async fn a_token_that_cannot_be_saved_is_used_told_of_and_saved_when_it_can_be() {
    let mut bench = Bench::new().await;
    bench.ask_the_server().await;
    assert_eq!(bench.process.ask("read only").await, "read only");
    assert_eq!(bench.process.ask("end").await, "ran");
    bench.stop_waiting();
    assert_eq!(bench.process.ask("unsaved").await, "1");
    // It is used from memory, and the spent one is not sent again.
    assert_eq!(bench.process.ask("run").await, "ran");
    assert_eq!(bench.playground.refreshes(), 1);
    // What cannot be saved is not asked for while one is in memory already.
    assert_eq!(bench.process.ask("writable").await, "writable");
    bench.playground.expire_access_tokens();
    assert_eq!(bench.process.ask("run").await, "ran");
    assert_eq!(bench.process.ask("unsaved").await, "0");
    assert_eq!(bench.process.ask("reopen").await, "reopened");
    bench.playground.expire_access_tokens();
    assert_eq!(bench.process.ask("run").await, "ran");
    assert_eq!(
        bench.playground.consents_shown(),
        1,
        "nobody signed in again"
    );
    assert!(bench.process.end().await.success());
}

#[tokio::test]
async fn a_token_that_could_not_be_saved_is_saved_at_the_end() {
    let mut bench = Bench::new().await;
    bench.ask_the_server().await;
    assert_eq!(bench.process.ask("read only").await, "read only");
    assert_eq!(bench.process.ask("end").await, "ran");
    bench.stop_waiting();
    assert_eq!(bench.process.ask("unsaved").await, "1");
    assert_eq!(bench.process.ask("writable").await, "writable");
    assert_eq!(bench.process.ask("reopen").await, "reopened");
    bench.playground.expire_access_tokens();
    assert_eq!(bench.process.ask("run").await, "ran");
    assert!(bench.process.end().await.success());
}

#[tokio::test]
#[ignore = "a role for another test's process"]
async fn does_as_it_is_told() {
    let Some(role) = Role::take() else { return };
    let mut cx = open(&role.folder).await;
    let connector = add(&cx, &role.topic, oauth(None)).await.id;
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
            // What is open stays so: the history can be written, and no file can be made or replaced.
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

/// The next word of the parent, without keeping the runtime from its work.
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

/// How many renewed sign-ins are in memory alone; each is told of as the first thing that needs a person.
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
