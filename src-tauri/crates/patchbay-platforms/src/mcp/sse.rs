//! Server-sent events, each of a bounded size.

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::{Sse, SseStream};

/// Events as rmcp wants them.
pub(super) type Events = BoxStream<'static, Result<Sse, SseError>>;

/// Why a stream of events ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum BrokenStream {
    #[error("an event is larger than {0} bytes")]
    TooLarge(usize),
    #[error(transparent)]
    Cut(reqwest::Error),
}

/// Reads the events of an answer and ends with an error once one is larger than `limit` bytes.
pub(super) fn events(answer: reqwest::Response, limit: usize) -> Events {
    let mut size = EventSize::default();
    let bytes = answer.bytes_stream().map(move |chunk| match chunk {
        Ok(chunk) if size.add(&chunk) > limit => Err(BrokenStream::TooLarge(limit)),
        Ok(chunk) => Ok::<Bytes, _>(chunk),
        Err(error) => Err(BrokenStream::Cut(error.without_url())),
    });
    SseStream::from_bytes_stream(bytes).boxed()
}

/// Counts the bytes of the event under way; an empty line ends it.
#[derive(Default)]
struct EventSize {
    bytes: usize,
    line_is_empty: bool,
    after_return: bool,
}

impl EventSize {
    /// The size of the largest event that is part of the chunk, as far as it is known.
    fn add(&mut self, chunk: &[u8]) -> usize {
        let mut largest = 0;
        for &byte in chunk {
            let ends_line = byte == b'\r' || (byte == b'\n' && !self.after_return);
            self.after_return = byte == b'\r';
            self.bytes += 1;
            largest = largest.max(self.bytes);
            if ends_line {
                if self.line_is_empty {
                    self.bytes = 0;
                }
                self.line_is_empty = true;
            } else if byte != b'\n' {
                self.line_is_empty = false;
            }
        }
        largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_starts_the_count_anew() {
        for end in ["\n\n", "\r\n\r\n", "\r\r"] {
            let mut size = EventSize::default();
            let event = format!("data: a{end}");
            assert!(
                size.add(event.repeat(3).as_bytes()) <= event.len() + 1,
                "{end:?}"
            );
        }
    }

    #[test]
    fn an_event_in_many_chunks_is_counted_whole() {
        let mut size = EventSize::default();
        let sizes: Vec<usize> = (0..4).map(|_| size.add(b"data: x")).collect();
        assert_eq!(sizes, [7, 14, 21, 28]);
    }
}
