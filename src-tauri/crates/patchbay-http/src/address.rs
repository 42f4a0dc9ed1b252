//! Checks of an address before anything is sent to it.

use patchbay_model::{has_user_info, is_loopback};
use url::{Origin, Url};

use crate::Error;

/// Accepts `http` and `https` addresses without a user name, which would be sent as a credential and shown wherever
/// the address is.
///
/// # Errors
/// [`Error::Usage`] for any other address.
pub fn check_address(url: &Url) -> Result<(), Error> {
    let refuse = |words: &str| Err(Error::Usage(words.to_owned()));
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("the address must start with http or https");
    }
    if has_user_info(url) {
        return refuse("the address can't contain a user name or password");
    }
    Ok(())
}

/// Whether credentials may be sent unencrypted to another computer. To this computer they always may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// To none.
    #[default]
    Refused,
    /// To this origin only, which the person allowed.
    AllowedTo(Origin),
}

impl PlainHttp {
    /// Allows the origin of that address.
    pub fn allowed_to(url: &Url) -> Self {
        Self::AllowedTo(url.origin())
    }

    /// Whether sending credentials to that address has to be allowed first.
    pub fn is_needed_for(url: &Url) -> bool {
        Self::Refused.check(url).is_err()
    }

    /// Checks an address to which credentials are about to be sent; also each redirect target.
    ///
    /// # Errors
    /// [`Error::PlainHttp`] if they would be sent unencrypted to another computer that isn't allowed.
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        let is_allowed = match self {
            Self::Refused => false,
            Self::AllowedTo(origin) => url.origin() == *origin,
        };
        if url.scheme() == "https" || is_loopback(url) || is_allowed {
            return Ok(());
        }
        Err(Error::PlainHttp { host: host_of(url) })
    }
}

/// Host and port of an address, for display.
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_unencrypted_to_this_computer_and_where_a_person_insists() {
        let url = |text: &str| -> Url { text.parse().unwrap() };
        let allowed = PlainHttp::allowed_to(&url("http://nas.example:8080/mcp"));
        for (address, refused, by_exception) in [
            ("https://a.example", true, true),
            ("http://127.0.0.1:1/mcp", true, true),
            ("http://localhost/mcp", true, true),
            ("http://nas.example:8080/other", false, true),
            ("http://nas.example/mcp", false, false),
            ("http://192.168.0.4/mcp", false, false),
        ] {
            assert_eq!(
                PlainHttp::Refused.check(&url(address)).is_ok(),
                refused,
                "{address}"
            );
            assert_eq!(
                allowed.check(&url(address)).is_ok(),
                by_exception,
                "{address}"
            );
        }
        let error = PlainHttp::Refused
            .check(&url("http://nas.example:8080/"))
            .unwrap_err();
        assert!(error.to_string().contains("nas.example:8080"), "{error}");
    }

    #[test]
    fn only_plain_web_addresses_pass() {
        let accepts = |url: &str| check_address(&url.parse().unwrap()).is_ok();
        assert!(accepts("https://a.example/mcp"));
        assert!(accepts("http://127.0.0.1:1/mcp?x=1"));
        for refused in [
            "ftp://a/",
            "file:///a",
            "javascript:1",
            "https://u@a/",
            "https://:p@a/",
        ] {
            assert!(!accepts(refused), "{refused}");
        }
    }
}
