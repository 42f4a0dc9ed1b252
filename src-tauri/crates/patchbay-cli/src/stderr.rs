//! Messages and progress on standard error.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::output::{self, text};

/// Standard error; clones share their state.
#[derive(Clone)]
pub(crate) struct Stderr {
    quiet: bool,
    /// Whether progress is written.
    progresses: bool,
    live: bool,
    /// Whether the cursor is at the end of a progress line that the next message overwrites.
    open: Arc<Mutex<bool>>,
    /// Whether a prompt is open, during which no progress is written.
    paused: Arc<AtomicBool>,
}

impl Stderr {
    /// With `--json` no progress is written: whoever reads the JSON gets an error as the only line.
    pub(crate) fn new(quiet: bool, json: bool) -> Self {
        Self {
            quiet,
            progresses: !quiet && !json,
            live: std::io::stderr().is_terminal() && crate::escapes::are_supported(),
            open: Arc::default(),
            paused: Arc::default(),
        }
    }

    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            self.insist(line);
        }
    }

    /// Prints what the user has to act on, also with `--quiet`.
    pub(crate) fn insist(&self, line: &str) {
        self.write(line, false);
    }

    /// Prints progress, which on a terminal replaces the progress before it.
    pub(crate) fn step(&self, line: &str) {
        if self.progresses && !self.paused.load(Ordering::SeqCst) {
            self.write(line, self.live);
        }
    }

    /// Suppresses progress until the guard is dropped.
    pub(crate) fn pause(&self) -> PauseGuard {
        self.paused.store(true, Ordering::SeqCst);
        self.clear();
        PauseGuard(Arc::clone(&self.paused))
    }

    /// Prints progress that only a terminal can show, such as a countdown.
    pub(crate) fn tick(&self, line: &str) {
        if self.live {
            self.step(line);
        }
    }

    /// Removes the progress line before something else is written.
    pub(crate) fn clear(&self) {
        let mut open = self.open.lock();
        if std::mem::take(&mut *open) {
            write_stderr("\r\x1b[2K");
        }
    }

    fn write(&self, line: &str, overwritable: bool) {
        let line = text::message(line);
        let mut open = self.open.lock();
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

/// Ends a [`Stderr::pause`] when dropped.
pub(crate) struct PauseGuard(Arc<AtomicBool>);

impl Drop for PauseGuard {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

fn write_stderr(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // There is nowhere to report that standard error is closed.
    drop(
        stderr
            .write_all(text.as_bytes())
            .and_then(|()| stderr.flush()),
    );
}
