//! A loopback server that answers in order, exactly as told, and keeps what it was sent.
//!
//! Written by hand over a socket: it has to close, cut and dawdle in ways that a server library prevents,
//! and to see the path as it came.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_model::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::ReplayClock;
use crate::reply::Reply;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    /// Path and query, still encoded.
    pub(crate) target: String,
    /// Names in lower case, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// By the replay's clock, without its jumps.
    pub(crate) at: Timestamp,
}

impl Arrival {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(each, _)| each == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The server; it ends when dropped.
pub(crate) struct Server {
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Answers on `listener` with `replies` in the order of arrival; what comes after them gets 500.
    pub(crate) fn start(
        listener: TcpListener,
        replies: Vec<Reply>,
        clock: Arc<ReplayClock>,
    ) -> Self {
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(ReplayState {
            arrivals: Arc::clone(&arrivals),
            replies: Mutex::new(replies.into()),
            clock,
        });
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                // A client that goes away in the middle is part of what is replayed.
                connections.spawn(async move { drop(state.connection(socket).await) });
            }
        });
        Self {
            arrivals,
            accepting,
        }
    }

    /// What has arrived so far.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        let arrivals = self.arrivals.lock();
        arrivals.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct ReplayState {
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    replies: Mutex<VecDeque<Reply>>,
    clock: Arc<ReplayClock>,
}

impl ReplayState {
    async fn connection(&self, socket: TcpStream) -> io::Result<()> {
        let mut socket = BufReader::new(socket);
        while let Some(mut arrival) = read_request(&mut socket).await? {
            arrival.at = self.clock.waited();
            let is_head = arrival.method == "HEAD";
            let reply = self.next(arrival);
            tokio::time::sleep(reply.delay).await;
            if !answer(&mut socket, &reply, is_head).await? {
                break;
            }
        }
        socket.shutdown().await
    }

    /// Keeps the request and takes its answer in one step, so that both are in the same order.
    fn next(&self, arrival: Arrival) -> Reply {
        let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.push(arrival);
        replies.pop_front().unwrap_or_else(|| Reply {
            status: Some(500),
            ..Reply::default()
        })
    }
}

/// `None` when the client closed the connection between two requests.
async fn read_request(socket: &mut BufReader<TcpStream>) -> io::Result<Option<Arrival>> {
    let Some(first) = read_line(socket).await? else {
        return Ok(None);
    };
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut arrival = Arrival {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        at: Timestamp::new(time::OffsetDateTime::UNIX_EPOCH),
    };
    loop {
        let line = read_line(socket).await?;
        match line.as_deref() {
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some("") => break,
            Some(line) => {
                let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
                arrival
                    .headers
                    .push((name.to_lowercase(), value.trim().to_owned()));
            }
        }
    }
    let length = arrival
        .header("content-length")
        .and_then(|value| value.parse().ok());
    if arrival.header("transfer-encoding").is_some() {
        arrival.body = read_chunks(socket).await?;
    } else if let Some(length) = length {
        arrival.body = vec![0; length];
        socket.read_exact(&mut arrival.body).await?;
    }
    Ok(Some(arrival))
}

async fn read_chunks(socket: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(socket).await?.unwrap_or_default();
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        let start = body.len();
        body.resize(start + size, 0);
        socket.read_exact(&mut body[start..]).await?;
        read_line(socket).await?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// A line without its end, each byte a character; `None` at the end of the connection.
async fn read_line(socket: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if socket.read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    let line: String = line.into_iter().map(char::from).collect();
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Whether the connection stays open for another request.
async fn answer(
    socket: &mut BufReader<TcpStream>,
    reply: &Reply,
    is_head: bool,
) -> io::Result<bool> {
    let Some(status) = reply.status else {
        return Ok(false);
    };
    let size: usize = reply.pieces.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut head = format!("HTTP/1.1 {status} \r\n");
    for (name, value) in &reply.headers {
        if !matches!(
            name.as_str(),
            "connection" | "content-length" | "transfer-encoding"
        ) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    let has_body = !is_head && !matches!(status, 100..200 | 204 | 304);
    if has_body && reply.is_chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    } else if has_body {
        let announced = if reply.is_cut { size + 100 } else { size };
        head.push_str(&format!("content-length: {announced}\r\n"));
    }
    head.push_str("\r\n");
    socket.write_all(head.as_bytes()).await?;
    socket.flush().await?;
    if has_body {
        body(socket, reply).await?;
    }
    Ok(!reply.is_cut)
}

async fn body(socket: &mut BufReader<TcpStream>, reply: &Reply) -> io::Result<()> {
    for (wait, bytes) in &reply.pieces {
        tokio::time::sleep(*wait).await;
        // An empty chunk would end the body.
        if bytes.is_empty() {
            continue;
        }
        if reply.is_chunked {
            let size = format!("{:x}\r\n", bytes.len());
            socket.write_all(size.as_bytes()).await?;
        }
        socket.write_all(bytes).await?;
        if reply.is_chunked {
            socket.write_all(b"\r\n").await?;
        }
        socket.flush().await?;
    }
    if reply.is_chunked && !reply.is_cut {
        socket.write_all(b"0\r\n\r\n").await?;
    }
    socket.flush().await
}
