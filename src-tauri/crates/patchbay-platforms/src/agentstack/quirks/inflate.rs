//! Bodies that may or may not be compressed, whatever their headers say.
//!
//! The platform decodes a compressed response of an MCP server but keeps its headers, while a proxy may compress it. Only
//! the bytes are reliable.
//!
//! Source: Agent Stack contract, section 3, `mcp`, "Server bug to expect"; trace `mcp-gzip`.

use std::io::{self, Write};

use bytes::{Buf, Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use patchbay_http::StreamedAnswer;

use crate::{Error, Result};

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Compressed bytes inflated at once, so that a piece has at most about 8 MiB.
const STEP: usize = 8 * 1024;

/// Inflates the pieces of a body if it is compressed; headers stay unchanged.
pub(crate) fn inflate(answer: StreamedAnswer) -> StreamedAnswer {
    let body = Body {
        pieces: answer.pieces,
        stage: Stage::Start(BytesMut::new()),
    };
    let pieces = stream::unfold(Some(body), |body| async move {
        let mut body = body?;
        match body.next().await {
            Ok(piece) => piece.map(|piece| (Ok(piece), Some(body))),
            Err(error) => Some((Err(error), None)),
        }
    });
    StreamedAnswer {
        pieces: pieces.boxed(),
        ..answer
    }
}

struct Body {
    pieces: BoxStream<'static, Result<Bytes>>,
    stage: Stage,
}

enum Stage {
    /// Not enough bytes to decide.
    Start(BytesMut),
    Plain,
    Compressed {
        decoder: Box<MultiGzDecoder<Vec<u8>>>,
        /// Received and not inflated yet.
        left: Bytes,
    },
    Ended,
}

impl Body {
    /// The next non-empty piece; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Stage::Compressed { decoder, left } = &mut self.stage
                && !left.is_empty()
            {
                let piece = inflate_step(decoder, left).map_err(invalid_gzip)?;
                if !piece.is_empty() {
                    return Ok(Some(piece));
                }
                continue;
            }
            let plain = match self.pieces.next().await {
                Some(piece) => self.take(piece?),
                None => return self.end(),
            };
            if let Some(piece) = plain {
                return Ok(Some(piece));
            }
        }
    }

    /// Receives a piece, and returns it if it is not compressed.
    fn take(&mut self, piece: Bytes) -> Option<Bytes> {
        match &mut self.stage {
            Stage::Start(start) => {
                start.extend_from_slice(&piece);
                let is_decided = start.len() >= MAGIC.len() || !MAGIC.starts_with(start);
                if !is_decided {
                    return None;
                }
                let start = start.split().freeze();
                if !start.starts_with(&MAGIC) {
                    self.stage = Stage::Plain;
                    return Some(start);
                }
                self.stage = Stage::Compressed {
                    decoder: Box::new(MultiGzDecoder::new(Vec::new())),
                    left: start,
                };
                None
            }
            Stage::Compressed { left, .. } => {
                *left = piece;
                None
            }
            Stage::Plain | Stage::Ended => Some(piece),
        }
    }

    fn end(&mut self) -> Result<Option<Bytes>> {
        let rest = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Start(start) => start.freeze(),
            Stage::Compressed { decoder, .. } => decoder.finish().map_err(invalid_gzip)?.into(),
            Stage::Plain | Stage::Ended => Bytes::new(),
        };
        Ok(Some(rest).filter(|rest| !rest.is_empty()))
    }
}

/// Inflates one step; the flush outputs everything decoded so far.
fn inflate_step(decoder: &mut MultiGzDecoder<Vec<u8>>, left: &mut Bytes) -> io::Result<Bytes> {
    let step = left.len().min(STEP);
    decoder.write_all(&left[..step])?;
    decoder.flush()?;
    left.advance(step);
    Ok(std::mem::take(decoder.get_mut()).into())
}

fn invalid_gzip(_: io::Error) -> Error {
    Error::Protocol("compressed response is broken".to_owned())
}

#[cfg(test)]
mod tests;
