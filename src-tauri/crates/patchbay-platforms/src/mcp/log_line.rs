//! Sanitizes lines of a server's log for display.

use std::sync::Arc;

use patchbay_http::text;
use patchbay_model::{Secret, clean_text};

/// Maximum length of a line, in characters.
pub(super) const LINE_LENGTH: usize = 500;

/// Maximum bytes of a line; the rest is dropped before sanitizing.
const LINE_BYTES: usize = 8 * 1024;

/// Receives sanitized lines.
pub type LineSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Removes terminal codes and secrets from a line, and shortens it; the result may be empty.
pub(super) fn sanitize_log_line<'a>(
    line: &[u8],
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> String {
    let line = String::from_utf8_lossy(&line[..line.len().min(LINE_BYTES)]);
    let redaction = text::Redaction::new(secrets.into_iter().map(Secret::expose));
    let redact = |line: &str| redaction.redact(line);
    // Before cleaning, which changes blanks within a secret; and after it, as it removes what could split one.
    let line = redact(&clean_text(&redact(&strip_ansi_codes(&line)), usize::MAX));
    clean_text(&line, LINE_LENGTH)
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
            assert_eq!(sanitize_log_line(line.as_bytes(), &[]), shown, "{line:?}");
        }
    }

    #[test]
    fn nothing_within_a_secret_keeps_it_from_redaction() {
        let secrets = ["hunter2-abc", "two  blanks"].map(Secret::new);
        for line in [
            "key hunter2-abc!",
            "key hunte\u{1b}[0mr2-abc!",
            "key hunter2\u{200b}-abc!",
            "key two  blanks!",
        ] {
            let shown = sanitize_log_line(line.as_bytes(), &secrets);
            assert_eq!(shown, "key <redacted>!", "{line:?}");
        }
    }
}
