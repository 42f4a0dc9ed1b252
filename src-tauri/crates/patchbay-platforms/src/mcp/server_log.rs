//! Log notifications of a server, as lines for people.
//!
//! They are taken off the stream in order and before rmcp, which has no use for them and would spawn a task for each.
//!
//! Source: MCP 2025-11-25 and 2026-07-28, "Logging".

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use patchbay_model::{LogLevel, Secret, clean_text};
use rmcp::model::{ConstString as _, LoggingMessageNotificationMethod};
use serde_json::Value;

use super::log_line::{LineSink, LogSecrets};

/// Maximum number of messages in [`WINDOW`] that are written.
const MAX_LINES: u32 = 200;
const WINDOW: Duration = Duration::from_secs(10);

/// Maximum length of the name of a logger, in characters.
const LOGGER_LENGTH: usize = 60;

/// The log of one connection.
pub(super) struct ServerLog {
    /// `None` if nobody reads the log.
    write: Option<LineSink>,
    secrets: LogSecrets,
    state: Mutex<State>,
}

struct State {
    since: Instant,
    count: u32,
}

impl ServerLog {
    pub(super) fn new(write: Option<LineSink>, secrets: LogSecrets) -> Self {
        Self {
            write,
            secrets,
            state: Mutex::new(State {
                since: Instant::now(),
                count: 0,
            }),
        }
    }

    /// A log that nobody reads.
    pub(super) fn unread() -> Self {
        Self::new(None, LogSecrets::new(Vec::new()))
    }

    pub(super) fn is_read(&self) -> bool {
        self.write.is_some()
    }

    /// Redacts secrets from now on, if anybody reads the log.
    pub(super) fn redact<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) {
        if self.is_read() {
            self.secrets.add(secrets);
        }
    }

    /// Takes the secrets that were added since this was last called, for who else writes the server's log.
    pub(super) fn take_untold_secrets(&self) -> Vec<Secret> {
        self.secrets.take_untold()
    }

    /// Writes a log notification; `false` for any other message.
    pub(super) fn take(&self, message: &Value) -> bool {
        let is_request = message.get("id").is_some_and(|id| !id.is_null());
        if message["method"] != LoggingMessageNotificationMethod::VALUE || is_request {
            return false;
        }
        if let Some(write) = &self.write {
            self.note(&message["params"], write);
        }
        true
    }

    fn note(&self, params: &Value, write: &LineSink) {
        let mut state = self.state.lock();
        if state.since.elapsed() >= WINDOW {
            (state.since, state.count) = (Instant::now(), 0);
        }
        state.count = state.count.saturating_add(1);
        let line = match state.count.cmp(&(MAX_LINES + 1)) {
            Ordering::Less => format_line(params, &self.secrets),
            Ordering::Equal => Some(format!(
                "Patchbay leaves messages out: there are more than {MAX_LINES} in {} s",
                WINDOW.as_secs()
            )),
            Ordering::Greater => None,
        };
        drop(state);
        if let Some(line) = line {
            write(&line);
        }
    }
}

/// The line for a message; `None` for an empty one.
fn format_line(params: &Value, secrets: &LogSecrets) -> Option<String> {
    let message = match &params["data"] {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        // Secrets may be escaped in a string of it that is longer than a line.
        other => secrets.redact(&other.to_string()),
    };
    let level = params["level"].as_str().and_then(LogLevel::from_word);
    let level = level.unwrap_or(LogLevel::Info).as_str();
    let logger = params["logger"].as_str().unwrap_or_default();
    let message = match clean_text(logger, LOGGER_LENGTH) {
        logger if logger.is_empty() => message,
        logger => format!("{logger}: {message}"),
    };
    if clean_text(&message, 1).is_empty() {
        return None;
    }
    let line = format!("[{level}] {message}");
    Some(secrets.sanitize(line.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;
    use crate::mcp::tests::recorded_log;

    fn log(secrets: Vec<Secret>) -> (ServerLog, Arc<Mutex<Vec<String>>>) {
        let (write, lines) = recorded_log();
        (ServerLog::new(Some(write), LogSecrets::new(secrets)), lines)
    }

    fn message(params: Value) -> Value {
        json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": params })
    }

    #[test]
    fn a_message_is_one_inert_line_with_level_and_logger_and_without_secrets() {
        let (log, lines) = log(vec![Secret::new("hunter2-hunter2")]);
        log.redact(&[Secret::new("Bearer to\"ken-1")]);
        for params in [
            json!({ "level": "warning", "logger": "db", "data": "slow\n\u{1b}[31mhunter2-hunter2\u{202e}" }),
            json!({ "level": "error", "data": { "sent": ["to\"ken-1", "hunter2-hunter2"] } }),
            json!({ "level": "loud] [x", "logger": 7, "data": 3 }),
            json!({ "level": "info", "data": "" }),
            json!({ "level": "info" }),
            json!(null),
            json!({ "level": "debug", "logger": "l".repeat(9_000), "data": "d".repeat(100_000) }),
        ] {
            assert!(log.take(&message(params)));
        }
        let lines = lines.lock().unwrap();
        assert_eq!(
            lines[..3],
            [
                "[warning] db: slow <redacted>",
                r#"[error] {"sent":["<redacted>","<redacted>"]}"#,
                "[info] 3",
            ]
        );
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[3].chars().count(), 500);
    }

    #[test]
    fn nothing_else_is_taken() {
        let (log, lines) = log(Vec::new());
        let mut request = message(json!({ "level": "info", "data": "x" }));
        request["id"] = json!(1);
        assert!(!log.take(&request));
        assert!(!log.take(&json!({ "jsonrpc": "2.0", "method": "notifications/progress" })));
        assert!(!log.take(&json!([])));
        assert!(lines.lock().unwrap().is_empty());
        // Where nobody reads it, it is taken all the same.
        let unread = ServerLog::unread();
        assert!(unread.take(&message(json!({ "level": "info", "data": "x" }))));
    }

    #[test]
    fn of_a_flood_the_beginning_is_written_down_and_that_there_was_more() {
        let (log, lines) = log(Vec::new());
        for number in 0..10_000 {
            log.take(&message(json!({ "level": "info", "data": number })));
        }
        let lines = lines.lock().unwrap();
        assert_eq!(lines.len(), MAX_LINES as usize + 1);
        assert_eq!(lines[MAX_LINES as usize - 1], "[info] 199");
        assert!(lines[MAX_LINES as usize].starts_with("Patchbay leaves messages out"));
    }
}
