//! Checks texts for users against the words and the form in `.github/WORDS.md`.
//!
//! The check covers strings with a space in the sources of the product, without log messages. ESLint does the same for
//! the window with the same list.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::paths;

/// Folders with texts for users in Rust.
const SOURCES: [&str; 9] = [
    "src-tauri/src",
    "src-tauri/crates/patchbay-cli/src",
    "src-tauri/crates/patchbay-http/src",
    "src-tauri/crates/patchbay-model/src",
    "src-tauri/crates/patchbay-oauth/src",
    "src-tauri/crates/patchbay-ops/src",
    "src-tauri/crates/patchbay-platforms/src",
    "src-tauri/crates/patchbay-store/src",
    "src-tauri/crates/patchbay-vault/src",
];

/// Fails when a text for users has a banned phrase, or a message begins with a capital or ends with a full stop.
pub(super) fn check() -> Result<()> {
    let guide = fs::read_to_string(paths::root().join(".github/WORDS.md"))?;
    let phrases = phrases(&guide)?;
    let mut files = Vec::new();
    for folder in SOURCES {
        files.extend(paths::files_below(
            &paths::root().join(folder),
            &is_product,
        )?);
    }
    let mut found = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file)?;
        let source = without_logs(product_part(&source));
        let wrong = messages(&source).into_iter().filter_map(|(line, text)| {
            let what = wrong_form(&text)?;
            Some(format!("{}:{line}: {what} in {text:?}", file.display()))
        });
        found.extend(wrong);
        for (line, text) in texts(&source) {
            let said = phrases.iter().filter(|phrase| says(&text, phrase));
            found.extend(
                said.map(|phrase| format!("{}:{line}: {phrase:?} in {text:?}", file.display())),
            );
        }
    }
    ensure!(
        found.is_empty(),
        "against .github/WORDS.md:\n{}",
        found.join("\n")
    );
    Ok(())
}

fn phrases(guide: &str) -> Result<Vec<&str>> {
    let (_, rest) = guide
        .split_once("```text\n")
        .context("no list of phrases in WORDS.md")?;
    let (list, _) = rest.split_once("```").context("a list without an end")?;
    Ok(list.lines().filter(|line| !line.is_empty()).collect())
}

/// Whether a folder or a file may hold sources of the product.
fn is_product(path: &Path) -> bool {
    let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
    !is_tests && (path.is_dir() || path.extension().is_some_and(|ending| ending == "rs"))
}

/// A file without the tests at its end.
pub(super) fn product_part(source: &str) -> &str {
    source
        .split_once("\nmod tests {")
        .map_or(source, |(product, _)| product)
}

/// A source with calls of `tracing` replaced by empty lines.
fn without_logs(source: &str) -> String {
    let mut parts = source.split("tracing::");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let ends = [");", "),\n"].iter().filter_map(|end| part.find(end));
        let call = ends.min().filter(|_| part.contains("!("));
        let (call, rest) = part.split_at(call.unwrap_or_default());
        kept.extend(call.chars().filter(|letter| *letter == '\n'));
        kept.push_str(rest);
    }
    kept
}

/// The strings with a space in a Rust source without comments, with their lines.
fn texts(source: &str) -> Vec<(usize, String)> {
    let mut texts = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find(['"', '/', '\'']) {
        let line = || {
            1 + source[..source.len() - rest.len() + start]
                .matches('\n')
                .count()
        };
        let found = &rest[start..];
        let hashes = rest[..start]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'#')
            .count();
        let is_raw = rest[..start - hashes].ends_with('r');
        let length = match found.as_bytes() {
            [b'/', b'/', ..] => found.find('\n').unwrap_or(found.len()),
            [b'\'', b'\\', _, ..] => 2 + found[3..].find('\'').map_or(1, |end| end + 2),
            [b'\'', b'"', b'\'', ..] => 3,
            [b'"', ..] => {
                let end = if is_raw {
                    raw_end(found, hashes)
                } else {
                    end_of(found)
                };
                let text = &found[1..end];
                if text.contains(' ') {
                    texts.push((line(), text.to_owned()));
                }
                end + 1
            }
            _ => 1,
        };
        rest = found.get(length..).unwrap_or_default();
    }
    texts
}

/// The end of a string with escapes.
fn end_of(string: &str) -> usize {
    let mut is_escaped = false;
    let end = string.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(string.len(), |end| end + 1)
}

/// The end of a raw string with that number of hashes.
fn raw_end(string: &str, hashes: usize) -> usize {
    let closing = format!("\"{}", "#".repeat(hashes));
    string[1..]
        .find(&closing)
        .map_or(string.len(), |end| end + 1)
}

