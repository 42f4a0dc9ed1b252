//! Lists of scopes.

/// What servers that follow OpenID want to be asked for where they give refresh tokens.
///
/// Source: OpenID Connect Core 1.0, section 11.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// The scopes of a space-separated list, each once, in order.
///
/// Source: RFC 6749, section 3.3. Words with characters outside of a scope token are left out.
pub fn parse_scopes(list: &str) -> Vec<String> {
    let words: Vec<String> = list.split_whitespace().map(str::to_owned).collect();
    union(&[], &words)
}

/// All scopes of both lists, each once, those of the first in front.
///
/// A step-up asks for the union of what was asked for so far and what the server challenges for.
pub fn union(first: &[String], second: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(first.len() + second.len());
    for scope in first.iter().chain(second) {
        if is_scope(scope) && !all.contains(scope) {
            all.push(scope.clone());
        }
    }
    all
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
