//! What a URL reveals.

use serde_json::Value;
use url::{Host, Url};

use crate::json::map_leaves;

/// Whether the host of the URL is this computer, by name or address.
///
/// Source: RFC 6761, section 6.3.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

/// Whether the host name is one of this computer, with or without the trailing dot.
///
/// Source: RFC 6761, section 6.3.
pub fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether the URL contains a user name or a password.
pub fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a query parameter seems to contain a key or token, which anyone who sees the URL gets.
pub fn has_secret_query(url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        let name: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        let ends = ["key", "token", "secret", "password", "signature"];
        !value.is_empty() && (name == "sig" || ends.iter().any(|end| name.ends_with(end)))
    })
}

/// Replaces the password of every URL in a text by `***`, and a user name without a password, which may be a token.
/// This is for URLs from other parties; a URL that the user enters is rejected if it has either.
pub fn redact_user_info(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        shown.push_str(before);
        let is_end = |letter: char| {
            matches!(
                letter,
                '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '\\' | '`'
            ) || letter.is_whitespace()
        };
        let authority = &after[..after.find(is_end).unwrap_or(after.len())];
        rest = after;
        if let Some((user_info, host)) = authority.rsplit_once('@') {
            if let Some((user, _)) = user_info.split_once(':') {
                shown.push_str(user);
                shown.push(':');
            }
            shown.push_str("***@");
            rest = &after[authority.len() - host.len()..];
        }
    }
    shown.push_str(rest);
    shown
}

/// Applies [`redact_user_info`] to every string in a value.
pub fn redact_user_infos(value: Value) -> Value {
    map_leaves(value, &|leaf| match leaf {
        Value::String(text) if text.contains("://") => Value::String(redact_user_info(&text)),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn passwords_of_addresses_are_hidden_wherever_they_stand() {
        for (text, shown) in [
            (
                "https://ada:s3cret@a.example/mcp",
                "https://ada:***@a.example/mcp",
            ),
            ("https://tok-123@a.example", "https://***@a.example"),
            ("https://:pw@a.example?x=1", "https://:***@a.example?x=1"),
            (
                "couldn't connect to http://u:p@a:1/x or https://b.example/@c",
                "couldn't connect to http://u:***@a:1/x or https://b.example/@c",
            ),
            ("postgres://u:p@b@db/x", "postgres://u:***@db/x"),
            ("mail ada@a.example", "mail ada@a.example"),
            ("://", "://"),
        ] {
            assert_eq!(redact_user_info(text), shown);
        }
        let native = json!({"url": "https://u:p@a/", "list": ["x", {"n": 1}]});
        let shown = json!({"url": "https://u:***@a/", "list": ["x", {"n": 1}]});
        assert_eq!(redact_user_infos(native), shown);
    }

    #[test]
    fn keys_in_a_query_are_noticed() {
        let notices = |text: &str| has_secret_query(&Url::parse(text).unwrap());
        for text in [
            "api_key=1",
            "token=a",
            "X-Amz-Signature=a",
            "access-token=a",
            "apiKey=a",
        ] {
            assert!(notices(&format!("https://a.example/mcp?{text}")), "{text}");
        }
        for text in ["page=2", "token=", "keyboard=de", "tokens=3"] {
            assert!(!notices(&format!("https://a.example/mcp?{text}")), "{text}");
        }
    }

    #[test]
    fn this_computer_is_known_by_name_and_number() {
        let is = |text: &str| is_loopback(&Url::parse(text).unwrap());
        for text in [
            "http://localhost:1",
            "http://a.localhost.",
            "http://127.8.0.1",
            "http://[::1]",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "http://a.example",
            "http://192.168.0.1",
            "http://localhost.example",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
