//! What a command says on standard error while it works.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::output::{self, text};

/// Standard error, for people. Clones share it.
#[derive(Clone)]
pub(crate) struct Stderr {
    quiet: bool,
    live: bool,
    /// Whether the cursor stands at the end of a line that is to be overwritten.
    open: Arc<Mutex<bool>>,
    /// Whether a question is open on the terminal; steps are not written meanwhile.
    paused: Arc<AtomicBool>,
}

impl Stderr {
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            live: std::io::stderr().is_terminal() && crate::escapes::are_supported(),
            open: Arc::default(),
            paused: Arc::default(),
        }
    }

    /// Says a line.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            self.write(line, false);
        }
    }

    /// Says how far it is: on a terminal in place of what was said before, else as a line.
    pub(crate) fn step(&self, line: &str) {
        if !self.quiet && !self.paused.load(Ordering::SeqCst) {
            self.write(line, self.live);
        }
    }

    /// Leaves the terminal to a question until the answer is dropped: steps are not said meanwhile.
    pub(crate) fn pause(&self) -> PauseGuard {
        self.paused.store(true, Ordering::SeqCst);
        self.clear();
        PauseGuard(Arc::clone(&self.paused))
    }

    /// Says what only a terminal can show, such as a countdown.
    pub(crate) fn tick(&self, line: &str) {
        if self.live {
            self.step(line);
        }
    }

    /// Leaves the line that would be overwritten, before somebody else writes.
    pub(crate) fn clear(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *open) {
            write_stderr("\r\x1b[2K");
        }
    }

    fn write(&self, line: &str, overwritable: bool) {
        let line = text::message(line);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let before = if *open { "\r\x1b[2K" } else { "" };
        *open = overwritable;
        if overwritable {
            let width = output::columns(std::io::stderr()).map_or(79, |width| width - 1);
            write_stderr(&format!(
                "{before}{}",
                text::truncate_to_width(&line, width)
            ));
        } else {
            write_stderr(&format!("{before}{line}\n"));
        }
    }
}

/// The terminal belongs to a question.
pub(crate) struct PauseGuard(Arc<AtomicBool>);

impl Drop for PauseGuard {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

fn write_stderr(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // A closed standard error leaves nobody to tell.
    drop(
        stderr
            .write_all(text.as_bytes())
            .and_then(|()| stderr.flush()),
    );
}
