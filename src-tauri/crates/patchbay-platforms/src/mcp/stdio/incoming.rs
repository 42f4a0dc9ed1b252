//! What comes from a program, or from the host in this process that holds it.

use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use super::host::ClientMessage;
use super::lines::{Lines, NextLine};

/// Where messages come from.
pub(super) enum Incoming {
    Stream(Lines<Box<dyn AsyncRead + Send + Unpin>>),
    /// The host has read them already.
    Host(mpsc::Receiver<ClientMessage>),
}

/// What came next.
pub(super) enum Next<'a> {
    Line(NextLine<'a>),
    Message(ClientMessage),
}

impl Incoming {
    /// What comes next; nothing is lost when this is dropped before.
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
