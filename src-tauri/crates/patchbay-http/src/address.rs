//! What an address must be before anything is sent to it.

use patchbay_model::{has_user_info, is_loopback};
use url::{Origin, Url};

use crate::Error;

/// Accepts `http` and `https` without a user name: one in the address would be sent as a credential of
/// its own, and shown wherever the address is.
///
/// # Errors
/// [`Error::Usage`] for any other.
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

/// Whether credentials may go to another computer unencrypted. Loopback is not another computer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// Nowhere.
    #[default]
    Refused,
    /// To this origin, on which the person insists.
    AllowedTo(Origin),
}

impl PlainHttp {
    /// The exception for the origin of that address.
    pub fn allowed_to(url: &Url) -> Self {
        Self::AllowedTo(url.origin())
    }

    /// Whether credentials for that address need the exception.
    pub fn is_needed_for(url: &Url) -> bool {
        Self::Refused.check(url).is_err()
    }

    /// Judges every request that carries credentials, of whatever client, at each address it goes to.
    ///
    /// # Errors
    /// [`Error::PlainHttp`] when they would go unencrypted to another computer without the exception.
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

/// Host and port of an address, for people.
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
