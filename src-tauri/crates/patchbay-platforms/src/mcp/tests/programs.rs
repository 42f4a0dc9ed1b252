//! Server programs: a script that speaks MCP, and misbehaves in one way.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use patchbay_model::{Explain as _, Secret, Transport};
use serde_json::{Map, json};
use tokio_util::sync::CancellationToken;

use super::elicitation::{ScriptedAsker, call_with, client_features};
use super::{call, captured, json_of, recorded_log, run_tool, text_of, tools_of};
use crate::Error;
use crate::mcp::{
    CallProgress, ClientFeatures, McpLimits, McpProgram, McpSession, ProcessGuard, ToolCall,
    connect_program,
};

mod held;
mod tasks;

const SERVER: &str = include_str!("programs/server.py");

/// Records the groups, and how many are left.
#[derive(Default)]
pub(super) struct Groups {
    last: AtomicU32,
    left: AtomicU32,
}

#[async_trait]
impl ProcessGuard for Groups {
    fn prepare(&self, _program: &mut McpProgram) {}

    fn started(&self, group: u32, _program: &McpProgram) {
        self.last.store(group, Ordering::SeqCst);
        self.left.fetch_add(1, Ordering::SeqCst);
    }

    async fn ended(&self, _group: u32) {
        self.left.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Groups {
    /// Whether something of the last group lives. What is dead and was not waited for by the first process of the
    /// system is still in its group.
    fn is_there(&self) -> bool {
        let listed = std::process::Command::new("ps")
            .args(["-A", "-o", "pgid=", "-o", "stat="])
            .output();
        let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
        let group = self.last.load(Ordering::SeqCst).to_string();
        listed.lines().any(|line| {
            let mut words = line.split_whitespace();
            let is_ours = words.next() == Some(&group);
            is_ours && words.next().is_some_and(|state| !state.starts_with('Z'))
        })
    }

    async fn wait_until_gone(&self) {
        let began = Instant::now();
        while self.left.load(Ordering::SeqCst) > 0 {
            assert!(
                began.elapsed() < Duration::from_secs(15),
                "a process is left"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!self.is_there());
    }
}

/// A server, or why it could not be connected to.
struct Started {
    session: Result<McpSession, Error>,
    groups: Arc<Groups>,
}

impl Started {
    fn session(&self) -> &McpSession {
        self.session.as_ref().unwrap()
    }

    fn error(self) -> Error {
        self.session.err().unwrap()
    }
}

pub(super) fn program(behavior: &str, groups: &Arc<Groups>) -> McpProgram {
    let path = std::env::var_os("PATH").unwrap_or_default();
    McpProgram {
        name: "server".to_owned(),
        file: "/usr/bin/env".into(),
        arguments: ["python3", "-c", SERVER, behavior]
            .map(str::to_owned)
            .to_vec(),
        folder: std::env::temp_dir(),
        environment: vec![
            ("PATH".into(), path),
            ("API_KEY".into(), OsString::from("hunter2-hunter2")),
        ],
        secrets: vec![Secret::new("hunter2-hunter2")],
        guard: Arc::clone(groups) as Arc<dyn ProcessGuard>,
        log: Arc::new(|_| {}),
    }
}

async fn start_server(behavior: &str) -> Started {
    let groups = Arc::new(Groups::default());
    let session = start(program(behavior, &groups), ClientFeatures::default()).await;
    Started { session, groups }
}

pub(super) async fn start(
    program: McpProgram,
    client_features: ClientFeatures,
) -> Result<McpSession, Error> {
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    connect_program(program, client_features, limits, &cancel).await
}

/// A call with a secret among its arguments, which the server repeats in all that it logs.
pub(super) fn call_with_secret(secret: &str) -> ToolCall {
    ToolCall {
        arguments: Map::from_iter([("text".to_owned(), secret.into())]),
        secrets: vec![Secret::new(secret)],
        ..call("echo")
    }
}

#[tokio::test]
async fn a_secret_among_the_arguments_is_redacted_in_what_the_program_logs() {
    let (log, logged) = recorded_log();
    let groups = Arc::new(Groups::default());
    let program = McpProgram {
        log,
        ..program("repeats", &groups)
    };
    let session = start(program, ClientFeatures::default()).await.unwrap();
    let outcome = run_tool(&session, call_with_secret("pass \"1\" word")).await;
    assert_eq!(text_of(&outcome.unwrap()), "pass \"1\" word");
    let error = run_tool(&session, call("echo")).await.unwrap_err();
    assert_eq!(error.problem().detail.as_deref(), Some("got <redacted>"));
    let mut lines = logged.lock().unwrap().split_off(1);
    lines.sort_unstable();
    assert_eq!(
        lines,
        [r#"[info] {"got":["<redacted>"]}"#, "got <redacted>"]
    );
    session.close().await;
    groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_program_is_spoken_to_and_ended() {
    let started = start_server("well").await;
    let session = started.session();
    let facts = session.facts();
    assert_eq!(facts.transport, Transport::Stdio);
    assert_eq!(
        facts.protocol(),
        "MCP 2025-11-25, because local servers can ask questions in it"
    );
    let tools = tools_of(session).await.unwrap();
    // The second tool is malformed, and hides only itself.
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["echo"]);
    let steps: Arc<Mutex<Vec<f64>>> = Arc::default();
    let recorded = Arc::clone(&steps);
    let mut echo = call("echo");
    echo.arguments.insert("text".to_owned(), json!("grüß"));
    echo.progress =
        Arc::new(move |step: CallProgress| recorded.lock().unwrap().push(step.progress));
    let capture = echo.capture.clone();
    let cancel = CancellationToken::new();
    let planned = session.plan_call(&echo, &cancel).await.unwrap();
    run_tool(session, echo).await.unwrap();
    let (request, response) = captured(&capture);
    assert_eq!(
        (request.method, request.url, response.status),
        (None, None, None)
    );
    let (line, planned) = (
        json_of(request.body.unwrap()),
        json_of(planned.body.unwrap()),
    );
    assert_eq!(line["method"], "tools/call");
    assert_eq!(line["params"]["arguments"], planned["params"]["arguments"]);
    let body = json_of(response.body.unwrap());
    assert_eq!(body["result"]["content"][0]["text"], "grüß");
    assert_eq!(*steps.lock().unwrap(), [1.0, 2.0]);
    assert!(session.idle_for().is_some());
    session.ping(&CancellationToken::new()).await.unwrap();
    let began = Instant::now();
    session.close().await;
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "it ends with its input"
    );
    assert!(session.is_closed());
    started.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_server_that_refuses_the_handshake_is_discovered_on_the_same_process() {
    let started = start_server("modern").await;
    let session = started.session();
    assert_eq!(
        session.facts().protocol(),
        "MCP 2026-07-28, because the server refused 2025-11-25"
    );
    tools_of(session).await.unwrap();
    assert_eq!(started.groups.left.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn why_a_handshake_is_refused_is_told_in_the_words_of_the_server() {
    for behavior in ["expired", "expired and leaves"] {
        let error = start_server(behavior).await.error();
        assert_eq!(
            error.to_string(),
            "the server returned an error: the session has expired",
            "{behavior}"
        );
    }
}

#[tokio::test]
async fn a_server_that_refuses_a_newer_revision_gets_the_one_that_it_names() {
    let started = start_server("old").await;
    let session = started.session();
    assert_eq!(
        session.facts().protocol(),
        "MCP 2024-11-05, because the server refused 2025-11-25"
    );
    tools_of(session).await.unwrap();
    assert_eq!(started.groups.left.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_no_message_is_not_answered_and_harms_nothing() {
    let started = start_server("noisy").await;
    let session = started.session();
    let tools = tools_of(session).await.unwrap();
    assert_eq!(tools.len(), 1);
    let outcome = run_tool(session, call("heard")).await.unwrap();
    // Handshake, its notification, the list and this call: log lines got no response.
    assert_eq!(text_of(&outcome), "4");
}

#[tokio::test]
async fn one_that_ends_at_once_says_how_and_why() {
    let error = start_server("ends").await.error();
    assert_eq!(error.to_string(), "the program server ended (exit code 3)");
    let problem = error.problem();
    assert_eq!(
        problem.detail.as_deref(),
        Some("no YES option for <redacted>")
    );
    assert_eq!(problem.hint.as_deref(), Some("Add -y to the command."));
}

#[tokio::test]
async fn one_that_writes_utf_16_is_told_so_at_once() {
    let began = Instant::now();
    let error = start_server("utf16").await.error().to_string();
    assert!(
        error.ends_with("it writes UTF-16 instead of UTF-8"),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_call_in_flight_fails_as_soon_as_the_program_ends() {
    let started = start_server("dies").await;
    let began = Instant::now();
    let refused = run_tool(started.session(), call("echo")).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    let error = refused.unwrap_err();
    assert_eq!(error.to_string(), "the program server ended (signal 9)");
    assert_eq!(error.problem().detail.as_deref(), Some("about to fail"));
    let again = run_tool(started.session(), call("echo")).await;
    assert!(
        matches!(again, Err(Error::ProgramEnded { .. })),
        "{again:?}"
    );
    assert!(started.session().is_closed());
    started.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_line_that_is_too_long_ends_the_session_and_names_the_limit() {
    let started = start_server("endless").await;
    let error = run_tool(started.session(), call("echo")).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the response is larger than 12.6 MB"
    );
    started.groups.wait_until_gone().await;
}

/// Asserts that the first call fails at once, and the next one works.
async fn assert_only_bytes_that_are_no_text_fail(session: &McpSession) {
    let began = Instant::now();
    let error = run_tool(session, call("echo")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server violated the MCP protocol: malformed response"
    );
    assert!(began.elapsed() < Duration::from_secs(5));
    let outcome = run_tool(session, call("echo")).await.unwrap();
    assert_eq!(text_of(&outcome), "4");
}

#[tokio::test]
async fn a_response_that_is_not_utf_8_fails_its_request_alone() {
    let started = start_server("bytes").await;
    assert_only_bytes_that_are_no_text_fail(started.session()).await;
}

#[tokio::test]
async fn one_that_floods_its_standard_error_does_not_stand_still() {
    let started = start_server("floods").await;
    let outcome = run_tool(started.session(), call("echo")).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test]
async fn a_deaf_program_and_what_it_started_are_ended_with_the_session() {
    let started = start_server("deaf").await;
    tools_of(started.session()).await.unwrap();
    assert!(started.groups.is_there());
    let began = Instant::now();
    started.session().close().await;
    assert!(began.elapsed() < Duration::from_secs(6));
    assert_eq!(started.groups.left.load(Ordering::SeqCst), 0);
    // The last of them was just killed.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!started.groups.is_there());
}

#[tokio::test]
async fn one_that_closes_its_input_is_ended() {
    let started = start_server("closes").await;
    assert_closed_input_ends_it(started.session()).await;
    started.groups.wait_until_gone().await;
}

async fn assert_closed_input_ends_it(session: &McpSession) {
    run_tool(session, call("echo")).await.unwrap();
    // Closed just after the response.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let error = run_tool(session, call("echo")).await.unwrap_err();
    let words = "the program server ended (it closed its input)";
    assert_eq!(error.to_string(), words);
}

#[tokio::test]
async fn one_that_nobody_wants_any_more_is_ended() {
    let groups = Arc::new(Groups::default());
    let cancel = CancellationToken::new();
    let silent = program("silent", &groups);
    let limits = McpLimits::DEFAULT;
    let (session, ()) = tokio::join!(
        connect_program(silent, ClientFeatures::default(), limits, &cancel),
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            cancel.cancel();
        }
    );
    assert!(matches!(session, Err(Error::Cancelled)));
    groups.wait_until_gone().await;

    let dropped = start_server("well").await;
    drop(dropped.session);
    dropped.groups.wait_until_gone().await;
}

#[tokio::test]
async fn it_is_heard_that_its_resources_or_prompts_changed() {
    let started = start_server("changes").await;
    let session = started.session();
    let mut offer = session.subscribe_offer_changes();
    assert!(!offer.has_changed().unwrap());
    run_tool(session, call("echo")).await.unwrap();
    offer.changed().await.unwrap();
    session.close().await;
    drop(started);
    while offer.changed().await.is_ok() {}
}

#[tokio::test]
async fn what_a_program_has_logged_is_in_its_log_in_order() {
    let (log, logged) = recorded_log();
    let logs = McpProgram {
        log,
        ..program("logs", &Arc::default())
    };
    let session = start(logs, ClientFeatures::default()).await.unwrap();
    run_tool(&session, call("echo")).await.unwrap();
    session.close().await;
    let logged = logged.lock().unwrap();
    let lines = (0..3).map(|number| format!("[notice] files: {number} from info on <redacted>"));
    assert_eq!(logged[1..], lines.collect::<Vec<_>>());
}

#[tokio::test]
async fn the_server_says_itself_that_the_person_is_done_on_its_pages() {
    let asker = ScriptedAsker::new(None, Duration::ZERO);
    let program = program("pages first", &Arc::default());
    let session = start(program, client_features(false)).await.unwrap();
    run_tool(&session, call_with(&asker)).await.unwrap();
    // The second page was done before it was its turn.
    assert_eq!(asker.asked(), 1);
    session.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_program_is_told() {
    let groups = Arc::new(Groups::default());
    let mut text = program("well", &groups);
    text.file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = start(text, ClientFeatures::default()).await.err().unwrap();
    assert!(matches!(error, Error::ProgramNotStarted { .. }), "{error}");
    assert_eq!(groups.left.load(Ordering::SeqCst), 0);
}
