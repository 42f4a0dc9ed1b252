//! What an address must be before anything is sent to it.

use url::Url;

use crate::Error;

/// Accepts `http` and `https` without a user name: one in the address would be sent as a credential of
/// its own, and shown wherever the address is.
pub(crate) fn check_address(url: &Url) -> Result<(), Error> {
    let refuse = |words: &str| Err(Error::Usage(words.to_owned()));
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("the address has to start with http or https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("the address must not hold a user name or password");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
