//! The side of whoever attaches.

use std::io;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    ReadHalf, WriteHalf,
};
use tokio::sync::watch;

use super::super::process::{self, Process, Streams};
use super::{Answer, Ask, Farewell, Held, Hello, LINE_BYTES, Launch, Reply, VERSION, line};

/// How long a holder may take to answer: the one before it of the same connector may have to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that another process holds, ready to be greeted.
pub struct Attached {
    pub(in crate::mcp::stdio) process: Process,
    pub(in crate::mcp::stdio) streams: Streams,
    pub(in crate::mcp::stdio) farewells: Farewells,
}

/// Why a holder did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum NotAttached {
    /// It is about to end, or broke off.
    #[error("the process that holds sessions didn't answer: {0}")]
    Lost(#[from] io::Error),
    /// It is of an older version.
    #[error("version {0} of Patchbay still holds sessions")]
    Older(String),
    /// It is of a newer version.
    #[error("version {0} of Patchbay holds sessions, which is newer than this one")]
    Newer(String),
    /// The program could not be started there, and would not be here.
    #[error("it couldn't be started: {0}")]
    NotStarted(String),
}

/// A stream to a holder.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// Attaches to a server, which is started there unless it runs.
///
/// # Errors
/// [`NotAttached`].
pub async fn attach(stream: impl Stream, launch: Launch) -> Result<Attached, NotAttached> {
    let (name, secrets) = (launch.name.clone(), launch.secrets.clone());
    let (answer, stdout, stdin) = ask(stream, Ask::Open(Box::new(launch))).await?;
    match answer {
        Answer::Opened => {}
        Answer::NotStarted(why) => return Err(NotAttached::NotStarted(why)),
        other => return Err(unexpected(&other)),
    }
    let (process, exit) = process::held_elsewhere(&name, secrets);
    Ok(Attached {
        process,
        streams: Streams {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
        },
        farewells: Farewells { exit },
    })
}

/// What is held there.
///
/// # Errors
/// [`NotAttached`].
pub async fn list_held(stream: impl Stream) -> Result<Vec<Held>, NotAttached> {
    match ask(stream, Ask::List).await?.0 {
        Answer::Held(held) => Ok(held),
        other => Err(unexpected(&other)),
    }
}

/// Ends what is held for a connector, or all of it, and tells how many servers that were.
///
/// # Errors
/// [`NotAttached`].
pub async fn end_held(stream: impl Stream, connector: Option<String>) -> Result<u32, NotAttached> {
    match ask(stream, Ask::End(connector)).await?.0 {
        Answer::Ended(count) => Ok(count),
        other => Err(unexpected(&other)),
    }
}

/// Has a holder end when nobody uses what it holds.
///
/// # Errors
/// [`NotAttached`].
pub async fn drain(stream: impl Stream) -> Result<(), NotAttached> {
    ask(stream, Ask::Drain).await.map(drop)
}

type Asked<S> = (Answer, BufReader<ReadHalf<S>>, WriteHalf<S>);

async fn ask<S: Stream>(stream: S, ask: Ask) -> Result<Asked<S>, NotAttached> {
    let asking = async {
        let (read, mut write) = tokio::io::split(stream);
        let hello = Hello {
            version: VERSION.to_owned(),
            ask,
        };
        write.write_all(&line(&hello)?).await?;
        write.flush().await?;
        let mut read = BufReader::new(read);
        let mut answer = Vec::new();
        let most = LINE_BYTES as u64;
        (&mut read)
            .take(most)
            .read_until(b'\n', &mut answer)
            .await?;
        let reply: Reply = serde_json::from_slice(&answer).map_err(io::Error::from)?;
        Ok((reply, read, write))
    };
    let asked: io::Result<_> = tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|elapsed| Err(elapsed.into()));
    let (reply, read, write) = asked?;
    match reply.answer {
        Answer::Refused if is_older(&reply.version) => Err(NotAttached::Older(reply.version)),
        Answer::Refused if reply.version != VERSION => Err(NotAttached::Newer(reply.version)),
        answer => Ok((answer, read, write)),
    }
}

fn unexpected(answer: &Answer) -> NotAttached {
    NotAttached::Lost(io::Error::other(match answer {
        Answer::Refused => "it is about to end",
        _ => "it answered something else",
    }))
}

/// Whether a version is older than this one.
fn is_older(version: &str) -> bool {
    let numbers = |version: &str| -> Vec<u64> {
        let parts = version.split(['.', '-', '+']);
        parts.map_while(|part| part.parse().ok()).collect()
    };
    numbers(version) < numbers(VERSION)
}

/// Hears how a server ended that another process holds.
pub(in crate::mcp::stdio) struct Farewells {
    exit: watch::Sender<Option<String>>,
}

impl Farewells {
    /// Whether the line is no message but the end; notes it.
    pub(in crate::mcp::stdio) fn take(&self, line: &[u8], process: &Process) -> bool {
        let Ok(farewell) = serde_json::from_slice::<Farewell>(line) else {
            return false;
        };
        for line in farewell.said.lines() {
            process.said().note(line.as_bytes());
        }
        if let Some(cut) = farewell.cut {
            process.cut(cut);
        }
        self.exit.send_replace(farewell.patchbay_ended);
        true
    }
}
