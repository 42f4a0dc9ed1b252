//! Logging to standard error, without secrets.
//!
//! Other crates are only logged from `warn` on, and some not at all, since they log URLs, headers, codes and whole
//! messages. All lines are stripped of URL queries and of control characters.

use std::io::{self, Write};

use patchbay_model::inert_block;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Crates that are not logged. The first logs the URL that the app was started with, including code and state, at
/// `warn`; the second forwards it; the third logs an error when a server requires a sign-in.
const SILENT: [&str; 3] = [
    "tauri_plugin_deep_link",
    "tauri_plugin_single_instance",
    "rmcp",
];

/// Starts logging with a filter such as `debug` or `patchbay_oauth=trace`. The error says why the filter is invalid.
pub fn log_to_stderr(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| error.to_string())?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(SanitizedStderr);
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(is_logged))
        .with(lines)
        .try_init();
    started.map_err(|error| error.to_string())?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "Patchbay started");
    Ok(())
}

fn is_logged(metadata: &Metadata<'_>) -> bool {
    let crate_name = metadata.target().split("::").next().unwrap_or_default();
    let is_ours = crate_name == "patchbay" || crate_name.starts_with("patchbay_");
    is_ours || (*metadata.level() <= Level::WARN && !SILENT.contains(&crate_name))
}

/// Standard error with sanitized lines.
struct SanitizedStderr;

impl<'a> MakeWriter<'a> for SanitizedStderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        Self
    }
}

impl Write for SanitizedStderr {
    /// Writes one event, which the subscriber passes as a whole. That standard error is closed is no error: the
    /// subscriber would print it there, which panics.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = sanitize_log_text(&String::from_utf8_lossy(event));
        drop(io::stderr().write_all(text.as_bytes()));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        drop(io::stderr().flush());
        Ok(())
    }
}

/// Removes what may be secret in URLs, and control characters.
pub(crate) fn sanitize_log_text(text: &str) -> String {
    const MARK: &str = "://";
    let strip = |address: &str| MARK.to_owned() + &strip_secrets(&address[MARK.len()..]);
    inert_block(&map_addresses(text, &[MARK], strip))
}

/// Replaces each part of the text that is an address from one of these beginnings on.
pub(crate) fn map_addresses(
    text: &str,
    beginnings: &[&str],
    replace: impl Fn(&str) -> String,
) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let find = |rest: &str| beginnings.iter().filter_map(|one| rest.find(one)).min();
    while let Some(at) = find(rest) {
        let (before, from) = rest.split_at(at);
        let (address, after) = from.split_at(from.find(ends_address).unwrap_or(from.len()));
        shown.push_str(before);
        shown.push_str(&replace(address));
        rest = after;
    }
    shown + rest
}

fn ends_address(sign: char) -> bool {
    sign.is_whitespace() || sign.is_control() || matches!(sign, '"' | '<' | '>' | '`')
}

/// Keeps host and path of a URL without its scheme.
fn strip_secrets(address: &str) -> String {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (place, secret) = address.split_at(end);
    let host_end = place.find('/').unwrap_or(place.len());
    let (authority, path) = place.split_at(host_end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let mark = if secret.is_empty() { "" } else { "?…" };
    format!("{host}{path}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_logged_without_secrets() {
        for (written, shown) in [
            (
                "got patchbay://oauth/callback?code=abc&state=def, refused",
                "got patchbay://oauth/callback?… refused",
            ),
            (
                "(https://a.example/x?api_key=k) \"https://b.example/y#token\"",
                "(https://a.example/x?… \"https://b.example/y?…\"",
            ),
            (
                "https://me:pass@c.example:8443/z",
                "https://c.example:8443/z",
            ),
            ("http://127.0.0.1:7777/mcp", "http://127.0.0.1:7777/mcp"),
            ("no address ?code=x", "no address ?code=x"),
        ] {
            assert_eq!(sanitize_log_text(written), shown);
        }
    }

    #[test]
    fn control_characters_are_not_logged() {
        assert_eq!(
            sanitize_log_text("a\u{1b}[2Jb\u{202e}c\n"),
            "a�[2Jb<U+202E>c\n"
        );
    }
}
