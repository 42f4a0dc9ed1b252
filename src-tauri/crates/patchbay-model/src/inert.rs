//! Shows text of other parties unchanged, except that control characters and invisible characters become visible.
//!
//! The window has the same rule in `ui/src/lib/inertText.ts`; `inert_cases.json` is the test of both.

mod json;

pub use json::{inert_json, inert_json_pretty};

/// Replaces control characters.
const CONTROL: char = '\u{fffd}';

/// Maximum number of consecutive hidden characters that are named; of the others only the number is shown.
const MAX_NAMED: usize = 8;

/// Maximum number of consecutive spaces in a word of a command; of more only the number is shown, as they could move
/// what follows out of sight.
const MAX_SPACES: usize = 8;

/// Looks like a space and isn't white space; Braille separates words with it.
const BRAILLE_BLANK: char = '\u{2800}';

/// Puts text on one line: white space becomes single spaces, control characters become `�`, and characters that hide or
/// reorder others become their names, such as `<U+202E>`. HTML is not escaped.
pub fn inert_line(text: &str) -> String {
    let mut shown = InertWriter::default();
    let mut gap = false;
    for (sign, after) in with_next(text) {
        if sign.is_whitespace() && !is_invisible(sign) {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !shown.is_empty() {
            shown.push_visible(' ');
        }
        shown.push(sign, after);
    }
    shown.finish()
}

/// As [`inert_line`], but keeps line breaks, tabs and spaces.
pub fn inert_block(text: &str) -> String {
    let mut shown = InertWriter::default();
    for (sign, after) in with_next(text) {
        match (sign, after) {
            ('\r', Some('\n')) => {}
            ('\n' | '\t', _) => shown.push_visible(sign),
            _ => shown.push(sign, after),
        }
    }
    shown.finish()
}

/// Shows a word of a command that the user has to allow: white space other than a space becomes its name, such as
/// `<U+000A>`, because a line break may change what a shell does, and many spaces their number. An empty word is `""`.
pub fn inert_word(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    let mut shown = InertWriter::default();
    let mut spaces = 0;
    for (sign, after) in with_next(text) {
        if sign == ' ' {
            spaces += 1;
            continue;
        }
        shown.push_spaces(std::mem::take(&mut spaces));
        if sign.is_whitespace() && !is_invisible(sign) {
            shown.close_row();
            shown.name(sign);
        } else {
            shown.push(sign, after);
        }
    }
    shown.push_spaces(spaces);
    shown.finish()
}

/// Whether a character is invisible or changes how others are shown: direction marks and overrides, zero-width
/// characters, variation selectors, fillers, tags, and the like.
///
/// Source: Unicode 16, `Default_Ignorable_Code_Point` and `Bidi_Control`; line and paragraph separators; the blank
/// Braille pattern.
pub fn is_invisible(sign: char) -> bool {
    // A fast path: ASCII contains none of them.
    !sign.is_ascii()
        && matches!(sign,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | BRAILLE_BLANK
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a script or emoji needs an invisible character between these two: Persian, Hindi and others separate and
/// join letters with one, Braille separates words with one, and emoji are composed with them.
pub(crate) fn is_needed(before: Option<char>, sign: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match sign {
        '\u{200c}' => is_joining_letter(before) && after.is_some_and(is_joining_letter),
        '\u{200d}' => {
            let joins = is_joining_letter(before) && after.is_some_and(is_joining_letter);
            let is_part =
                is_picture(before) || matches!(before, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
            joins || (is_part && after.is_some_and(is_picture))
        }
        '\u{fe0e}' | '\u{fe0f}' => {
            let is_key = matches!(before, '0'..='9' | '#' | '*') && after == Some('\u{20e3}');
            is_picture(before) || is_key
        }
        BRAILLE_BLANK => is_braille(before) && after.is_some_and(is_braille),
        _ => false,
    }
}

/// A letter of a script with joined letters: Arabic to Sinhala, and Khmer.
fn is_joining_letter(sign: char) -> bool {
    let joins = matches!(sign, '\u{600}'..='\u{dff}' | '\u{1780}'..='\u{17ff}');
    joins && !is_invisible(sign)
}

fn is_braille(sign: char) -> bool {
    matches!(sign, '\u{2801}'..='\u{28ff}')
}

fn is_picture(sign: char) -> bool {
    matches!(sign,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}'
        | '\u{2122}'..='\u{27ff}' | '\u{2900}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1faff}')
}

/// Each character with the following one.
pub(crate) fn with_next(text: &str) -> impl Iterator<Item = (char, Option<char>)> {
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        let sign = rest.next()?;
        Some((sign, rest.peek().copied()))
    })
}

/// Builds an inert text.
#[derive(Default)]
struct InertWriter {
    shown: String,
    /// Number of hidden characters since the last visible one.
    hidden: usize,
}

impl InertWriter {
    fn push(&mut self, sign: char, after: Option<char>) {
        if sign.is_control() {
            self.push_visible(CONTROL);
        } else if is_invisible(sign) && !is_needed(self.last(), sign, after) {
            self.hidden += 1;
            if self.hidden <= MAX_NAMED {
                self.name(sign);
            }
        } else {
            self.push_visible(sign);
        }
    }

    fn name(&mut self, sign: char) {
        self.shown.push_str(&format!("<U+{:04X}>", u32::from(sign)));
    }

    fn push_spaces(&mut self, count: usize) {
        if count > MAX_SPACES {
            self.close_row();
            self.shown.push_str(&format!("<{count} spaces>"));
            return;
        }
        for _ in 0..count {
            self.push_visible(' ');
        }
    }

    /// The last character, if it is visible.
    fn last(&self) -> Option<char> {
        let last = self.shown.chars().next_back();
        last.filter(|_| self.hidden == 0)
    }

    fn push_visible(&mut self, sign: char) {
        self.close_row();
        self.shown.push(sign);
    }

    /// Appends the number of hidden characters that were not named.
    fn close_row(&mut self) {
        let hidden = std::mem::take(&mut self.hidden);
        if let Some(more @ 1..) = hidden.checked_sub(MAX_NAMED) {
            self.shown.push_str(&format!("<{more} more hidden>"));
        }
    }

    fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    fn finish(mut self) -> String {
        self.close_row();
        self.shown
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        text: String,
        line: String,
        block: String,
    }

    #[test]
    fn what_acts_or_hides_is_made_visible() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("inert_cases.json")).unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            assert_eq!(inert_line(&case.text), case.line, "{:?}", case.text);
            assert_eq!(inert_block(&case.text), case.block, "{:?}", case.text);
        }
    }

    #[test]
    fn a_word_is_shown_with_all_that_parts_it() {
        assert_eq!(
            inert_word("ok # \n rm  -rf\t~\u{a0}\u{202e}"),
            "ok # <U+000A> rm  -rf<U+0009>~<U+00A0><U+202E>"
        );
        assert_eq!(
            (inert_word(""), inert_word(" ")),
            ("\"\"".to_owned(), " ".to_owned())
        );
        let far = format!("ls{}; rm -rf ~{}", " ".repeat(500), " ".repeat(9));
        assert_eq!(inert_word(&far), "ls<500 spaces>; rm -rf ~<9 spaces>");
    }

    proptest! {
        #[test]
        fn nothing_that_acts_is_left_and_once_is_enough(text in any::<String>()) {
            let line = inert_line(&text);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(&inert_line(&line), &line);
            let block = inert_block(&text);
            prop_assert!(!block.chars().any(|sign| sign.is_control() && !matches!(sign, '\n' | '\t')));
            prop_assert_eq!(&inert_block(&block), &block);
        }

        #[test]
        fn direction_characters_never_come_through(before in any::<char>(), after in any::<char>()) {
            for sign in ['\u{61c}', '\u{200e}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{e0041}'] {
                let text: String = [before, sign, after].iter().collect();
                prop_assert!(!inert_line(&text).contains(sign));
                prop_assert!(!inert_block(&text).contains(sign));
            }
        }
    }
}
