//! The standard error of a program: its last lines, sanitized for display.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_model::Secret;
use tokio::sync::watch;

use crate::mcp::log_line::{LineSink, LogSecrets};
use crate::mcp::server_log::ServerLog;

/// Maximum number of lines that are kept.
const LINES: usize = 20;

/// The last lines of a program. Clones share them.
#[derive(Clone)]
pub(super) struct StderrTail(Arc<Inner>);

struct Inner {
    lines: Mutex<VecDeque<String>>,
    /// Marked as changed by each line.
    activity: watch::Sender<()>,
    /// Redacted in the lines and in the [log](StderrTail::server_log).
    secrets: LogSecrets,
    log: LineSink,
}

impl StderrTail {
    pub(super) fn new(secrets: Vec<Secret>, log: LineSink) -> Self {
        Self(Arc::new(Inner {
            lines: Mutex::default(),
            activity: watch::Sender::default(),
            secrets: LogSecrets::new(secrets),
            log,
        }))
    }

    /// Marked as changed whenever the program writes a line from now on.
    pub(super) fn activity(&self) -> watch::Receiver<()> {
        self.0.activity.subscribe()
    }

    pub(super) fn note_activity(&self) {
        self.0.activity.send_replace(());
    }

    /// Logs a line, and keeps it if it may say what happened.
    pub(super) fn note(&self, line: &[u8]) {
        self.note_activity();
        let line = self.0.secrets.sanitize(line);
        if line.is_empty() {
            return;
        }
        (self.0.log)(&line);
        if is_stack_frame(&line) {
            return;
        }
        let mut lines = self.0.lines.lock();
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// Redacts secrets from now on.
    pub(super) fn redact(&self, secrets: &[Secret]) {
        self.0.secrets.add(secrets);
    }

    /// The log for the program's log notifications: they are written to the same sink, and not kept.
    pub(super) fn server_log(&self) -> ServerLog {
        ServerLog::new(Some(Arc::clone(&self.0.log)), self.0.secrets.clone())
    }

    pub(super) fn last(&self) -> Option<String> {
        self.0.lines.lock().back().cloned()
    }

    /// The last lines, oldest first.
    pub(super) fn text(&self) -> String {
        let lines: Vec<_> = self.0.lines.lock().iter().cloned().collect();
        lines.join("\n")
    }
}

/// Whether the line belongs to the stack trace below an error of JavaScript or Java, which would displace its message.
fn is_stack_frame(line: &str) -> bool {
    let line = line.trim();
    let is_frame = line.starts_with("at ") && (line.ends_with(')') || ends_with_position(line));
    is_frame || !line.contains(char::is_alphanumeric)
}

/// Whether the line ends with line and column, as in `server.js:12:5`.
fn ends_with_position(line: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = line.rsplitn(3, ':');
    parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::log_line::LINE_LENGTH;
    use crate::mcp::tests::recorded_log;

    #[test]
    fn secrets_and_terminal_codes_are_taken_out() {
        let (log, lines) = recorded_log();
        let tail = StderrTail::new(vec![Secret::new("hunter2-hunter2")], log);
        tail.note(b"\x1b[31mbad key\x1b[0m hunter2-hunter2\x07\xff");
        assert_eq!(tail.text(), "bad key <redacted> \u{fffd}");
        assert_eq!(*lines.lock().unwrap(), [tail.text()]);
    }

    #[test]
    fn a_stack_trace_is_logged_but_does_not_displace_the_error_above_it() {
        let (log, lines) = recorded_log();
        let tail = StderrTail::new(Vec::new(), log);
        let written = [
            "Error: no key",
            "    at fetch (/x/undici/index.js:155:10)",
            "    at async file:///x/proxy.js:12:5",
            "    at node:internal/main/run_main_module:36:49",
            "  ^^^^",
            "}",
            "meet at 10:30",
        ];
        for line in written {
            tail.note(line.as_bytes());
        }
        assert_eq!(tail.text(), "Error: no key\nmeet at 10:30");
        assert_eq!(lines.lock().unwrap().len(), written.len());
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
