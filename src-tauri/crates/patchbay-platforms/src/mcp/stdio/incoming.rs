//! Lines that come from a program, or from the host in this process that holds it.

use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use super::lines::{Lines, NextLine};

/// Where lines come from.
pub(super) enum Incoming {
    Stream(Lines<Box<dyn AsyncRead + Send + Unpin>>),
    Host(HostLines),
}

/// Lines that the host read already.
pub(super) struct HostLines {
    messages: mpsc::Receiver<Vec<u8>>,
    current: Vec<u8>,
    max_bytes: usize,
}

impl Incoming {
    pub(super) fn host(messages: mpsc::Receiver<Vec<u8>>, max_bytes: usize) -> Self {
        Self::Host(HostLines {
            messages,
            current: Vec::new(),
            max_bytes,
        })
    }

    /// The next line; nothing is lost when this is dropped before.
    pub(super) async fn next(&mut self) -> NextLine<'_> {
        let host = match self {
            Self::Stream(lines) => return lines.next().await,
            Self::Host(host) => host,
        };
        host.current = match host.messages.recv().await {
            Some(line) => line,
            None => return NextLine::End,
        };
        match host.current.trim_ascii() {
            line if line.len() > host.max_bytes => NextLine::TooLong,
            line => NextLine::Line(line),
        }
    }
}
