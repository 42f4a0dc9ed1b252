//! Bytes from other parties, written as they arrive.

use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use patchbay_model::{Code, Problem};

use super::text;
use crate::failure::Failure;
use crate::input::run_until_interrupted;

/// Whether the reader of standard output closed the pipe.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Standard output for bytes: a pipe or a file gets them unchanged, a terminal as sanitized text.
#[derive(Debug)]
pub(crate) struct Raw {
    is_terminal: bool,
    /// The first bytes of an incomplete character.
    rest: Vec<u8>,
}

impl Raw {
    pub(super) fn new(is_terminal: bool) -> Self {
        Self {
            is_terminal,
            rest: Vec::new(),
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes the next bytes; `false` if the pipe is closed.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        if self.is_terminal {
            write_to_stdout(text::lines(&self.decode(bytes)).as_bytes())
        } else {
            write_to_stdout(bytes)
        }
    }

    /// Writes an incomplete last character.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        write_to_stdout(String::from_utf8_lossy(&self.rest).as_bytes()).map(drop)
    }

    /// Decodes all complete characters; invalid bytes become `�`.
    fn decode(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => complete_utf8_len(&self.rest),
        };
        let after = self.rest.split_off(whole);
        let now = std::mem::replace(&mut self.rest, after);
        String::from_utf8_lossy(&now).into_owned()
    }
}

/// Length of the bytes without an incomplete character at their end.
fn complete_utf8_len(bytes: &[u8]) -> usize {
    let last = bytes.len().saturating_sub(3)..bytes.len();
    let is_open = |from: &usize| {
        let end = std::str::from_utf8(&bytes[*from..]);
        end.is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    last.into_iter().find(is_open).unwrap_or(bytes.len())
}

/// Whether nobody reads standard output any more.
pub(crate) fn is_closed() -> bool {
    IS_CLOSED.load(Ordering::SeqCst)
}

/// Writes bytes; `false` if the pipe is closed. A signal ends the writing: the reader may never read on.
pub(super) fn write_to_stdout(bytes: &[u8]) -> Result<bool, Failure> {
    let bytes = bytes.to_vec();
    let written = run_until_interrupted(move || {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&bytes).and_then(|()| stdout.flush())
    });
    match written.ok_or_else(Failure::cancelled)? {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("couldn't write to stdout: {error}");
            Err(Problem::new(Code::FileFailed, message).into())
        }
        // A reader such as `head` may close the pipe early.
        Err(_) => {
            IS_CLOSED.store(true, Ordering::SeqCst);
            Ok(false)
        }
        Ok(()) => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(pieces: &[&[u8]]) -> (String, usize) {
        let mut raw = Raw::new(true);
        let shown = pieces.iter().map(|piece| raw.decode(piece)).collect();
        (shown, raw.rest.len())
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        let text = "a日b\u{202e}é";
        for at in 0..=text.len() {
            let (one, other) = text.as_bytes().split_at(at);
            assert_eq!(decode(&[one, other]), (text.to_owned(), 0), "{at}");
        }
        let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(decode(&single), (text.to_owned(), 0));
    }

    #[test]
    fn what_is_no_text_is_held_back_no_longer_than_a_character() {
        assert_eq!(decode(&[b"a\xffb"]), ("a\u{fffd}b".to_owned(), 0));
        assert_eq!(
            decode(&[b"\xff\xe6\x97", b"\xa5"]),
            ("\u{fffd}日".to_owned(), 0)
        );
        assert_eq!(decode(&[b"a\xe6\x97"]), ("a".to_owned(), 2));
        assert_eq!(decode(&[b"\x80\x80\x80\x80"]).1, 0);
    }
}
