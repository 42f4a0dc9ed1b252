//! Cleans and redacts untrusted text.

use patchbay_model::clean_text;
use serde_json::Value;

use crate::json;

/// Limits for JSON of hosted platforms, whose longest lists are a fraction of it.
pub const JSON_LIMITS: json::Limits = json::Limits {
    values: 1_000_000,
    depth: 100,
    text: usize::MAX,
    items: None,
};

/// Parses a body as JSON within [`JSON_LIMITS`].
pub fn read_json(body: &[u8]) -> Option<Value> {
    json::parse(body, JSON_LIMITS).ok()
}

/// The text of a JSON string that isn't empty.
pub fn non_empty(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// Cleans a text line by line, keeping its line breaks; at most about `max_chars` characters.
pub fn clean_lines(text: &str, max_chars: usize) -> String {
    let mut left = max_chars;
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = clean_text(line, left);
        left = left.saturating_sub(line.chars().count() + 1);
        lines.push(line);
        if left == 0 {
            break;
        }
    }
    lines.join("\n").trim().to_owned()
}

/// Replaces the secrets in a text by `<redacted>`, longest first so that none survives inside another.
///
/// A value with a scheme, such as `Bearer …`, is replaced with and without it.
pub fn redact<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut secrets: Vec<&str> = secrets
        .into_iter()
        .flat_map(|secret| [Some(secret), secret.split_once(' ').map(|(_, token)| token)])
        .flatten()
        // Shorter ones are words, and replacing them would make the text unreadable.
        .filter(|secret| secret.len() >= 4)
        .collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret, "<redacted>")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_stay_and_control_characters_go() {
        assert_eq!(
            clean_lines("a\u{1b}b\r\n\r\nc\u{202e}d\n", 100),
            "a b\n\ncd"
        );
    }

    #[test]
    fn the_limit_holds_over_all_lines() {
        assert_eq!(clean_lines("one\ntwo\nthree", 10), "one\ntwo\nt…");
    }

    #[test]
    fn a_token_goes_with_and_without_its_scheme() {
        let text = redact(
            "you sent Bearer tok-12345, tok-12345!",
            ["Bearer tok-12345"],
        );
        assert_eq!(text, "you sent <redacted>, <redacted>!");
    }
}
