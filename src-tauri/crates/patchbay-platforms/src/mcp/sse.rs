//! Server-sent events, within limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream::{self, BoxStream, StreamExt};
use patchbay_http::strip_byte_order_mark;
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::Sse;

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
    let mut parser = EventParser::default();
    let mut parse = move |chunk: reqwest::Result<bytes::Bytes>| {
        let chunk = chunk.map_err(|error| StreamError::Cut(error.without_url()))?;
        let parsed = parser.parse(&chunk);
        let (bytes, events) = usage.add(chunk.len(), parsed.ended);
        if parsed.largest > limits.event {
            Err(StreamError::TooLarge(limits.event))
        } else if bytes > limits.bytes {
            Err(StreamError::TooLarge(limits.bytes))
        } else if events > limits.events {
            Err(StreamError::TooMany(limits.events))
        } else {
            Ok(parsed.events)
        }
    };
    let parsed = answer.bytes_stream().flat_map(move |chunk| {
        let failed = |error| vec![Err(SseError::Body(Box::new(error)))];
        stream::iter(parse(chunk).unwrap_or_else(failed))
    });
    parsed.boxed()
}

/// Parses events. What it can't use of a line it ignores, as the standard requires: such a line is no reason to lose the
/// response that comes with it.
///
/// Source: HTML, "Interpreting an event stream".
#[derive(Default)]
struct EventParser {
    /// The current line, as far as it was received.
    line: Vec<u8>,
    is_after_first_line: bool,
    /// Whether a line feed at the beginning of the next chunk belongs to the last line end.
    ends_with_return: bool,
    /// The current event, as far as it was received.
    event: Sse,
    /// Its bytes.
    size: usize,
}

/// What came with a chunk.
#[derive(Default)]
struct ParsedChunk {
    /// The events that it completes.
    events: Vec<Result<Sse, SseError>>,
    /// Number of events that it ends, including those without data.
    ended: usize,
    /// Bytes of the largest event in it, as far as it was received.
    largest: usize,
}

impl EventParser {
    fn parse(&mut self, chunk: &[u8]) -> ParsedChunk {
        let (mut parsed, mut rest) = (ParsedChunk::default(), chunk);
        if !rest.is_empty() && std::mem::take(&mut self.ends_with_return) {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            self.size += chunk.len() - rest.len();
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let before = rest.len();
            self.line.extend_from_slice(&rest[..end]);
            let (line_end, after) = rest[end..].split_at(1);
            rest = after;
            if line_end == b"\r" {
                self.ends_with_return = rest.is_empty();
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            self.size += before - rest.len();
            parsed.largest = parsed.largest.max(self.size);
            if self.line.is_empty() {
                self.size = 0;
                parsed.ended += 1;
            }
            parsed.events.extend(self.end_line());
        }
        self.line.extend_from_slice(rest);
        self.size += rest.len();
        parsed.largest = parsed.largest.max(self.size);
        parsed
    }

    /// Adds a complete line to the event; returns the event if the line is empty.
    fn end_line(&mut self) -> Option<Result<Sse, SseError>> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !std::mem::replace(&mut self.is_after_first_line, true) {
            line = strip_byte_order_mark(line);
        }
        let event = &mut self.event;
        if line.is_empty() {
            let event = std::mem::take(event);
            return (event != Sse::default()).then_some(Ok(event));
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let text = || String::from_utf8_lossy(value).into_owned();
        match name {
            b"data" => match (std::str::from_utf8(value), &mut event.data) {
                (Ok(text), Some(data)) => data.extend(["\n", text]),
                (Ok(text), data) => *data = Some(text.to_owned()),
                // Replaced bytes could change what the rest means.
                (Err(error), _) => return Some(Err(SseError::Utf8Parse(error))),
            },
            b"event" => event.event = Some(text()),
            b"id" if !value.contains(&0) => event.id = Some(text()),
            b"retry" if value.iter().all(u8::is_ascii_digit) => {
                event.retry = text().parse().ok().or(event.retry);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_starts_the_count_anew() {
        for end in ["\n\n", "\r\n\r\n", "\r\r"] {
            let event = format!("data: a{end}");
            let parsed = EventParser::default().parse(event.repeat(3).as_bytes());
            assert!(parsed.largest <= event.len() + 1, "{end:?}");
            assert_eq!(parsed.ended, 3, "{end:?}");
        }
    }

    #[test]
    fn an_event_in_many_chunks_is_counted_whole() {
        let mut parser = EventParser::default();
        let sizes: Vec<usize> = (0..4).map(|_| parser.parse(b"data: x").largest).collect();
        assert_eq!(sizes, [7, 14, 21, 28]);
    }

    /// The events of a stream that arrives in chunks of that size.
    fn parse(text: &str, size: usize) -> Vec<Sse> {
        let mut parser = EventParser::default();
        let chunks = text.as_bytes().chunks(size);
        let events = chunks.flat_map(|chunk| parser.parse(chunk).events);
        events.map(Result::unwrap).collect()
    }

    #[test]
    fn events_are_read_whatever_ends_their_lines_and_wherever_they_are_cut() {
        let text = "\u{feff}: hi\nid: 1\nretry: 5\ndata: a\ndata:  b\ndata\n\n\nevent: message\ndata:c\n\n";
        let events = [
            Sse::default().id("1").retry(5).data("a\n b\n"),
            Sse::default().event("message").data("c"),
        ];
        for end in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', end);
            for size in [1, 2, 3, 1000] {
                assert_eq!(parse(&text, size), events, "{end:?}, {size}");
            }
        }
    }

    #[test]
    fn what_the_standard_has_ignored_loses_no_event() {
        let text = "x-trace: 1\nnonsense\nretry: soon\nretry: 99999999999999999999\nid: 1\nid: 2\nid: \0\n\
                    event: a\nevent: message\ndata: x\n\nid: 3\ndata: cut";
        let event = Sse::default().id("2").event("message").data("x");
        assert_eq!(parse(text, 1000), [event]);
    }

    #[test]
    fn data_that_is_not_utf_8_fails_after_the_events_before() {
        let mut parser = EventParser::default();
        let events = parser.parse(b"data: a\n\ndata: \xff\n\n").events;
        assert!(matches!(&events[..], [Ok(_), Err(SseError::Utf8Parse(_))]));
    }
}
