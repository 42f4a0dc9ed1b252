//! Reads lines within a size limit.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::time::Instant;

/// Written by some shells before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    /// When the line began.
    since: Instant,
    max_bytes: usize,
}

pub(super) enum NextLine<'a> {
    /// A line without surrounding white space.
    Line(&'a [u8]),
    /// The beginning of a line that exceeds the limit; the rest of it comes next.
    TooLong,
    /// The end of the stream.
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R, max_bytes: usize) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            line: Vec::new(),
            since: Instant::now(),
            max_bytes,
        }
    }

    /// Drops what was read of a line that is too long.
    pub(super) fn skip(&mut self) {
        self.line.clear();
    }

    /// Reads the next line. Cancel safe: a partially read line is kept.
    pub(super) async fn next(&mut self) -> NextLine<'_> {
        self.read(None).await
    }

    /// As [`Lines::next`]. What there is of a line after `limit` is a line by itself, and so is the rest.
    pub(super) async fn next_within(&mut self, limit: Duration) -> NextLine<'_> {
        self.read(Some(limit)).await
    }

    async fn read(&mut self, limit: Option<Duration>) -> NextLine<'_> {
        if self.line.last() == Some(&b'\n') {
            self.line.clear();
            // Releases the memory of a large line.
            self.line.shrink_to(64 * 1024);
        }
        loop {
            let more = self.input.fill_buf();
            let more = match limit.filter(|_| !self.line.is_empty()) {
                Some(limit) => tokio::time::timeout_at(self.since + limit, more).await,
                None => Ok(more.await),
            };
            let available = match more {
                Ok(Ok(available)) => available,
                Ok(Err(_)) => return NextLine::End,
                Err(_) => {
                    self.line.push(b'\n');
                    break;
                }
            };
            if available.is_empty() {
                if self.line.is_empty() {
                    return NextLine::End;
                }
                // Programs often end their last words, which say why they end, without a line break.
                self.line.push(b'\n');
                break;
            }
            let (taken, is_whole) = match available.iter().position(|&byte| byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (available.len(), false),
            };
            if self.line.len() + taken > self.max_bytes {
                return NextLine::TooLong;
            }
            if self.line.is_empty() {
                self.since = Instant::now();
            }
            self.line.extend_from_slice(&available[..taken]);
            self.input.consume(taken);
            if is_whole {
                break;
            }
        }
        let line = self.line.trim_ascii();
        NextLine::Line(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(text: &[u8], max_bytes: usize) -> Vec<String> {
        let mut lines = Lines::new(text, max_bytes);
        let mut found = Vec::new();
        loop {
            match lines.next().await {
                NextLine::Line(line) => found.push(String::from_utf8_lossy(line).into_owned()),
                NextLine::TooLong => return [found, vec!["too long".to_owned()]].concat(),
                NextLine::End => return found,
            }
        }
    }

    #[tokio::test]
    async fn line_ends_of_all_systems_are_taken() {
        let text = b"\xef\xbb\xbf{\"a\":1}\r\n\n  two \nhalf";
        assert_eq!(read(text, 100).await, ["{\"a\":1}", "", "two", "half"]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_the_last() {
        assert_eq!(
            read(b"1234567\n12345678\n1\n", 8).await,
            ["1234567", "too long"]
        );
    }
}