/// Calls whose argument is a message.
const BEFORE_MESSAGES: [&str; 4] = [
    "#[error(",
    "Problem::new(",
    "Failure::usage(",
    "Error::Usage(",
];

/// Names that a message may begin with, besides those with an inner capital, such as OAuth.
const NAMES: [&str; 6] = [
    "Agent Stack",
    "Airbyte",
    "Cohere",
    "Microsoft",
    "Mistral",
    "Patchbay",
];

/// Literal messages of errors, with their lines.
fn messages(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for mark in BEFORE_MESSAGES {
        // The message is the second argument of a problem, and the first argument otherwise.
        let arguments_before = usize::from(mark == "Problem::new(");
        for (at, mark) in source.match_indices(mark) {
            let rest = &source[at + mark.len()..];
            let Some(start) = rest.find(['"', ')']) else {
                continue;
            };
            let (before, text) = rest.split_at(start);
            if text.starts_with('"') && before.matches(',').count() == arguments_before {
                let line = 1 + source[..at + mark.len() + start].matches('\n').count();
                found.push((line, text[1..end_of(text)].to_owned()));
            }
        }
    }
    found
}

/// What is wrong with the form of a message. Capital and full stop are added where it is shown.
fn wrong_form(message: &str) -> Option<&'static str> {
    let mut letters = message.chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    let first = message.split(' ').next().unwrap_or_default();
    let is_name = first.chars().skip(1).any(char::is_uppercase)
        || NAMES.iter().any(|name| message.starts_with(name));
    if is_capital && !is_name {
        return Some("a capital");
    }
    message.ends_with(['.', '!']).then_some("a stop at the end")
}

/// Whether a text has the phrase as whole words, in any case.
fn says(text: &str, phrase: &str) -> bool {
    let text = text.to_lowercase();
    let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.match_indices(phrase).any(|(at, _)| {
        let before = at.checked_sub(1).map(|before| text.as_bytes()[before]);
        let after = text.as_bytes().get(at + phrase.len()).copied();
        !is_letter(before) && !is_letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_whatever_stands_around_them() {
        let source = r####"
// "a comment"
let quote = '"'; let escape = '\''; fn f<'a>(x: &'a str) {}
say("one \"two\" three"); raw(r#"four "five" six"#); path("seven");
"####;
        let found: Vec<(usize, String)> = texts(source);
        assert_eq!(
            found,
            [
                (4, r#"one \"two\" three"#.to_owned()),
                (4, "four \"five\" six".to_owned())
            ]
        );
    }

    #[test]
    fn what_goes_to_the_log_is_left_out() {
        let source =
            "tracing::warn!(\n    %error,\n    \"could not do it\"\n);\nsay(\"we tell it\");";
        assert_eq!(texts(&without_logs(source)), [(5, "we tell it".to_owned())]);
    }

    #[test]
    fn a_message_has_neither_capital_nor_stop_of_its_own() {
        let source = r#"
#[error("Vault is locked")]
Problem::new(
    Code::NotFound,
    "no such run.",
)
Failure::usage(format!("{name} isn't known"), "Choose another.");
Failure::usage(message, "See --help.");
Problem::new(code, message).with_hint("Try again.");
"#;
        let found = messages(source);
        let texts: Vec<(usize, &str)> = found.iter().map(|(line, text)| (*line, &**text)).collect();
        assert_eq!(
            texts,
            [
                (2, "Vault is locked"),
                (5, "no such run."),
                (7, "{name} isn't known")
            ]
        );
        assert_eq!(wrong_form("Vault is locked"), Some("a capital"));
        assert_eq!(wrong_form("no such run."), Some("a stop at the end"));
        for fine in [
            "vault is locked",
            "OAuth app not found",
            "Patchbay is closing",
            "{0}",
        ] {
            assert_eq!(wrong_form(fine), None);
        }
    }

    #[test]
    fn a_phrase_is_found_as_whole_words() {
        assert!(says("It Cannot be read", "cannot"));
        assert!(says("not there any more.", "any more"));
        assert!(!says("many moreover", "any more"));
        assert!(!says("colours of it", "colour"));
    }

    #[test]
    fn the_list_stands_in_the_guide() {
        let guide = "# Words\n\n```text\nanew\nlet in\n```\n";
        assert_eq!(phrases(guide).unwrap(), ["anew", "let in"]);
        assert!(phrases("# Words").is_err());
    }
}
