//! Text of other parties, made fit for a terminal.

use patchbay_model::clean_text;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// One line without control and direction characters.
pub(crate) fn line(text: &str) -> String {
    clean_text(text, 2000)
}

/// Lines without control characters but tabs, so that no text can move the cursor.
pub(crate) fn lines(text: &str) -> String {
    text.chars()
        .filter(|sign| matches!(sign, '\n' | '\t') || !sign.is_control())
        .collect()
}

/// A word of a command line, quoted where a shell would take it apart.
pub(crate) fn quoted(word: &str) -> String {
    let word = line(word);
    if word.contains(' ') {
        format!("\"{word}\"")
    } else {
        word
    }
}

/// Columns that the text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut to that many columns.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |sign: &char| {
        taken += sign.width().unwrap_or(0);
        taken < columns
    };
    let mut short: String = text.chars().take_while(fits).collect();
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
        assert_eq!(cut("hello", 5), "hello");
        assert_eq!(cut("hello", 3), "he…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("x", 0), "");
    }

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(lines("a\u{1b}[2J\r\nb\tc\u{9b}"), "a[2J\nb\tc");
        assert_eq!(line("a\nb\u{202e}c"), "a bc");
    }
}
