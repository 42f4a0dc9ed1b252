//! Cleans and redacts untrusted text.

use std::iter;

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

/// Minimum bytes of a line of a secret that is one by itself.
const SECRET_LINE: usize = 8;

/// Returns the forms in which a secret may occur in a text: as it is, without the scheme of an `Authorization` header,
/// line by line, and escaped as in JSON within JSON.
pub fn secret_forms(secret: &str) -> Vec<String> {
    let token = secret
        .split_once(' ')
        .filter(|(scheme, _)| is_scheme(scheme));
    let token = token.map(|(_, token)| token);
    // The first and last line of a PEM file are no secret.
    let is_secret = |line: &&str| line.len() >= SECRET_LINE && !line.starts_with("-----");
    let lines = secret.lines().filter(is_secret);
    let mut forms: Vec<String> = iter::once(secret)
        .chain(token)
        .chain(lines)
        .map(str::to_owned)
        .collect();
    for _ in 0..2 {
        // Most secrets have no such sign, and each text of a response is searched.
        let special = forms.iter().filter(|form| form.contains(is_escaped));
        let escaped: Vec<String> = special.map(|form| escape(form)).collect();
        forms.extend(escaped);
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// Whether a word is the scheme of an `Authorization` header, as far as the token after it is one without it too.
pub fn is_scheme(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    matches!(&*word, "bearer" | "basic" | "token" | "bot" | "ssws") || word.ends_with("key")
}

fn is_escaped(sign: char) -> bool {
    matches!(sign, '"' | '\\') || sign.is_control()
}

/// Escapes a text as in a JSON string.
fn escape(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Replaces the secrets in a text by `<redacted>`, in all their [forms](secret_forms), longest first so that none
/// survives inside another.
pub fn redact<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut forms: Vec<String> = secrets
        .into_iter()
        .flat_map(secret_forms)
        // Shorter ones are words, and replacing them would make the text unreadable.
        .filter(|form| form.len() >= 4)
        .collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.iter().fold(text.to_owned(), |text, form| {
        text.replace(form, "<redacted>")
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

    #[test]
    fn a_passphrase_is_redacted_as_a_whole_only() {
        let text = redact("correct horse, a horse", ["correct horse"]);
        assert_eq!(text, "<redacted>, a horse");
    }

    #[test]
    fn each_line_of_a_secret_and_its_form_in_json_are_redacted() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADAN\nshort\n-----END KEY-----\n";
        let said = redact("| -----BEGIN KEY-----\n| MIIEvQIBADAN\n| short", [key]);
        assert_eq!(said, "| -----BEGIN KEY-----\n| <redacted>\n| short");
        let secret = "pa\"ss\\wo\nrd";
        let json = Value::from(secret).to_string();
        let within = Value::from(format!("{{\"key\":{json}}}")).to_string();
        for text in [&json, &within] {
            let shown = redact(text, [secret]);
            assert!(
                shown.contains("<redacted>") && !shown.contains("ss"),
                "{shown}"
            );
        }
    }
}
