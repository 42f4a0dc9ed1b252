//! Lines of a server's log, fit to be shown.

use std::sync::Arc;

use patchbay_http::text;
use patchbay_model::{Secret, clean_text};

/// Most characters of a line.
pub(super) const LINE_LENGTH: usize = 500;

/// Most bytes of a line that are looked at.
const LINE_BYTES: usize = 8 * 1024;

/// Hears a line that is fit to be shown.
pub type LineSink = Arc<dyn Fn(&str) + Send + Sync>;

/// One short line without terminal codes and secrets; empty where nothing is left.
pub(super) fn sanitize_log_line<'a>(
    written: &[u8],
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> String {
    let line = String::from_utf8_lossy(&written[..written.len().min(LINE_BYTES)]);
    let line = text::redact(&line, secrets.into_iter().map(Secret::expose));
    clean_text(&strip_ansi_codes(&line), LINE_LENGTH)
}

/// Without the codes by which terminals are told colors: what they leave behind is not for people.
fn strip_ansi_codes(line: &str) -> String {
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
