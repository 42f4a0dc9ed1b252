//! Sanitizes lines of a server's log for display.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_http::text::Redaction;
use patchbay_model::{Secret, clean_text};

/// Maximum length of a line, in characters.
pub(super) const LINE_LENGTH: usize = 500;

/// Maximum bytes of a line; the rest is dropped before sanitizing.
const LINE_BYTES: usize = 8 * 1024;

/// Maximum number of secrets besides those of the start; the oldest are dropped first.
const MAX_RECENT: usize = 64;

/// Lengths of secrets besides those of the start, in bytes.
const SECRET_LENGTHS: RangeInclusive<usize> = 6..=LINE_BYTES;

/// Receives sanitized lines.
pub type LineSink = Arc<dyn Fn(&str) + Send + Sync>;

/// The secrets that a server knows, and could write into its log. Clones share them.
#[derive(Clone)]
pub(super) struct LogSecrets(Arc<Mutex<Known>>);

struct Known {
    /// Those of its start.
    fixed: Vec<Secret>,
    /// Those that it was sent, newest last.
    recent: VecDeque<Secret>,
    /// Those that whoever holds the server was not told of yet.
    untold: Vec<Secret>,
    /// `None` until the next line.
    redaction: Option<Arc<Redaction>>,
}

impl LogSecrets {
    pub(super) fn new(fixed: Vec<Secret>) -> Self {
        Self(Arc::new(Mutex::new(Known {
            fixed,
            recent: VecDeque::new(),
            untold: Vec::new(),
            redaction: None,
        })))
    }

    /// Adds secrets before the server is sent them, as far as they fit into a line and are no word of it.
    pub(super) fn add<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) {
        let fits = |secret: &&Secret| SECRET_LENGTHS.contains(&secret.expose().len());
        let mut secrets = secrets.into_iter().filter(fits).peekable();
        // As in most calls.
        if secrets.peek().is_none() {
            return;
        }
        let mut known = self.0.lock();
        for secret in secrets {
            let is_same = |known: &Secret| known.expose() == secret.expose();
            if known.fixed.iter().any(is_same) {
                continue;
            }
            match known.recent.iter().position(is_same) {
                Some(at) => drop(known.recent.remove(at)),
                None => known.redaction = None,
            }
            known.recent.push_back(secret.clone());
            known.untold.push(secret.clone());
        }
        let surplus = known.recent.len().saturating_sub(MAX_RECENT);
        known.recent.drain(..surplus);
        let surplus = known.untold.len().saturating_sub(MAX_RECENT);
        known.untold.drain(..surplus);
    }

    /// Takes the secrets that were added since this was last called.
    pub(super) fn take_untold(&self) -> Vec<Secret> {
        std::mem::take(&mut self.0.lock().untold)
    }

    #[cfg(test)]
    fn all(&self) -> Vec<Secret> {
        let known = self.0.lock();
        known.fixed.iter().chain(&known.recent).cloned().collect()
    }

    fn redaction(&self) -> Arc<Redaction> {
        let mut known = self.0.lock();
        let Known {
            fixed,
            recent,
            redaction,
            ..
        } = &mut *known;
        let secrets = || fixed.iter().chain(&*recent).map(Secret::expose);
        Arc::clone(redaction.get_or_insert_with(|| Arc::new(Redaction::new(secrets()))))
    }

    /// Redacts the secrets in a text, however they are escaped in JSON within it.
    pub(super) fn redact(&self, text: &str) -> String {
        self.redaction().redact(text)
    }

    /// Removes terminal codes and secrets from a line, and shortens it; the result may be empty.
    pub(super) fn sanitize(&self, line: &[u8]) -> String {
        let line = String::from_utf8_lossy(&line[..line.len().min(LINE_BYTES)]);
        let redaction = self.redaction();
        let redact = |line: &str| redaction.redact(line);
        // Before cleaning, which changes blanks within a secret; and after it, as it removes what could split one.
        let line = redact(&clean_text(&redact(&strip_ansi_codes(&line)), usize::MAX));
        clean_text(&line, LINE_LENGTH)
    }
}

/// Removes ANSI escape sequences as a whole; just without the escape character their rest would be shown.
fn strip_ansi_codes(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(sign) = rest.next() {
        if sign != '\u{1b}' {
            text.push(sign);
            continue;
        }
        let mut code = rest.clone();
        let end = match code.next() {
            // Parameters, then a final byte.
            Some('[') => code.find(|sign| ('\u{40}'..='\u{7e}').contains(sign)),
            // A title or link of the terminal, up to a bell or an escape character with a backslash.
            Some(']') => code.find(|sign| matches!(sign, '\u{7}' | '\u{1b}')),
            _ => None,
        };
        if let Some(end) = end {
            rest = code;
            if end == '\u{1b}' {
                let after = rest.as_str();
                rest = after.strip_prefix('\\').unwrap_or(after).chars();
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_links_of_a_terminal_are_left_out() {
        for (line, shown) in [
            (
                "\u{1b}]0;npm install\u{7}added 3 packages",
                "added 3 packages",
            ),
            (
                "see \u{1b}]8;;https://a.example\u{1b}\\here\u{1b}]8;;\u{1b}\\!",
                "see here!",
            ),
            ("\u{1b}]0;never ends", "]0;never ends"),
        ] {
            let secrets = LogSecrets::new(Vec::new());
            assert_eq!(secrets.sanitize(line.as_bytes()), shown, "{line:?}");
        }
    }

    #[test]
    fn nothing_within_a_secret_keeps_it_from_redaction() {
        let secrets = ["hunter2-abc", "two  blanks"].map(Secret::new);
        let secrets = LogSecrets::new(secrets.to_vec());
        for line in [
            "key hunter2-abc!",
            "key hunte\u{1b}[0mr2-abc!",
            "key hunter2\u{200b}-abc!",
            "key two  blanks!",
        ] {
            let shown = secrets.sanitize(line.as_bytes());
            assert_eq!(shown, "key <redacted>!", "{line:?}");
        }
    }

    #[test]
    fn the_newest_secrets_of_calls_are_redacted_and_always_those_of_the_start() {
        let secrets = LogSecrets::new(vec![Secret::new("of-the-start")]);
        let line = b"of-the-start of-call-00 of-call-01 of-call-64";
        assert_eq!(
            secrets.sanitize(line),
            "<redacted> of-call-00 of-call-01 of-call-64"
        );
        let of_call = |number| Secret::new(format!("of-call-{number:02}"));
        for number in 0..MAX_RECENT {
            secrets.add(&[of_call(number)]);
        }
        // One that is used again is as new as any.
        secrets.add(&[of_call(0), Secret::new("of-the-start")]);
        secrets.add(&[of_call(MAX_RECENT)]);
        assert_eq!(
            secrets.sanitize(line),
            "<redacted> <redacted> of-call-01 <redacted>"
        );
        assert_eq!(secrets.all().len(), 1 + MAX_RECENT);
    }
}
