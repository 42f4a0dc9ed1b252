//! The least of an MCP server on standard streams, for systems where journeys have no Python. It and a program that it
//! starts listen on ports of this computer, which are written into the file that `PORTS` names, and end by force only.

use std::fs::OpenOptions;
use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ports = std::env::var("PORTS").context("which file?")?;
    let mut ports = OpenOptions::new().create(true).append(true).open(ports)?;
    writeln!(ports, "{}", listener.local_addr()?.port())?;
    if std::env::args().nth(1).as_deref() != Some("child") {
        start_child()?;
        for line in stdin().lock().lines() {
            answer(&serde_json::from_str(&line?)?)?;
        }
    }
    loop {
        thread::park();
    }
}

fn start_child() -> Result<()> {
    let mut child = Command::new(std::env::current_exe()?);
    child.arg("child").stdin(Stdio::null());
    child.spawn()?;
    Ok(())
}

fn answer(message: &Value) -> Result<()> {
    let Some(id) = message.get("id") else {
        return Ok(());
    };
    let params = &message["params"];
    let result = match message["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": params["protocolVersion"],
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "least", "version": "1" },
        }),
        Some("tools/list") => json!({ "tools": [{
            "name": "echo",
            "inputSchema": { "type": "object", "properties": { "text": { "type": "string" } } },
        }]}),
        Some("tools/call") => json!({
            "content": [{ "type": "text", "text": params["arguments"]["text"] }],
        }),
        _ => json!({}),
    };
    let mut stdout = stdout().lock();
    writeln!(
        stdout,
        "{}",
        json!({ "jsonrpc": "2.0", "id": id, "result": result })
    )?;
    stdout.flush()?;
    Ok(())
}
