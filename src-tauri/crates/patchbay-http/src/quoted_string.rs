//! Quoted strings in headers.

/// Splits off the quoted string at the beginning of a text: without quotes and escapes, and the rest. One without an end
/// takes all; `None` if the text begins with something else.
///
/// Source: RFC 9110, section 5.6.4.
pub fn split_quoted(text: &str) -> Option<(String, &str)> {
    let quoted = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut signs = quoted.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.extend(signs.next().map(|(_, escaped)| escaped)),
            _ => value.push(sign),
        }
    }
    Some((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_string_ends_at_its_quote_or_with_the_text() {
        for (text, value, rest) in [
            (r#""a, b"; c"#, "a, b", "; c"),
            (r#""say \"é\\\"""#, r#"say "é\""#, ""),
            (r#""open"#, "open", ""),
            (r#""\"#, "", ""),
        ] {
            assert_eq!(split_quoted(text), Some((value.to_owned(), rest)), "{text}");
        }
        assert_eq!(split_quoted("token"), None);
        assert_eq!(split_quoted(""), None);
    }
}
