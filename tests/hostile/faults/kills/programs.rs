//! Kills while a program of this computer runs as a server.
//!
//! The server and a program that it starts listen on ports, by which it is seen whether they are there; the second
//! ends by force only.

use std::fs::OpenOptions;
use std::io::{BufRead as _, ErrorKind, Write as _, stdin, stdout};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::process::Killed;
use super::Course;
use crate::support::arguments;
use crate::terminal::{Terminal, words};

/// How the server is started, for the processes that it and its child are.
const ROLE: &str = "faults::kills::programs::serves";

/// The file for the ports; set, the process is the server.
const PORTS: &str = "PATCHBAY_FAULTS_PORTS";

/// Set where the process is what the server started.
const CHILD: &str = "PATCHBAY_FAULTS_CHILD";

/// How long what is left may take to end on a busy computer.
const TIMEOUT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_kill_at_any_moment_leaves_no_program_no_port_and_no_lock() {
    let terminal = Terminal::new().await;
    let ports = terminal.home.path().join("ports");
    let variable = format!("{PORTS}={}", ports.display());
    let this = std::env::current_exe().unwrap();
    let add = [
        "connector",
        "add",
        "local",
        "--env",
        &variable,
        "--allow",
        "--",
    ];
    let command = [this.to_str().unwrap()].into_iter().chain(arguments(ROLE));
    let add: Vec<&str> = add.into_iter().chain(command).collect();
    terminal.run(&add).await.succeeded();
    terminal.does("connector connect local").await;

    let run = "tool run local echo --yes";
    let began = Instant::now();
    terminal.does(run).await;
    let mut course = Course::lasting(began.elapsed());
    for moment in course.moments() {
        let mut patchbay = terminal.command(&words(run)).spawn().unwrap();
        // The moment is what is varied; nothing waits for anything here.
        tokio::time::sleep(moment).await;
        let was_alive = patchbay.try_wait().unwrap().is_none();
        patchbay.kill().await.unwrap();
        let output = Vec::new();
        course.add(&Killed { was_alive, output });
        assert_silent(&ports).await;
        let runs = terminal.json("run list").await;
        for run in runs["runs"].as_array().unwrap() {
            assert_ne!(run["state"], "running", "{run}");
        }
    }
    // One that came late would be seen now.
    terminal.does(run).await;
    assert_silent(&ports).await;
    course.close("local programs");
}

/// Waits until nobody listens on any port that was ever noted.
async fn assert_silent(ports: &Path) {
    let noted = std::fs::read_to_string(ports).unwrap_or_default();
    let began = Instant::now();
    for port in noted.lines() {
        let port: u16 = port.parse().unwrap();
        let address = (Ipv4Addr::LOCALHOST, port).into();
        loop {
            match TcpStream::connect_timeout(&address, TIMEOUT) {
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
                // Nobody takes connections, so that after a while one neither comes about nor is refused.
                _ => assert!(began.elapsed() < TIMEOUT, "who listens on {port} is left"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[test]
#[ignore = "a role for another test's process"]
fn serves() {
    let Ok(file) = std::env::var(PORTS) else {
        return;
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut ports = OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    let port = format!("{}\n", listener.local_addr().unwrap().port());
    ports.write_all(port.as_bytes()).unwrap();
    if std::env::var_os(CHILD).is_some() {
        loop {
            std::thread::park();
        }
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(arguments(ROLE))
        .env(CHILD, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn();
    drop(child.unwrap());
    // The test runner has begun a line.
    writeln!(stdout()).unwrap();
    for line in stdin().lock().lines() {
        answer(&serde_json::from_str(&line.unwrap()).unwrap());
    }
    // The runner would write of how the test went.
    std::process::exit(0);
}

fn answer(message: &Value) {
    let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else {
        return;
    };
    let result = match method {
        "initialize" => json!({
            "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "local", "version": "1" },
        }),
        "tools/list" => {
            json!({ "tools": [{ "name": "echo", "inputSchema": { "type": "object" } }] })
        }
        "tools/call" => json!({ "content": [{ "type": "text", "text": "pong" }] }),
        _ => json!({}),
    };
    let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
    let mut stdout = stdout().lock();
    // Whoever asked may be gone.
    let _ = writeln!(stdout, "{answer}").and_then(|()| stdout.flush());
}
