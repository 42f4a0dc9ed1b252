//! Parses the challenge of a 401 or 403 response.
//!
//! Source: RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9728, section 5.1.

use url::Url;

use crate::scopes::parse_scopes;
use crate::split_quoted;

/// The parts of a `WWW-Authenticate` header that matter for signing in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Address of the server's protected resource metadata, not checked yet.
    pub resource_metadata: Option<Url>,
    /// Required scopes.
    pub scopes: Vec<String>,
}

impl Challenge {
    /// Parses a header value, which may contain several challenges; several headers may be joined with commas.
    ///
    /// `Bearer` takes precedence over `DPoP`. Of several challenges of a scheme, the first that has a parameter counts
    /// for it: a gateway may add one of its own. What cannot be parsed is ignored. A header without either gives an
    /// empty challenge, since the server still requires a sign-in.
    pub fn parse(header: &str) -> Self {
        let challenges = split(header);
        let of = |scheme: &str| {
            let is_of = |it: &&ParsedChallenge| it.scheme.eq_ignore_ascii_case(scheme);
            challenges.iter().filter(is_of).collect::<Vec<_>>()
        };
        let mut chosen = of("bearer");
        if chosen.is_empty() {
            chosen = of("dpop");
        }
        let first = |name| chosen.iter().find_map(|challenge| challenge.get(name));
        Self {
            resource_metadata: first("resource_metadata").and_then(|url| Url::parse(url).ok()),
            scopes: first("scope").map(parse_scopes).unwrap_or_default(),
        }
    }
}

struct ParsedChallenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl ParsedChallenge {
    fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.parameters.iter();
        all.find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Splits a header value into challenges. A word without `=` after it begins a new one.
fn split(header: &str) -> Vec<ParsedChallenge> {
    let mut challenges: Vec<ParsedChallenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return challenges;
        }
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let word = &rest[..end];
        let after = rest[end..].trim_start_matches([' ', '\t']);
        let value = after
            .strip_prefix('=')
            .map(|value| value.trim_start_matches([' ', '\t']));
        match (value, challenges.last_mut()) {
            // `=` after a word within a challenge: a parameter.
            (Some(value), Some(challenge)) if !value.starts_with('=') => {
                let (value, left) = value_of(value);
                challenge.parameters.push((word.to_owned(), value));
                rest = left;
            }
            // The padding of a token68, or a parameter before any scheme, is skipped.
            (Some(value), _) => rest = value.trim_start_matches('='),
            (None, _) => {
                challenges.push(ParsedChallenge {
                    scheme: word.to_owned(),
                    parameters: Vec::new(),
                });
                rest = after;
            }
        }
    }
}

/// The value at the beginning of `text`, quoted or not, and the rest.
fn value_of(text: &str) -> (String, &str) {
    split_quoted(text).unwrap_or_else(|| {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        (text[..end].to_owned(), &text[end..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_parameters_are_read() {
        let challenge = Challenge::parse(
            r#"Bearer realm="x", error_description="It \"lapsed\", sorry", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource", scope="read write", error="invalid_token""#,
        );
        assert_eq!(
            challenge.resource_metadata.unwrap().as_str(),
            "https://mcp.example/.well-known/oauth-protected-resource"
        );
        assert_eq!(challenge.scopes, ["read", "write"]);
    }

    #[test]
    fn bearer_is_found_among_several_challenges() {
        let challenge = Challenge::parse(
            r#"Negotiate YWJj==, Basic realm="a, Bearer scope=evil", bearer scope=one, DPoP algs="ES256", scope="two""#,
        );
        assert_eq!(challenge.scopes, ["one"]);
    }

    #[test]
    fn a_parameter_is_taken_from_the_first_challenge_that_has_it() {
        let challenge = Challenge::parse(
            r#"DPoP scope=other, Bearer realm="gw", Bearer resource_metadata="https://mcp.example/meta", Bearer scope="a b", Bearer scope=c"#,
        );
        let metadata = challenge.resource_metadata.unwrap();
        assert_eq!(metadata.as_str(), "https://mcp.example/meta");
        assert_eq!(challenge.scopes, ["a", "b"]);
    }

    #[test]
    fn spaces_around_equals_signs_do_not_matter() {
        let challenge = Challenge::parse("Bearer  error = insufficient_scope ,scope = \"a b\"");
        assert_eq!(challenge.scopes, ["a", "b"]);
    }

    #[test]
    fn broken_headers_end_in_an_empty_challenge() {
        for header in [
            "",
            ",,,",
            "=",
            "Bearer",
            "Bearer =",
            "Bearer scope=\"",
            "Basic realm=\"x\"",
            "é=\"ü",
        ] {
            let challenge = Challenge::parse(header);
            assert_eq!(challenge.resource_metadata, None, "{header}");
            assert!(challenge.scopes.is_empty(), "{header}");
        }
    }
}
