//! The path of an operation, built from segments.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::Error;

/// Everything but the unreserved characters of RFC 3986, `A–Z a–z 0–9 - . _ ~`.
pub const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A path in which each value is exactly one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// A literal path, for example `/v1/connectors`.
    pub fn new(fixed: &str) -> Self {
        Self(fixed.to_owned())
    }

    /// Appends a literal path, for example `/share`.
    #[must_use]
    pub fn then(mut self, fixed: &str) -> Self {
        self.0.push_str(fixed);
        self
    }

    /// Appends a value as one segment; `name` is the operation's name for it.
    ///
    /// # Errors
    /// [`Error::Usage`] if the value is empty, `.` or `..`, also spelled with `%2e`.
    pub fn value(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let decoded = value.replace("%2e", ".").replace("%2E", ".");
        if matches!(decoded.as_str(), "" | "." | "..") {
            return Err(Error::Usage(format!("{name} can't be {value:?}")));
        }
        self.0.push('/');
        self.0.extend(utf8_percent_encode(value, NOT_UNRESERVED));
        Ok(self)
    }

    /// Appends a path template, such as `/{id}/status`, with each name in braces replaced by the value that `find`
    /// returns.
    ///
    /// # Errors
    /// [`Error::Usage`] if `find` has no value for a name, or it cannot be a segment.
    pub fn template<'a>(
        mut self,
        template: &str,
        find: impl Fn(&str) -> Option<Cow<'a, str>>,
    ) -> Result<Self, Error> {
        for segment in template.split('/').filter(|segment| !segment.is_empty()) {
            let name = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            self = match name {
                None => self.then("/").then(segment),
                Some(name) => {
                    let value =
                        find(name).ok_or_else(|| Error::Usage(format!("{name} is required")))?;
                    self.value(name, &value)?
                }
            };
        }
        // To some servers a trailing slash makes a difference.
        Ok(match template.ends_with('/') {
            true => self.then("/"),
            false => self,
        })
    }

    /// Appends the path to that of `base`, less one trailing slash. Query and fragment of `base` are dropped.
    pub fn under(&self, base: &Url) -> Url {
        let prefix = base.path();
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let mut url = base.clone();
        url.set_path(&format!("{prefix}{}", self.0));
        url.set_query(None);
        url.set_fragment(None);
        url
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    fn base(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn odd_values_stay_one_segment() {
        for (value, wire) in [
            ("team/wiki", "team%2Fwiki"),
            ("a?b#c", "a%3Fb%23c"),
            ("a b+c", "a%20b%2Bc"),
            ("%2F", "%252F"),
            ("ä", "%C3%A4"),
            ("...", "..."),
            ("a\\..\\b", "a%5C..%5Cb"),
        ] {
            let path = Path::new("/v1").value("id", value).unwrap().then("/share");
            let url = path.under(&base("https://a.example/edge/"));
            assert_eq!(url.path(), format!("/edge/v1/{wire}/share"));
        }
    }

    #[test]
    fn values_that_would_leave_the_path_are_refused() {
        for value in ["", ".", "..", "%2e", "%2E.", ".%2e", "%2e%2E"] {
            assert!(
                matches!(Path::new("/v1").value("id", value), Err(Error::Usage(_))),
                "{value}"
            );
        }
    }

    #[test]
    fn templates_are_filled_segment_by_segment() {
        let find = |name: &str| (name == "id").then_some("a/b".into());
        let path = Path::new("/c").template("/{id}/status", find).unwrap();
        assert_eq!(path, Path::new("/c/a%2Fb/status"));
        assert!(Path::new("/c").template("/{other}", find).is_err());
        assert_eq!(Path::new("/c").template("", find).unwrap(), Path::new("/c"));
        assert_eq!(
            Path::new("/c").template("/", find).unwrap(),
            Path::new("/c/")
        );
    }

    proptest! {
        #[test]
        fn any_unicode_comes_back_as_the_one_segment_it_was(value in "\\PC{1,40}|.{1,40}") {
            if let Ok(path) = Path::new("/v1/connectors").value("id", &value) {
                let url = path.then("/tools").under(&base("http://127.0.0.1:1/x"));
                let segments: Vec<_> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 5, "{}", url);
                let decoded = percent_decode_str(segments[3]).decode_utf8().unwrap();
                prop_assert_eq!(decoded, value);
                prop_assert!(url.query().is_none() && url.fragment().is_none());
            }
        }
    }
}
