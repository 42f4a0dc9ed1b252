//! Server-sent events, within limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::{Sse, SseStream};

/// Events as rmcp wants them.
pub(super) type Events = BoxStream<'static, Result<Sse, SseError>>;

/// How much of one stream is read.
#[derive(Clone, Copy)]
pub(super) struct StreamLimits {
    /// Most bytes of one event.
    pub(super) event: usize,
    /// Most bytes over all events.
    pub(super) bytes: usize,
    /// Most events; one that only keeps the connection awake counts too.
    pub(super) events: usize,
}

/// Why a stream of events ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum StreamError {
    #[error("more than {0} bytes")]
    TooLarge(usize),
    #[error("more than {0} events")]
    TooMany(usize),
    #[error("an event is not followed")]
    Refused,
    #[error(transparent)]
    Cut(reqwest::Error),
}

/// How much of a stream was read since it was last worth it; clones count for the same stream.
#[derive(Clone, Default)]
pub(super) struct StreamUsage(Arc<(AtomicUsize, AtomicUsize)>);

impl StreamUsage {
    /// Begins to count anew.
    pub(super) fn reset(&self) {
        self.0.0.store(0, Ordering::Relaxed);
        self.0.1.store(0, Ordering::Relaxed);
    }

    /// Counts, and tells the bytes and events since the last [`StreamUsage::reset`].
    fn add(&self, bytes: usize, events: usize) -> (usize, usize) {
        let sum = |of: &AtomicUsize, more| of.fetch_add(more, Ordering::Relaxed) + more;
        (sum(&self.0.0, bytes), sum(&self.0.1, events))
    }
}

/// Reads the events of an answer and ends with an error once they exceed a limit.
pub(super) fn events(answer: reqwest::Response, limits: StreamLimits) -> Events {
    events_counting(answer, limits, StreamUsage::default())
}

/// As [`events`], with the totals counted in `usage`: a stream that lasts as long as a session may bring more, as long
/// as it brings what was asked for.
pub(super) fn events_counting(
    answer: reqwest::Response,
    limits: StreamLimits,
    usage: StreamUsage,
) -> Events {
    let mut size = EventSize::default();
    let bytes = answer.bytes_stream().map(move |chunk| {
        let chunk = chunk.map_err(|error| StreamError::Cut(error.without_url()))?;
        let (before, largest) = (size.events, size.add(&chunk));
        let (bytes, events) = usage.add(chunk.len(), size.events - before);
        if largest > limits.event {
            Err(StreamError::TooLarge(limits.event))
        } else if bytes > limits.bytes {
            Err(StreamError::TooLarge(limits.bytes))
        } else if events > limits.events {
            Err(StreamError::TooMany(limits.events))
        } else {
            Ok::<Bytes, _>(chunk)
        }
    });
    SseStream::from_bytes_stream(bytes).boxed()
}

/// Counts the bytes of the event under way; an empty line ends it.
#[derive(Default)]
struct EventSize {
    bytes: usize,
    /// How many have ended.
    events: usize,
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
                    self.events += 1;
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
            assert_eq!(size.events, 3, "{end:?}");
        }
    }

    #[test]
    fn an_event_in_many_chunks_is_counted_whole() {
        let mut size = EventSize::default();
        let sizes: Vec<usize> = (0..4).map(|_| size.add(b"data: x")).collect();
        assert_eq!(sizes, [7, 14, 21, 28]);
    }
}
