//! Operations whose answer is bytes as they come: a download, or another server's own stream.

use std::path::Path;

use bytes::Bytes;
use futures::StreamExt as _;
use patchbay_http::StreamedAnswer;
use patchbay_platforms::OperationEntry;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde::Serialize;

use crate::accounts::platform::finish_call;
use crate::atomic_file::AtomicFile;
use crate::context::Context;
use crate::error::Error;
use crate::operations::response_meta::ResponseMeta;
use crate::operations::{Call, CallOperation};
use crate::redact::StreamRedaction;

/// An answer that is not read yet. Dropping it closes the connection.
pub struct StreamedOperation {
    /// Status and headers, where they are wanted.
    pub head: Option<ResponseMeta>,
    /// Takes known secrets out of text. Anything else is passed on as it comes: another byte in it would
    /// make a file that cannot be read.
    redaction: Option<StreamRedaction>,
    answer: StreamedAnswer,
}

/// An answer that was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedOperation {
    /// Status and headers, where they are wanted.
    #[serde(flatten)]
    pub head: Option<ResponseMeta>,
    /// The file.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Calls an operation as an account, and gives its answer as it comes.
///
/// # Errors
/// As [`call_operation`](crate::operations::call_operation); [`Error::Usage`] when the operation has no stream.
pub async fn stream_operation(
    cx: &Context,
    request: CallOperation,
    wants_head: bool,
) -> Result<StreamedOperation, Error> {
    let call = prepare_stream(cx, request).await?;
    open_stream(cx, call, wants_head).await
}

/// The same, written to a file, which has its name once all of it came; one that is there is replaced then.
/// Only the user can read it.
///
/// # Errors
/// As [`stream_operation`]; [`Error::File`], and those of the pieces.
pub async fn save_operation(
    cx: &Context,
    request: CallOperation,
    wants_head: bool,
    path: &Path,
) -> Result<SavedOperation, Error> {
    let call = prepare_stream(cx, request).await?;
    // Before anything is sent, for a file that fails undoes nothing of what was done at the platform.
    let mut file = AtomicFile::create(path).await?;
    let mut streamed = open_stream(cx, call, wants_head).await?;
    let mut bytes = 0;
    while let Some(piece) = streamed.next().await? {
        file.write(&piece).await?;
        bytes += piece.len() as u64;
    }
    file.finish().await?;
    Ok(SavedOperation {
        head: streamed.head,
        path: path.display().to_string(),
        bytes,
    })
}

async fn prepare_stream(cx: &Context, request: CallOperation) -> Result<Call, Error> {
    let call = Call::prepare(cx, request).await?;
    let OperationEntry {
        name, is_streamed, ..
    } = call.operation;
    if *is_streamed {
        return Ok(call);
    }
    Err(Error::usage(
        format!("{name} doesn't return a file"),
        "Call it without a file.",
    ))
}

async fn open_stream(
    cx: &Context,
    call: Call,
    wants_head: bool,
) -> Result<StreamedOperation, Error> {
    let (arguments, options) = (call.arguments.clone(), &call.options);
    let opened = call
        .platform
        .stream(call.operation.name, arguments, options);
    let answer = finish_call(cx, &call.account.id, &*call.platform, opened.await).await?;
    let secrets = call.known_secrets()();
    Ok(StreamedOperation {
        head: wants_head.then(|| ResponseMeta::redacted(answer.status, &answer.headers, &secrets)),
        redaction: is_text(&answer.headers).then(|| StreamRedaction::new(secrets)),
        answer,
    })
}

/// Whether the pieces are text as they are. Where the type is not told they may be.
fn is_text(headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if value(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return false;
    }
    let kind = value(CONTENT_TYPE).unwrap_or("text/plain");
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let ends = [
        "json",
        "xml",
        "yaml",
        "csv",
        "javascript",
        "x-www-form-urlencoded",
    ];
    kind.starts_with("text/") || ends.iter().any(|end| kind.ends_with(end))
}

impl StreamedOperation {
    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Platform`]; nothing more comes then.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let piece = self.answer.pieces.next().await.transpose()?;
            let Some(redaction) = &mut self.redaction else {
                return Ok(piece);
            };
            match piece {
                Some(piece) => {
                    let shown = redaction.push(&piece);
                    // What may be the beginning of a secret waits for the next piece.
                    if !shown.is_empty() {
                        return Ok(Some(shown.into()));
                    }
                }
                None => {
                    let rest = self.redaction.take().map(StreamRedaction::finish);
                    return Ok(rest.filter(|rest| !rest.is_empty()).map(Bytes::from));
                }
            }
        }
    }
}
