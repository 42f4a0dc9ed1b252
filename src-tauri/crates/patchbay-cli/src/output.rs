//! Data on standard output: one JSON document, or text and tables.
//!
//! Everything written to a terminal is sanitized here once more, in case a command forgot that a text comes from
//! another party.

pub(crate) mod content;
pub(crate) mod facts;
pub(crate) mod forms;
pub(crate) mod raw;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod when;
pub(crate) mod words;

#[cfg(unix)]
use std::os::fd::AsFd as Stream;
#[cfg(windows)]
use std::os::windows::io::AsHandle as Stream;

use std::ffi::OsStr;
use std::io::IsTerminal as _;

use parking_lot::Mutex;
use patchbay_model::{inert_json, inert_json_pretty};
use serde::Serialize;

pub(crate) use self::raw::is_closed;
use self::raw::{Raw, write_to_stdout};
use crate::escapes;
use crate::failure::Failure;

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    /// Whether `--watch` repeats the answer.
    repeats: bool,
    screen: Screen,
}

/// The last answer of `--watch`. Static, because a process has one standard output.
static LAST_ANSWER: Mutex<Option<String>> = Mutex::new(None);

/// What standard output can display.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) is_terminal: bool,
    /// Columns of the terminal; `None` if it is not a terminal or has no size.
    pub(crate) width: Option<usize>,
    pub(crate) colour: bool,
}

impl Screen {
    pub(crate) const PLAIN: Self = Self {
        is_terminal: false,
        width: None,
        colour: false,
    };
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR");
        Self {
            json,
            repeats: false,
            screen: Screen {
                is_terminal,
                width: is_terminal.then(|| columns(std::io::stdout())).flatten(),
                colour: is_terminal
                    && supports_colour(no_color.as_deref(), escapes::are_supported()),
            },
        }
    }

    /// Output of `--watch`: each answer is a line of JSON, or replaces the one before.
    pub(crate) fn with_repeats(self) -> Self {
        Self {
            repeats: true,
            ..self
        }
    }

    pub(crate) fn repeats(self) -> bool {
        self.repeats
    }

    /// Clears a terminal for the next answer.
    pub(crate) fn clear(self) -> Result<(), Failure> {
        match self.screen.is_terminal && !self.json && escapes::are_supported() {
            true => write(b"\x1b[2J\x1b[H"),
            false => Ok(()),
        }
    }

    /// Writes the value as a JSON document, or as the text from `words`. A closed pipe is not an error.
    pub(crate) fn answer<T: Serialize + ?Sized>(
        self,
        value: &T,
        words: impl FnOnce(Screen) -> String,
    ) -> Result<(), Failure> {
        let text = if self.json {
            match self.repeats {
                true => inert_json(value) + "\n",
                false => inert_json_pretty(value) + "\n",
            }
        } else if self.screen.is_terminal {
            text::strip_foreign_codes(&words(self.screen))
        } else {
            words(self.screen)
        };
        if self.repeats && !self.has_changed(&text) {
            return Ok(());
        }
        write(text.as_bytes())
    }

    /// Writes the value with `--json`, and otherwise nothing.
    pub(crate) fn json_only<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failure> {
        self.answer(value, |_| String::new())
    }

    /// Whether an answer has to be written. A terminal was cleared before, so it needs the same answer again.
    fn has_changed(self, text: &str) -> bool {
        let mut last = LAST_ANSWER.lock();
        let has_changed = last.as_deref() != Some(text);
        *last = Some(text.to_owned());
        has_changed || (self.screen.is_terminal && !self.json)
    }

    /// Standard output for bytes instead of one JSON document.
    pub(crate) fn raw(self) -> Result<Raw, Failure> {
        match self.json {
            true => Err(Failure::usage(
                "--json and binary output both use stdout",
                "Add --output FILE.",
            )),
            false => Ok(Raw::new(self.screen.is_terminal)),
        }
    }
}

/// A terminal that does not support escape sequences would show them as text.
fn supports_colour(no_color: Option<&OsStr>, reads_escapes: bool) -> bool {
    reads_escapes && no_color.is_none_or(OsStr::is_empty)
}

/// Columns of the stream's terminal; `None` if it is not a terminal or has no size.
pub(crate) fn columns(stream: impl Stream) -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(stream)?;
    Some(usize::from(width.0)).filter(|width| *width > 0)
}

pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    write_to_stdout(bytes).map(drop)
}

#[cfg(test)]
mod tests {
    use super::table::Tone;
    use super::*;

    #[test]
    fn a_console_that_reads_no_escape_sequences_gets_none() {
        for (no_color, reads_escapes, expected) in [
            (None, true, true),
            (Some(""), true, true),
            (None, false, false),
            (Some("1"), true, false),
        ] {
            let colour = supports_colour(no_color.map(OsStr::new), reads_escapes);
            assert_eq!(colour, expected, "{no_color:?} {reads_escapes}");
            let screen = Screen {
                is_terminal: true,
                width: Some(80),
                colour,
            };
            for tone in [Tone::Good, Tone::Warning, Tone::Bad, Tone::Faint] {
                let shown = text::strip_foreign_codes(&tone.paint("ready", screen));
                assert_eq!(shown.contains('\u{1b}'), expected, "{shown:?}");
            }
        }
    }
}
