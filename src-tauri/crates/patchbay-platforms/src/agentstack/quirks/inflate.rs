//! Bodies that may or may not be compressed, whatever their headers say.
//!
//! The platform decodes a compressed response of an MCP server but keeps its headers, while a proxy may compress it. Only
//! the bytes are reliable.
//!
//! Source: Agent Stack contract, section 3, `mcp`, "Server bug to expect"; trace `mcp-gzip`.

use std::io;

use async_compression::tokio::bufread::GzipDecoder;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use patchbay_http::StreamedAnswer;
use tokio_util::io::{ReaderStream, StreamReader};

use crate::{Error, Result};

const MAGIC: [u8; 2] = [0x1f, 0x8b];

type Pieces = BoxStream<'static, Result<Bytes>>;

/// Inflates the pieces of a body if it is compressed; headers stay unchanged.
pub(crate) fn inflate(answer: StreamedAnswer) -> StreamedAnswer {
    let pieces = stream::once(decode(answer.pieces)).try_flatten().boxed();
    StreamedAnswer { pieces, ..answer }
}

async fn decode(mut pieces: Pieces) -> Result<Pieces> {
    let mut start = BytesMut::new();
    while start.len() < MAGIC.len() && MAGIC.starts_with(&start) {
        let Some(piece) = pieces.next().await else {
            break;
        };
        start.extend_from_slice(&piece?);
    }
    let is_compressed = start.starts_with(&MAGIC);
    let start = (!start.is_empty()).then(|| Ok(start.freeze()));
    let pieces = stream::iter(start).chain(pieces);
    if !is_compressed {
        return Ok(pieces.boxed());
    }
    let mut decoder = GzipDecoder::new(StreamReader::new(pieces.map_err(io::Error::other)));
    decoder.multiple_members(true);
    Ok(ReaderStream::new(decoder).map_err(into_error).boxed())
}

/// The error of the body itself, or that of its decoding.
fn into_error(error: io::Error) -> Error {
    let broken = |_| Error::Protocol("compressed response is broken".to_owned());
    error.downcast().unwrap_or_else(broken)
}

#[cfg(test)]
mod tests;
