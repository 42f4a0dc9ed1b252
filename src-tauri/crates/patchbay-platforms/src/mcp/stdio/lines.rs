//! Lines of a program's output, none longer than is accepted.

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// What stands at the beginning of a file that some editors and shells write, and is no part of the text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads line by line.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    max_bytes: usize,
}

/// What came next.
pub(super) enum NextLine<'a> {
    /// A line, without its end and blanks around it.
    Line(&'a [u8]),
    /// More than is accepted without an end; the rest of it comes next.
    TooLong,
    /// Nothing more comes.
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R, max_bytes: usize) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            line: Vec::new(),
            max_bytes,
        }
    }

    /// Forgets what was read of a line that is too long.
    pub(super) fn skip(&mut self) {
        self.line.clear();
    }

    /// The next line. What was read of one stays when this is dropped before it ended.
    pub(super) async fn next(&mut self) -> NextLine<'_> {
        if self.line.last() == Some(&b'\n') {
            self.line.clear();
            // One large answer is no reason to keep as much for good.
            self.line.shrink_to(64 * 1024);
        }
        loop {
            let Ok(available) = self.input.fill_buf().await else {
                return NextLine::End;
            };
            if available.is_empty() {
                // A line without an end was cut off.
                return NextLine::End;
            }
            let (taken, is_whole) = match available.iter().position(|&byte| byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (available.len(), false),
            };
            if self.line.len() + taken > self.max_bytes {
                return NextLine::TooLong;
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
        assert_eq!(read(text, 100).await, ["{\"a\":1}", "", "two"]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_the_last() {
        assert_eq!(
            read(b"1234567\n12345678\n1\n", 8).await,
            ["1234567", "too long"]
        );
    }
}
