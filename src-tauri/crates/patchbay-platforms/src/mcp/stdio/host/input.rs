//! The standard input of a held server.

use std::collections::VecDeque;
use std::io;

use bytes::Bytes;
use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::super::BACKLOG;
use super::line;

/// Maximum number of queued messages. Beyond [`BACKLOG`] no message of a client is forwarded, but the server's own
/// messages may still cause some.
const MAX_WAITING: usize = 16 * BACKLOG;

/// Maximum bytes of queued messages, beyond which no message of a client is forwarded either.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;

/// The input of a server with a queue of messages.
pub(super) struct Input {
    /// `None` once it is closed.
    stream: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    /// Messages, the first without what was written of it.
    waiting: VecDeque<Bytes>,
}

impl Input {
    pub(super) fn new(stream: Box<dyn AsyncWrite + Send + Unpin>) -> Self {
        Self {
            stream: Some(stream),
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    /// Number of queued messages.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether another message of a client may be queued.
    pub(super) fn has_room(&self) -> bool {
        let bytes: usize = self.waiting.iter().map(Bytes::len).sum();
        self.waiting.len() < BACKLOG && bytes < MAX_WAITING_BYTES
    }

    /// Queues a message, unless the input is closed or the queue is full.
    pub(super) fn push(&mut self, message: &Value) {
        if self.is_open() && self.waiting.len() < MAX_WAITING {
            self.waiting.extend(line(message).map(Bytes::from).ok());
        }
    }

    /// Writes the first message. Cancel safe: a partially written message is continued by the next call.
    pub(super) async fn write(&mut self) {
        // A server that closed its input has probably ended, which the reader reports.
        if self.try_write().await.is_err() {
            self.close();
        }
    }

    async fn try_write(&mut self) -> io::Result<()> {
        let (Some(stream), Some(line)) = (&mut self.stream, self.waiting.front_mut()) else {
            return Ok(());
        };
        stream.write_all_buf(line).await?;
        stream.flush().await?;
        self.waiting.pop_front();
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.stream = None;
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_line_that_was_written_in_part_goes_on_where_it_was() {
        let (stream, mut server) = tokio::io::duplex(4);
        let mut input = Input::new(Box::new(stream));
        let messages = [json!({ "number": 1 }), json!({ "number": 2 })];
        messages.iter().for_each(|message| input.push(message));
        let mut heard = Vec::new();
        while input.waiting() > 0 {
            // Full, it is dropped with a part of the line written.
            tokio::select! {
                biased;
                () = input.write() => {}
                () = std::future::ready(()) => {}
            }
            let mut some = [0; 4];
            let length = server.read(&mut some).await.unwrap();
            heard.extend_from_slice(&some[..length]);
        }
        input.close();
        server.read_to_end(&mut heard).await.unwrap();
        let lines = messages.map(|message| line(&message).unwrap()).concat();
        assert_eq!(heard, lines);
        assert!(!input.is_open());
        input.push(&json!({}));
        assert_eq!(input.waiting(), 0, "nobody reads it any more");
    }

    #[test]
    fn few_messages_may_be_too_many_bytes() {
        let (stream, _server) = tokio::io::duplex(4);
        let mut input = Input::new(Box::new(stream));
        let half = json!("x".repeat(MAX_WAITING_BYTES / 2));
        input.push(&half);
        assert!(input.has_room());
        input.push(&half);
        assert!(!input.has_room());
        input.close();
        (0..BACKLOG).for_each(|_| input.push(&json!({})));
        assert!(input.has_room(), "nothing is queued any more");
    }

    #[tokio::test]
    async fn one_that_reads_no_more_is_closed() {
        let (stream, server) = tokio::io::duplex(4);
        let mut input = Input::new(Box::new(stream));
        input.push(&json!({ "number": 1 }));
        drop(server);
        input.write().await;
        assert!(!input.is_open());
        assert_eq!(input.waiting(), 0);
    }
}
