//! Makes text from other parties safe for a terminal.

use patchbay_model::{inert_block, inert_line};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Maximum length of [`line()`]; longer text is cut, with the number of omitted characters.
const MAX_LINE_CHARS: usize = 2000;

/// The terminal codes that [`Tone`](super::table::Tone) writes.
const TONE_CODES: [&str; 5] = [
    "\u{1b}[32m",
    "\u{1b}[33m",
    "\u{1b}[31m",
    "\u{1b}[2m",
    "\u{1b}[0m",
];

/// Makes text one safe line: no control characters, hidden characters named.
pub(crate) fn line(text: &str) -> String {
    shorten(&inert_line(text), MAX_LINE_CHARS)
}

/// Makes text safe but keeps lines and tabs.
pub(crate) fn lines(text: &str) -> String {
    inert_block(text)
}

/// Makes a message with foreign parts safe and puts it on one line, without cutting it.
pub(crate) fn message(text: &str) -> String {
    inert_block(text).replace('\n', " ")
}

/// Makes text safe for a terminal but keeps our own colour codes.
pub(crate) fn strip_foreign_codes(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        shown.push_str(&inert_block(&rest[..at]));
        rest = &rest[at..];
        match TONE_CODES.iter().find(|code| rest.starts_with(**code)) {
            Some(code) => {
                shown.push_str(code);
                rest = &rest[code.len()..];
            }
            None => {
                shown.push_str(&inert_block("\u{1b}"));
                rest = &rest[1..];
            }
        }
    }
    shown.push_str(&inert_block(rest));
    shown
}

/// Cuts a text, with the number of omitted characters.
fn shorten(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((at, _)) => {
            let more = text[at..].chars().count();
            format!("{}… ({more} more characters)", &text[..at])
        }
    }
}

/// Quotes a word of a command that the user may copy, if a shell would split or interpret it. PowerShell takes
/// typographic quotation marks for plain ones.
pub(crate) fn quote(word: &str) -> String {
    let word = line(word);
    let is_bare = |sign: char| sign.is_alphanumeric() || "_-./:@%+=,".contains(sign);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(is_bare) {
        word
    } else if word.chars().all(|sign| !"\"“”„\\$`!".contains(sign)) {
        format!("\"{word}\"")
    } else if cfg!(windows) {
        let doubled =
            |sign: char| std::iter::repeat_n(sign, 1 + usize::from("'‘’‚‛".contains(sign)));
        format!("'{}'", word.chars().flat_map(doubled).collect::<String>())
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Breaks a line into rows of at most so many columns, after spaces where there are any. Nothing is left out.
pub(crate) fn wrap(line: &str, columns: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut rest = line;
    loop {
        let mut taken = 0;
        let overflow = rest.char_indices().find(|(_, sign)| {
            taken += sign.width().unwrap_or(0);
            taken > columns
        });
        let Some((at, sign)) = overflow else {
            rows.push(rest);
            return rows;
        };
        // A row has at least one character, however wide.
        let at = if at == 0 { sign.len_utf8() } else { at };
        let end = rest[..at].rfind(' ').map_or(at, |space| space + 1);
        let (row, after) = rest.split_at(end);
        rows.push(row);
        if after.is_empty() {
            return rows;
        }
        rest = after;
    }
}

pub(crate) fn width(text: &str) -> usize {
    text.width()
}

pub(crate) fn truncate_to_width(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    // Not the sum of single characters: a heart is wider with the sign after it that makes it a picture.
    let ends = text.char_indices().map(|(at, sign)| at + sign.len_utf8());
    let end = ends.take_while(|end| width(&text[..*end]) < columns).last();
    let mut short = text[..end.unwrap_or(0)].to_owned();
    if columns > 0 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_columns_not_letters() {
        assert_eq!(truncate_to_width("hello", 5), "hello");
        assert_eq!(truncate_to_width("hello", 3), "he…");
        assert_eq!(truncate_to_width("日本語", 5), "日本…");
        assert_eq!(truncate_to_width("日本語", 4), "日…");
        assert_eq!(truncate_to_width("x", 0), "");
        for columns in 1..9 {
            let hearts = truncate_to_width(&"❤\u{fe0f}".repeat(9), columns);
            assert!(width(&hearts) <= columns, "{hearts}");
        }
    }

    #[test]
    fn a_long_line_is_broken_by_columns_and_nothing_is_lost() {
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("hello", 5), ["hello"]);
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("日本語", 5), ["日本", "語"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert_eq!(
            wrap("❤\u{fe0f} ❤\u{fe0f}", 1).concat(),
            "❤\u{fe0f} ❤\u{fe0f}"
        );
    }

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(lines("a\u{1b}[2J\r\nb\tc\u{9b}"), "a�[2J\nb\tc�");
        assert_eq!(line("a\nb\u{202e}c"), "a b<U+202E>c");
        assert_eq!(message("  a\n\u{1b}]0;x\u{7}b"), "  a �]0;x�b");
    }

    #[test]
    fn a_terminal_gets_our_colours_and_no_other_code() {
        assert_eq!(
            strip_foreign_codes("\u{1b}[32mok\u{1b}[0m\n"),
            "\u{1b}[32mok\u{1b}[0m\n"
        );
        assert_eq!(
            strip_foreign_codes("\u{1b}[2J\u{1b}]52;c;x\u{7}\u{1b}"),
            "�[2J�]52;c;x��"
        );
        assert_eq!(strip_foreign_codes("a\u{9b}2J\u{202e}\r"), "a�2J<U+202E>�");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("日本語", 1), "日… (2 more characters)");
        assert!(line(&"x".repeat(5000)).ends_with("x… (3000 more characters)"));
    }

    #[test]
    fn a_copied_word_is_one_word_and_runs_nothing() {
        assert_eq!(quote("wiki"), "wiki");
        assert_eq!(quote("My wiki"), "\"My wiki\"");
        assert_eq!(quote(""), "\"\"");
        assert_eq!(quote("-x"), "\"-x\"");
        assert_eq!(quote("a;reboot"), "\"a;reboot\"");
        assert_eq!(quote("$(reboot)"), "'$(reboot)'");
        assert_eq!(quote("a” ; reboot ; “"), "'a” ; reboot ; “'");
        let expected = match cfg!(windows) {
            true => "'a`b`''c\"\\'",
            false => "'a`b`'\\''c\"\\'",
        };
        assert_eq!(quote("a`b`'c\"\\"), expected);
    }
}
