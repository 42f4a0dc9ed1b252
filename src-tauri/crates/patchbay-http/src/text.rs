//! Cleans and redacts untrusted text.

use std::iter;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use patchbay_model::clean_text;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded;

use crate::json;
use crate::path::NOT_UNRESERVED;
use crate::redact::redact_in_json_text;

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

/// As [`NOT_UNRESERVED`], but without what `encodeURIComponent` of JavaScript keeps.
const BY_JAVASCRIPT: &AsciiSet = &NOT_UNRESERVED
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*');

/// Minimum bytes of a secret that is looked for within base64, where a shorter one may be by chance.
const BASE64_SECRET: usize = 8;

/// Minimum bytes of a line of a secret that is one by itself.
const SECRET_LINE: usize = 8;

/// Returns the forms in which a secret may occur in a text: as it is, without the scheme of an `Authorization` header,
/// line by line, escaped as in JSON within JSON, encoded as in an address, and within base64, as of `USER:SECRET`.
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
    for text in iter::once(secret).chain(token) {
        let encoded = [NOT_UNRESERVED, BY_JAVASCRIPT].map(|kept| utf8_percent_encode(text, kept));
        forms.extend(encoded.map(|encoded| encoded.to_string()));
        forms.push(form_urlencoded::byte_serialize(text.as_bytes()).collect());
        forms.extend(within_base64(text));
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// What base64 of a longer text with a secret in it has of the secret alone, wherever that begins.
fn within_base64(secret: &str) -> Vec<String> {
    if secret.len() < BASE64_SECRET {
        return Vec::new();
    }
    let places = (0..3_usize).flat_map(|before| {
        let bytes = [&[0; 2][..before], secret.as_bytes()].concat();
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD]
            .map(|engine| engine.encode(&bytes)[own.clone()].to_owned())
    });
    places.collect()
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
/// survives inside another, and however they are escaped in JSON within the text.
pub fn redact<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    Redaction::new(secrets).redact(text)
}

/// Does the same to many texts.
pub struct Redaction(Vec<String>);

impl Redaction {
    /// Of these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = secrets
            .into_iter()
            .flat_map(secret_forms)
            // Shorter ones are words, and replacing them would make the text unreadable.
            .filter(|form| form.len() >= 4)
            .collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self(forms)
    }

    /// As [`redact`].
    pub fn redact(&self, text: &str) -> String {
        redact_in_json_text(text, &|text| {
            let found = self.0.iter().filter(|form| text.contains(form.as_str()));
            found.fold(text.to_owned(), |text, form| {
                text.replace(form, "<redacted>")
            })
        })
    }
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
    fn a_secret_in_an_address_is_redacted_however_it_is_encoded() {
        let secret = "a+b/c=!d";
        for encoded in ["a%2Bb%2Fc%3D%21d", "a%2Bb%2Fc%3D!d"] {
            let text = format!("GET https://a.example/?key={encoded}&n=1 failed");
            let shown = redact(&text, [format!("Bearer {secret}").as_str()]);
            assert_eq!(shown, "GET https://a.example/?key=<redacted>&n=1 failed");
        }
    }

    #[test]
    fn a_secret_within_base64_is_redacted_wherever_it_begins() {
        let secret = "tok-12345?>~";
        for before in ["", "u", "us", "user:"] {
            let text = format!("{before}{secret}, and more");
            for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
                let shown = redact(&format!("Basic {}=", engine.encode(&text)), [secret]);
                let rest = engine.encode(&text).len() - secret.len() * 8 / 6;
                let left = shown.replace("<redacted>", "").len() - "Basic =".len();
                assert!(shown.contains("<redacted>") && left <= rest + 2, "{shown}");
            }
        }
    }

    #[test]
    fn a_secret_in_json_is_redacted_however_a_library_escapes_it() {
        for said in [
            r"abc\/de+f==",
            r"abc/de\u002Bf==",
            r"abc\u002fde\u002bf\u003D=",
        ] {
            let json = format!(r#"It said {{"token":"{said}","n":[1.0]}}"#);
            let within = format!("{{\"text\":{}}}", Value::from(json.as_str()));
            let shown = r#"It said {"token":"<redacted>","n":[1.0]}"#;
            assert_eq!(redact(&json, ["abc/de+f=="]), shown);
            let shown = format!("{{\"text\":{}}}", Value::from(shown));
            assert_eq!(redact(&within, ["abc/de+f=="]), shown);
            for before in ["5\" disk: {\"a", "en\":\"x\",\"a", "a"] {
                let shown = format!(r#"{before}":"<redacted>"}}"#);
                let text = format!(r#"{before}":"{said}"}}"#);
                assert_eq!(redact(&text, ["abc/de+f=="]), shown);
            }
        }
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
