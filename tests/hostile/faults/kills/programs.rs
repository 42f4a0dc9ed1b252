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

/// The file for what was started: a line with its port and its process, and for a server the process that started it.
/// Set, the process is the server.
const SERVERS: &str = "PATCHBAY_FAULTS_SERVERS";

/// Set where the process is what the server started.
const CHILD: &str = "PATCHBAY_FAULTS_CHILD";

/// How long what is left may take to end on a busy computer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Kills of all homes together, also among the ordinary tests: most of their time is spent waiting.
const KILLS: u32 = 200;

/// What is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// The command, which started the server itself.
    Command,
    /// The background process that holds the server for commands.
    Host,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_leaves_no_program_no_port_and_no_lock() {
    use Target::{Command, Host};
    let holder = if cfg!(unix) { Host } else { Command };
    let targets = [Command, Command, Command, holder, holder];
    let kills = KILLS / targets.len() as u32;
    let courses = targets.map(|target| kill_again_and_again(target, kills));
    let mut all = Course::lasting(Duration::ZERO);
    for course in futures::future::join_all(courses).await {
        all.kills += course.kills;
        all.in_the_middle += course.in_the_middle;
    }
    assert_eq!(all.kills, KILLS);
    all.close("local programs");
}

async fn kill_again_and_again(target: Target, kills: u32) -> Course {
    let mut terminal = Terminal::new().await;
    let servers = terminal.home.path().join("servers");
    let variable = format!("{SERVERS}={}", servers.display());
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
    terminal.keeps_sessions = target == Target::Host;

    let run = "tool run local echo --yes";
    let began = Instant::now();
    terminal.does(run).await;
    let mut course = Course::lasting(began.elapsed());
    for moment in course.moments(kills) {
        let mut command = terminal.command(&words(run)).spawn().unwrap();
        // The moment is what is varied; nothing waits for anything here.
        tokio::time::sleep(moment).await;
        let was_alive = match target {
            Target::Command => {
                let was_alive = command.try_wait().unwrap().is_none();
                command.kill().await.unwrap();
                was_alive
            }
            Target::Host => {
                let was_alive = kill_host(&servers).await;
                // It may have found the server again, or not.
                command.wait().await.unwrap();
                kill_host(&servers).await;
                was_alive
            }
        };
        let output = Vec::new();
        course.add(&Killed { was_alive, output });
        assert_silent(&servers).await;
        let runs = terminal.json("run list").await;
        for run in runs["runs"].as_array().unwrap() {
            assert_ne!(run["state"], "running", "{run}");
        }
    }
    // One that came late would be seen now.
    terminal.does(run).await;
    if target == Target::Host {
        terminal.does("session end --all").await;
    }
    assert_silent(&servers).await;
    course
}

/// Kills the process that started the latest server. Returns whether there was one.
async fn kill_host(servers: &Path) -> bool {
    let noted = std::fs::read_to_string(servers).unwrap_or_default();
    let mut hosts = noted.lines().filter_map(|line| line.split(' ').nth(2));
    let Some(host) = hosts.next_back() else {
        return false;
    };
    let killed = tokio::process::Command::new("kill")
        .args(["-KILL", host])
        .stderr(Stdio::null())
        .status();
    killed.await.unwrap().success()
}

/// Waits until no process that was ever noted listens on its port.
async fn assert_silent(servers: &Path) {
    let noted = std::fs::read_to_string(servers).unwrap_or_default();
    let began = Instant::now();
    for line in noted.lines() {
        let mut words = line.split(' ');
        let port: u16 = words.next().unwrap().parse().unwrap();
        let process = words.next().unwrap();
        let address = (Ipv4Addr::LOCALHOST, port).into();
        loop {
            match TcpStream::connect_timeout(&address, TIMEOUT) {
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
                // Another test has the port by now.
                _ if !is_running(process) => break,
                // Nobody takes connections, so that after a while one neither comes about nor is refused.
                _ => assert!(began.elapsed() < TIMEOUT, "who listens on {port} is left"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[cfg(unix)]
fn is_running(process: &str) -> bool {
    let asked = Command::new("kill")
        .args(["-0", process])
        .stderr(Stdio::null())
        .status();
    asked.unwrap().success()
}

#[cfg(not(unix))]
fn is_running(_process: &str) -> bool {
    true
}

#[test]
#[ignore = "a role for another test's process"]
fn serves() {
    let Ok(file) = std::env::var(SERVERS) else {
        return;
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut servers = OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    let is_child = std::env::var_os(CHILD).is_some();
    let process = std::process::id();
    let line = match is_child {
        true => format!("{port} {process}\n"),
        #[cfg(unix)]
        false => format!("{port} {process} {}\n", std::os::unix::process::parent_id()),
        #[cfg(not(unix))]
        false => format!("{port} {process}\n"),
    };
    servers.write_all(line.as_bytes()).unwrap();
    if is_child {
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
