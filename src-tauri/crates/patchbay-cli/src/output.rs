//! Data on standard output: one JSON document, or words and tables for people.
//!
//! Whatever goes to a terminal passes through here once more, so that nothing another party wrote can act
//! on it, whichever command forgot to look.

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
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use patchbay_model::{Code, Problem, inert_json, inert_json_pretty};
use serde::Serialize;

use self::raw::Raw;
use crate::escapes;
use crate::failure::Failure;

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    /// Whether one answer is given again and again.
    repeats: bool,
    screen: Screen,
}

/// The last answer of `--watch`; static, as a process has one standard output.
static LAST_ANSWER: Mutex<Option<String>> = Mutex::new(None);

/// What the reader of standard output can show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// Whether it is a terminal, which acts on what it is sent.
    pub(crate) is_terminal: bool,
    /// Columns of the terminal; `None` when it is none, or does not say.
    pub(crate) width: Option<usize>,
    pub(crate) colour: bool,
}

impl Screen {
    /// No terminal.
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

    /// An output for `--watch`: each answer is a line of JSON, or replaces the one before.
    pub(crate) fn with_repeats(self) -> Self {
        Self {
            repeats: true,
            ..self
        }
    }

    /// Whether one answer is given again and again.
    pub(crate) fn repeats(self) -> bool {
        self.repeats
    }

    /// Empties a terminal for the next answer.
    ///
    /// # Errors
    /// As [`Output::answer`].
    pub(crate) fn clear(self) -> Result<(), Failure> {
        match self.screen.is_terminal && !self.json && escapes::are_supported() {
            true => write(b"\x1b[2J\x1b[H"),
            false => Ok(()),
        }
    }

    /// Whether standard output holds one JSON document.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Writes the value as a JSON document, or what `words` makes of it for people.
    ///
    /// # Errors
    /// When standard output cannot be written; that nobody reads any more is none.
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

    /// Whether an answer differs from the last one. A terminal was cleared before, so it is given the same one again.
    fn has_changed(self, text: &str) -> bool {
        let mut last = LAST_ANSWER.lock().unwrap_or_else(PoisonError::into_inner);
        let has_changed = last.as_deref() != Some(text);
        *last = Some(text.to_owned());
        has_changed || (self.screen.is_terminal && !self.json)
    }

    /// Standard output for bytes that are passed on as they come.
    pub(crate) fn raw(self) -> Raw {
        Raw::new(self.screen.is_terminal)
    }
}

/// Whether words are coloured on a terminal: one that does not read escape sequences would show them as letters.
fn supports_colour(no_color: Option<&OsStr>, reads_escapes: bool) -> bool {
    reads_escapes && no_color.is_none_or(OsStr::is_empty)
}

/// Columns of the terminal at which a stream ends; `None` when it is none, or says that it has none.
pub(crate) fn columns(stream: impl Stream) -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(stream)?;
    Some(usize::from(width.0)).filter(|width| *width > 0)
}

/// Writes bytes of our own as they are.
///
/// # Errors
/// As [`Output::answer`].
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    write_to_stdout(bytes).map(drop)
}

/// Writes bytes as they are; whether anybody still reads them.
///
/// # Errors
/// As [`Output::answer`].
fn write_to_stdout(bytes: &[u8]) -> Result<bool, Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("couldn't write to stdout: {error}");
            Err(Problem::new(Code::FileFailed, message).into())
        }
        // A reader such as `head` that has seen enough is no failure.
        written => Ok(written.is_ok()),
    }
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
