//! Parses the gateway's own errors in `Proxy-Status`.
//!
//! Source: RFC 9209; RFC 9651, sections 3.1 and 3.3; Mistral contract, section 8.

use http::HeaderMap;
use patchbay_http::split_quoted;
use patchbay_model::clean_text;

const GATEWAY: &str = "connectors-gateway";

/// A failure of the gateway itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) error: String,
    pub(super) details: Option<String>,
}

/// The failure in the gateway's own member of the list; members of other proxies are skipped.
pub(super) fn gateway_failure(headers: &HeaderMap) -> Option<Failure> {
    headers
        .get_all("proxy-status")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| split(value, ','))
        .find_map(member)
}

fn member(text: &str) -> Option<Failure> {
    let mut parts = split(text, ';').into_iter();
    if bare(parts.next()?) != GATEWAY {
        return None;
    }
    let parameters: Vec<(&str, String)> = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim(), bare(value)))
        .collect();
    let find = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| clean_text(value, 500))
    };
    Some(Failure {
        error: find("error")?,
        details: find("details"),
    })
}

/// Splits at a character outside of quotes.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (index, sign) in text.char_indices() {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if sign == at && !is_quoted => {
                parts.push(&text[start..index]);
                start = index + sign.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A token, or a string without quotes and escapes.
fn bare(item: &str) -> String {
    let item = item.trim();
    match split_quoted(item) {
        Some((text, "")) => text,
        _ => item.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &'static str) -> Option<(String, Option<String>)> {
        let mut headers = HeaderMap::new();
        headers.insert("proxy-status", value.parse().unwrap());
        gateway_failure(&headers).map(|failure| (failure.error, failure.details))
    }

    #[test]
    fn the_gateways_own_member_counts() {
        let some = |error: &str, details: Option<&str>| {
            Some((error.to_owned(), details.map(str::to_owned)))
        };
        assert_eq!(
            read(
                r#"cdn;error=timeout, connectors-gateway; error=no_credentials; status-code=401; details="sign \"in\", then; retry""#
            ),
            some("no_credentials", Some("sign \"in\", then; retry"))
        );
        assert_eq!(read("\"connectors-gateway\";error=x"), some("x", None));
        assert_eq!(read("connectors-gateway;received-status=500"), None);
        assert_eq!(read("other;error=\"connectors-gateway;error=x\""), None);
        assert_eq!(read(""), None);
        assert_eq!(gateway_failure(&HeaderMap::new()), None);
    }
}
