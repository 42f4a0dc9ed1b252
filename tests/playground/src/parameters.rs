//! The parameters of a query or a form, with doubles noticed (OAuth 2.1 forbids them).

use std::collections::BTreeSet;

/// Name and value pairs in the order in which they came.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(
            url::form_urlencoded::parse(text)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The value of `name`; an empty one counts as absent (OAuth 2.1, section 3.1).
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The first name that came twice.
    pub(crate) fn duplicate_name(&self) -> Option<&str> {
        let mut seen = BTreeSet::new();
        self.0
            .iter()
            .map(|(name, _)| name.as_str())
            .find(|name| !seen.insert(*name))
    }
}

/// Splits a `scope` value at its spaces.
pub(crate) fn scopes(text: &str) -> BTreeSet<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Joins scopes for a `scope` value.
pub(crate) fn joined(scopes: &BTreeSet<String>) -> String {
    scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_parameter_is_noticed() {
        let parameters = Parameters::parse(b"a=1&state=x&state=y");
        assert_eq!(parameters.duplicate_name(), Some("state"));
        assert_eq!(Parameters::parse(b"a=1&b=1").duplicate_name(), None);
    }

    #[test]
    fn an_empty_value_counts_as_absent() {
        let parameters = Parameters::parse(b"scope=&resource=r%20s");
        assert_eq!(parameters.find("scope"), None);
        assert_eq!(parameters.find("resource"), Some("r s"));
    }
}
