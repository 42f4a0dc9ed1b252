//! Server-sent events, within limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::{Sse, SseStream};

/// Events as rmcp wants them.
pub(super) type Events = BoxStream<'static, Result<Sse, SseError>>;

#[derive(Clone, Copy)]
pub(super) struct StreamLimits {
    /// Maximum bytes of one event.
    pub(super) event: usize,
    /// Maximum bytes of all events.
    pub(super) bytes: usize,
    /// Maximum number of events, including those that only keep the connection alive.
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

impl StreamError {
    /// The error of ours that rmcp's error wraps.
    pub(super) fn find(error: &SseError) -> Option<&Self> {
        match error {
            SseError::Body(inner) => inner.downcast_ref(),
            _ => None,
        }
    }
}

/// Bytes and events of a stream since the last response on it. Clones share the counts.
#[derive(Clone, Default)]
pub(super) struct StreamUsage(Arc<(AtomicUsize, AtomicUsize)>);

impl StreamUsage {
    pub(super) fn reset(&self) {
        self.0.0.store(0, Ordering::Relaxed);
        self.0.1.store(0, Ordering::Relaxed);
    }

    /// Adds bytes and events, and returns those since the last [`StreamUsage::reset`].
    fn add(&self, bytes: usize, events: usize) -> (usize, usize) {
        let sum = |of: &AtomicUsize, more| of.fetch_add(more, Ordering::Relaxed) + more;
        (sum(&self.0.0, bytes), sum(&self.0.1, events))
    }
}

/// Reads the events of a response; ends with an error once they exceed a limit.
pub(super) fn events(answer: reqwest::Response, limits: StreamLimits) -> Events {
    events_counting(answer, limits, StreamUsage::default())
}

/// As [`events`], with the totals counted in `usage`: a stream that lasts as long as a session may exceed them, if it
/// brings responses.
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

/// Counts the bytes of the current event, which an empty line ends.
#[derive(Default)]
struct EventSize {
    bytes: usize,
    /// Number of complete events.
    events: usize,
    line_is_empty: bool,
    after_return: bool,
}

impl EventSize {
    /// Size of the largest event in the chunk, as far as it was received.
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
