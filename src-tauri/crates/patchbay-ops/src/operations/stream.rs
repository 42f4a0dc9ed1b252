//! Operations with a streamed response, such as a download.

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

/// A streamed response. Dropping it closes the connection.
pub struct StreamedOperation {
    /// Status and headers, if requested.
    pub head: Option<ResponseMeta>,
    /// Redacts secrets in text. Other content is forwarded unchanged, since redaction would corrupt the file.
    redaction: Option<StreamRedaction>,
    answer: StreamedAnswer,
}

/// A response that was saved to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedOperation {
    /// Status and headers, if requested.
    #[serde(flatten)]
    pub head: Option<ResponseMeta>,
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// Calls an operation and streams its response.
///
/// # Errors
/// As for [`call_operation`](crate::operations::call_operation); [`Error::Usage`] when the operation does not stream.
pub async fn stream_operation(
    cx: &Context,
    request: CallOperation,
    wants_head: bool,
) -> Result<StreamedOperation, Error> {
    let call = prepare_stream(cx, request).await?;
    open_stream(cx, call, wants_head).await
}

/// Calls an operation and saves its response to a file. An existing file is replaced once everything has arrived. Only
/// the user can read the file.
///
/// # Errors
/// As for [`stream_operation`]; [`Error::File`].
pub async fn save_operation(
    cx: &Context,
    request: CallOperation,
    wants_head: bool,
    path: &Path,
) -> Result<SavedOperation, Error> {
    let call = prepare_stream(cx, request).await?;
    // Before anything is sent, since a file error cannot undo what the operation did.
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
        format!("operation {name} doesn't return a file"),
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

/// Whether the chunks are plain text, which is assumed without a content type.
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
    /// Returns the next chunk; `None` after the last. An error ends the stream.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let piece = self.answer.pieces.next().await.transpose()?;
            let Some(redaction) = &mut self.redaction else {
                return Ok(piece);
            };
            match piece {
                Some(piece) => {
                    let shown = redaction.push(&piece);
                    // The possible start of a secret waits for the next chunk.
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
