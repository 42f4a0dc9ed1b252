//! The server that misbehaves: a program, which is this test binary in a role, or one of the web.

use crate::support::arguments;
use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _, stderr, stdin, stdout};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use futures::stream;
use patchbay_model::ServerCommand;
use serde_json::{Value, json};

use super::cases::{BOMBS, Case, Framing, Misbehavior};

/// Says what the program does; set, it is the server.
const CASE: &str = "PATCHBAY_MISBEHAVES";

/// The file for the id of the process that ignores every request to end.
const PID_FILE: &str = "PATCHBAY_PID_FILE";

/// How a server of that case is started.
pub(super) fn command(case: Case, pid_file: &std::path::Path) -> ServerCommand {
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    ServerCommand {
        program: path(&std::env::current_exe().unwrap()),
        arguments: arguments("misbehaving::server::serves")
            .map(str::to_owned)
            .to_vec(),
        folder: None,
        variables: BTreeMap::from([
            (CASE.to_owned(), case.name()),
            (PID_FILE.to_owned(), path(pid_file)),
        ]),
    }
}

#[test]
#[ignore = "a role for another test's process"]
fn serves() {
    let Ok(name) = std::env::var(CASE) else {
        return;
    };
    let case = Case::named(&name).unwrap();
    // The test runner has begun a line.
    write(&mut std::iter::once(b"\n".to_vec()));
    if case.misbehavior == Misbehavior::Deaf {
        start_deaf();
    }
    for line in stdin().lock().lines() {
        let Ok(message) = line.map(|line| serde_json::from_str::<Value>(&line).unwrap()) else {
            break;
        };
        // What is no request is not answered, nor is what we were answered.
        if let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) {
            answer(case, method, id, &message["params"]);
        }
    }
    // The runner would write of how the test went.
    std::process::exit(0);
}

fn answer(case: Case, method: &str, id: &Value, params: &Value) {
    if method == "server/discover" {
        let error = json!({ "code": -32601, "message": "Method not found" });
        let refusal = json!({ "jsonrpc": "2.0", "id": id, "error": error });
        return write(&mut std::iter::once(format!("{refusal}\n").into_bytes()));
    }
    let good = case.good(method, params);
    if !case.is_at(method) {
        let well = Case {
            misbehavior: Misbehavior::Well,
            ..case
        };
        return write(&mut well.answer(Framing::Lines, id, &good));
    }
    if case.misbehavior == Misbehavior::FloodsStderr {
        flood_stderr();
    }
    write(&mut case.answer(Framing::Lines, id, &good));
    if case.misbehavior == Misbehavior::Half {
        std::process::exit(0);
    }
}

/// Writes until all is written or nobody reads any more.
fn write(pieces: &mut dyn Iterator<Item = Vec<u8>>) {
    let mut output = stdout().lock();
    for piece in pieces {
        if output.write_all(&piece).is_err() {
            std::process::exit(1);
        }
    }
    let _ = output.flush();
}

fn flood_stderr() {
    let mut output = stderr().lock();
    for number in 0..20_000 {
        writeln!(output, "line {number} {}\u{1b}[2J", "y".repeat(100)).unwrap();
    }
    for _ in 0..320 {
        output.write_all(&[b'z'; 64 * 1024]).unwrap();
    }
    writeln!(output).unwrap();
}

/// Starts a program that ignores every request to end, and notes it.
fn start_deaf() {
    let script = "trap '' TERM HUP INT; sleep 600";
    let mut child = Command::new("sh")
        .args(["-c", script])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let file = std::env::var_os(PID_FILE).unwrap();
    std::fs::write(file, child.id().to_string()).unwrap();
    std::thread::spawn(move || child.wait());
}

/// Serves each case at an address of its own, until the process ends; gives what stands before the name of a case.
pub(super) async fn start() -> String {
    LazyLock::force(&BOMBS);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/{case}", post(respond));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}/")
}

async fn respond(Path(name): Path<String>, body: Bytes) -> Response {
    let case = Case::named(&name).unwrap();
    let message: Value = serde_json::from_slice(&body).unwrap();
    let (method, id) = (&message["method"], &message["id"]);
    if case.misbehavior == Misbehavior::TakesNoAnswers && method.is_null() {
        std::future::pending::<()>().await;
    }
    let Some(method) = method.as_str().filter(|_| !id.is_null()) else {
        return StatusCode::ACCEPTED.into_response();
    };
    if method == "server/discover" {
        let error = json!({ "code": -32601, "message": "Method not found" });
        return axum::Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })).into_response();
    }
    let good = case.good(method, &message["params"]);
    if !case.is_at(method) {
        return axum::Json(json!({ "jsonrpc": "2.0", "id": id, "result": good })).into_response();
    }
    let pieces = case.answer(Framing::Events, id, &good).map(Ok);
    // A body that breaks off is one that ends with an error.
    let breaks =
        (case.misbehavior == Misbehavior::Half).then(|| Err(std::io::Error::other("half")));
    let kind = match case.is_of_events() {
        true => "text/event-stream",
        false => "application/json",
    };
    let body = Body::from_stream(stream::iter(pieces.chain(breaks)));
    let mut answer = ([(header::CONTENT_TYPE, kind)], body).into_response();
    if let Some(encoding) = case.encoding() {
        let encoding = header::HeaderValue::from_static(encoding);
        answer
            .headers_mut()
            .insert(header::CONTENT_ENCODING, encoding);
    }
    answer
}
