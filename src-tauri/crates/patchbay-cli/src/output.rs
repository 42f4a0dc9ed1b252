//! Data on standard output: one JSON document, or words and tables for people.

pub(crate) mod facts;
pub(crate) mod forms;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod when;
pub(crate) mod words;

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use patchbay_model::{Code, Problem};
use serde::Serialize;

use crate::failure::Failure;

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    screen: Screen,
}

/// What the reader of standard output can show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// Columns of the terminal; `None` when it is none.
    pub(crate) width: Option<usize>,
    pub(crate) colour: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            json,
            screen: Screen {
                width: width.filter(|_| terminal),
                colour: terminal && !plain && crate::escapes::are_read(),
            },
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
            let text = serde_json::to_string_pretty(value)
                .map_err(|error| Failure::internal(format!("could not write JSON: {error}")))?;
            text + "\n"
        } else {
            words(self.screen)
        };
        write(text.as_bytes())
    }
}

/// Writes bytes as they are.
///
/// # Errors
/// As [`Output::answer`].
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    passed_on(bytes).map(drop)
}

/// Writes bytes as they are; whether anybody still reads them.
///
/// # Errors
/// As [`Output::answer`].
pub(crate) fn passed_on(bytes: &[u8]) -> Result<bool, Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("could not write to standard output: {error}");
            Err(Problem::new(Code::FileFailed, message).into())
        }
        // A reader such as `head` that has seen enough is no failure.
        written => Ok(written.is_ok()),
    }
}
