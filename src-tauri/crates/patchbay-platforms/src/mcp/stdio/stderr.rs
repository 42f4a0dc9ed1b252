//! What a program says to people: the last of it, fit to be shown.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_http::text;
use patchbay_model::{Secret, clean_text};

/// Most lines that are kept.
const LINES: usize = 20;

/// Most characters of a line.
const LINE_LENGTH: usize = 500;

/// Most bytes of a line that are looked at.
const LINE_BYTES: usize = 8 * 1024;

/// Hears a line that is fit to be shown.
pub type OnLine = Arc<dyn Fn(&str) + Send + Sync>;

/// The last lines of a program; clones are the same ones.
#[derive(Clone)]
pub(super) struct StderrTail(Arc<Inner>);

struct Inner {
    lines: Mutex<VecDeque<String>>,
    /// What it was given and must not be shown.
    secrets: Vec<Secret>,
    log: OnLine,
}

impl StderrTail {
    pub(super) fn new(secrets: Vec<Secret>, log: OnLine) -> Self {
        Self(Arc::new(Inner {
            lines: Mutex::default(),
            secrets,
            log,
        }))
    }

    /// Notes a line of its standard error.
    pub(super) fn note(&self, line: &[u8]) {
        let line = String::from_utf8_lossy(&line[..line.len().min(LINE_BYTES)]);
        let line = text::redact(&line, self.0.secrets.iter().map(Secret::expose));
        let line = clean_text(&without_colors(&line), LINE_LENGTH);
        if line.is_empty() {
            return;
        }
        (self.0.log)(&line);
        let mut lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// All that is kept, oldest first.
    pub(super) fn text(&self) -> String {
        let lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect::<Vec<_>>().join("\n")
    }
}

/// Without the codes by which terminals are told colors: what they leave behind is not for people.
fn without_colors(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(sign) = rest.next() {
        if sign != '\u{1b}' {
            text.push(sign);
            continue;
        }
        let mut code = rest.clone();
        if code.next() != Some('[') {
            continue;
        }
        // Parameters, then one letter that ends it.
        if code.any(|sign| ('\u{40}'..='\u{7e}').contains(&sign)) {
            rest = code;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_terminal_codes_are_taken_out() {
        let heard = Arc::new(Mutex::new(String::new()));
        let hearing = Arc::clone(&heard);
        let log: OnLine = Arc::new(move |line| hearing.lock().unwrap().push_str(line));
        let tail = StderrTail::new(vec![Secret::new("hunter2-hunter2")], log);
        tail.note(b"\x1b[31mbad key\x1b[0m hunter2-hunter2\x07\xff");
        assert_eq!(tail.text(), "bad key <redacted> \u{fffd}");
        assert_eq!(*heard.lock().unwrap(), tail.text());
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let tail = StderrTail::new(Vec::new(), Arc::new(|_| {}));
        for number in 0..1000 {
            tail.note(format!("{number} {}", "x".repeat(10_000)).as_bytes());
        }
        assert_eq!(tail.text().lines().count(), LINES);
        assert!(tail.text().starts_with("980 "));
        assert!(tail.text().len() < LINES * (LINE_LENGTH + 4));
    }
}
