//! Messages of a program, or of the host in this process that holds it.

use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use super::host::ClientMessage;
use super::lines::{Lines, NextLine};

pub(super) enum Incoming {
    Stream(Lines<Box<dyn AsyncRead + Send + Unpin>>),
    /// Messages that the host has parsed.
    Host(mpsc::Receiver<ClientMessage>),
}

pub(super) enum Next<'a> {
    Line(NextLine<'a>),
    Message(ClientMessage),
}

impl Incoming {
    /// Reads the next line or message. Cancel safe.
    pub(super) async fn next(&mut self) -> Next<'_> {
        match self {
            Self::Stream(lines) => Next::Line(lines.next().await),
            Self::Host(messages) => match messages.recv().await {
                Some(message) => Next::Message(message),
                None => Next::Line(NextLine::End),
            },
        }
    }
}
