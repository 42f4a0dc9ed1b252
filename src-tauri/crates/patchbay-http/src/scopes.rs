//! Lists of scopes.

use std::collections::HashSet;

/// Parses a space-separated list of scopes, each once, in order. Words that aren't valid scopes are left out.
///
/// Source: RFC 6749, section 3.3.
pub fn parse_scopes(list: &str) -> Vec<String> {
    let words: Vec<String> = list.split_whitespace().map(str::to_owned).collect();
    union(&[], &words)
}

/// All valid scopes of both lists, each once, those of the first list in front.
///
/// A step-up requests the union of the previously requested scopes and those of the challenge.
pub fn union(first: &[String], second: &[String]) -> Vec<String> {
    let mut known = HashSet::new();
    let all = first.iter().chain(second);
    all.filter(|scope| is_scope(scope) && known.insert(*scope))
        .cloned()
        .collect()
}

fn is_scope(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn union_keeps_order_and_drops_repeats() {
        assert_eq!(
            union(&list(&["a", "b"]), &list(&["b", "c"])),
            list(&["a", "b", "c"])
        );
    }

    #[test]
    fn words_that_are_no_scope_are_left_out() {
        assert_eq!(
            parse_scopes("read  \"x\" repo:write\u{202e} files:*"),
            list(&["read", "files:*"])
        );
    }
}
