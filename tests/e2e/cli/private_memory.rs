//! What a command that was made to crash leaves behind.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use super::terminal::Terminal;

/// Has a program crash where the system may write whole memories down, once `is_ready`.
async fn crashed(terminal: &Terminal, words: &str, is_ready: impl Fn(&str) -> bool) -> ExitStatus {
    let plain = terminal.command(&[]);
    let mut command = Command::new("sh");
    for (name, value) in plain.as_std().get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let line = words.replace("PATCHBAY", &plain.as_std().get_program().to_string_lossy());
    let mut child = command
        .args([
            "-c",
            &format!("ulimit -c unlimited 2>/dev/null; exec {line}"),
        ])
        .current_dir(terminal.home.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    wait_until(&child, is_ready).await;
    let id = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-ABRT", &id]).status().await;
    assert!(sent.unwrap().success());
    child.wait().await.unwrap()
}

/// Waits for a line among the limits of a process; its name stands before them.
async fn wait_until(child: &Child, is_ready: impl Fn(&str) -> bool) {
    let id = child.id().unwrap();
    let started = Instant::now();
    loop {
        let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).unwrap_or_default();
        if is_ready(&format!("{name}{limits}")) {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{name}{limits}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_leaves_no_memory_behind() {
    let terminal = Terminal::new().await;
    let limit_is_nothing = |limits: &str| {
        let mut lines = limits.lines();
        let line = lines.find(|line| line.starts_with("Max core file size"));
        line.is_some_and(|line| line.split_whitespace().nth(4) == Some("0"))
    };
    // It waits for the secret on its standard input.
    let waits = "PATCHBAY credential add x --kind bearer --from -";
    let ended = crashed(&terminal, waits, |shown| {
        shown.starts_with("patchbay\n") && limit_is_nothing(shown)
    })
    .await;
    assert_eq!(ended.signal(), Some(6));
    assert!(!ended.core_dumped());
}
