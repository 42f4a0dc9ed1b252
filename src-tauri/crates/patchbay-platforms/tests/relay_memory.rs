//! How much memory a large answer of Agent Stack's relay takes on its way through.
//!
//! A binary of its own, since what other tests hold would count too. `PATCHBAY_RELAY_MIB` sets the size,
//! which is a quarter of a gibibyte otherwise.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;
use patchbay_http::{AddressPolicy, CallOptions, Clients, SystemClock};
use patchbay_model::Platform;
use patchbay_platforms::{AccountConfig, hosted};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const MIB: usize = 1024 * 1024;

/// Most that may come on top, whatever the size.
const MAX_GROWTH: usize = 20 * MIB;

/// Bytes of this process that are in memory.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// Answers one request with so many bytes.
async fn serve(listener: TcpListener, size: usize) -> std::io::Result<()> {
    let (mut socket, _) = listener.accept().await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await?);
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(answer.as_bytes()).await?;
    // Plain bytes that are only called compressed, as the platform sends them.
    let piece = vec![b'x'; 64 * 1024];
    for _ in 0..size / piece.len() {
        let length = format!("{:x}\r\n", piece.len());
        socket.write_all(length.as_bytes()).await?;
        socket.write_all(&piece).await?;
        socket.write_all(b"\r\n").await?;
    }
    socket.write_all(b"0\r\n\r\n").await
}

#[tokio::test]
async fn a_large_answer_takes_little_memory() {
    let size = std::env::var("PATCHBAY_RELAY_MIB").map_or(256, |text| text.parse().unwrap()) * MIB;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(serve(listener, size));
    let account = AccountConfig {
        settings: json!({"base_url": base_url}).as_object().unwrap().clone(),
        secrets: BTreeMap::new(),
        clients: Clients::build(AddressPolicy::default()).unwrap(),
        clock: Arc::new(SystemClock),
    };
    let platform = (hosted(Platform::Agentstack).unwrap().sign_in)(account).unwrap();
    let before = resident().unwrap();
    let listening = json!({"connector": "c-1", "method": "GET"});
    let options = CallOptions::default();
    let mut answer = platform
        .stream("mcp_proxy", listening, &options)
        .await
        .unwrap();
    let (mut received, mut pieces, mut most) = (0, 0_usize, before);
    while let Some(piece) = answer.pieces.next().await {
        received += piece.unwrap().len();
        pieces += 1;
        if pieces.is_multiple_of(256) {
            most = most.max(resident().unwrap());
        }
    }
    most = most.max(resident().unwrap());
    server.await.unwrap().unwrap();
    let growth = most - before;
    assert_eq!(received, size);
    assert!(growth < MAX_GROWTH, "{growth} bytes more for {size}");
    eprintln!(
        "{} MiB streamed, {} KiB more in memory",
        size / MIB,
        growth / 1024
    );
}
