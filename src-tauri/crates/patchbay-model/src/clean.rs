//! Cleans text of other parties for display.

use crate::inert::{is_invisible, is_needed, with_next};

/// Cleans text to one line of at most `max_chars` characters, without control, direction and invisible characters.
///
/// Line breaks and other white space become single spaces; text that is cut ends in `…`. HTML is not escaped.
pub fn clean_text(text: &str, max_chars: usize) -> String {
    if text.len() <= max_chars && is_plain_line(text) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len().min(max_chars));
    let mut length = 0;
    let mut gap = false;
    for (sign, after) in with_next(text) {
        if sign.is_whitespace() || sign.is_control() {
            gap = true;
            continue;
        }
        if is_invisible(sign) {
            let before = clean.chars().next_back().filter(|_| !gap);
            if !is_needed(before, sign, after) {
                continue;
            }
        }
        let needed = if gap && length > 0 { 2 } else { 1 };
        if length + needed > max_chars {
            if length == max_chars {
                clean.pop();
            }
            if max_chars > 0 {
                clean.push('…');
            }
            return clean;
        }
        if needed == 2 {
            clean.push(' ');
        }
        clean.push(sign);
        length += needed;
        gap = false;
    }
    clean
}

/// Whether a line is of printable ASCII without superfluous spaces, as most are: there is nothing to clean in it.
fn is_plain_line(line: &str) -> bool {
    let mut is_after_space = true;
    let is_plain = line.bytes().all(|byte| {
        let is_superfluous = byte == b' ' && is_after_space;
        is_after_space = byte == b' ';
        matches!(byte, b' '..=b'~') && !is_superfluous
    });
    is_plain && !is_after_space
}

/// Removes control, direction and invisible characters but keeps lines and spaces. HTML is not escaped.
pub fn clean_block(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for (sign, after) in with_next(text) {
        let is_shown = match sign {
            '\n' | '\t' => true,
            _ if is_invisible(sign) => is_needed(clean.chars().next_back(), sign, after),
            _ => !sign.is_control(),
        };
        if is_shown {
            clean.push(sign);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_go() {
        assert_eq!(clean_text("x\n\u{1b}[2Jy", 50), "x [2Jy");
        assert_eq!(clean_text("abc\u{202e}fdp.exe\u{200b}", 50), "abcfdp.exe");
        assert_eq!(clean_text("  two\t\r\n words \0", 50), "two words");
    }

    #[test]
    fn long_text_is_cut_to_the_limit() {
        for limit in 0..12 {
            assert!(clean_text("one two three", limit).chars().count() <= limit);
        }
        assert_eq!(clean_text("one two three", 8), "one two…");
        assert_eq!(clean_text("one two three", 7), "one tw…");
        assert_eq!(clean_text("one two three", 13), "one two three");
    }

    #[test]
    fn letters_of_every_script_stay() {
        assert_eq!(clean_text("Zürich 東京 שלום", 50), "Zürich 東京 שלום");
        let joined = "می\u{200c}خواهم 👨\u{200d}👩\u{200d}👧";
        assert_eq!(clean_text(joined, 50), joined);
        assert_eq!(clean_text("pay\u{200d}\u{e0041}pal\u{fe0f}", 50), "paypal");
    }

    #[test]
    fn a_block_keeps_its_lines_and_what_letters_and_pictures_need() {
        let joined = "می\u{200c}خواهم\n\t👨\u{200d}👩\u{200d}👧  two";
        assert_eq!(clean_block(joined), joined);
        assert_eq!(clean_block("a\r\n\u{1b}[2Jb\u{202e}c\u{200b}"), "a\n[2Jbc");
    }
}
