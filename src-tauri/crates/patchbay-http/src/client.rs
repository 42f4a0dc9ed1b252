//! The HTTP clients of platform accounts.

use std::time::Duration;

use http::HeaderValue;
use reqwest::{ClientBuilder, redirect};

use crate::address::PlainHttp;
use crate::certificate::to_der;
use crate::trust::tls_config;
use crate::{AddressPolicy, Error};

const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Static, since every request clones it several times: clones of another value share a reference count.
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("patchbay/", env!("CARGO_PKG_VERSION")));

/// Settings of [`Clients`].
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// Which addresses may be requested.
    pub addresses: AddressPolicy,
    /// Certificate authorities to trust besides the system's, as PEM.
    pub authorities: Vec<Vec<u8>>,
}

/// The HTTP clients of an account. They don't follow redirects by themselves, so that credentials stay with their
/// origin.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Decompresses responses.
    pub usual: reqwest::Client,
    /// Accepts no compression and decompresses nothing, for relays that label bodies wrongly.
    pub raw: reqwest::Client,
    /// Which addresses both may request.
    pub addresses: AddressPolicy,
    /// Whether credentials may be sent over plain http.
    pub plain_http: PlainHttp,
}

impl Clients {
    /// Builds both clients.
    ///
    /// # Errors
    /// [`Error::Usage`] if a certificate authority cannot be used.
    pub fn build(settings: &ClientSettings) -> Result<Self, Error> {
        Ok(Self {
            usual: build(settings, true)?,
            raw: build(settings, false)?,
            addresses: settings.addresses.clone(),
            plain_http: PlainHttp::Refused,
        })
    }
}

fn build(settings: &ClientSettings, decompress: bool) -> Result<reqwest::Client, Error> {
    let builder = ClientBuilder::new()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        // Retries are counted and bounded in one place only. Without the number, reqwest would still clone each
        // request for a retry.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .connect_timeout(CONNECT_LIMIT)
        .dns_resolver(settings.addresses.resolver())
        .gzip(decompress)
        .deflate(decompress);
    let builder = settings.addresses.route(builder);
    let mut authorities = Vec::new();
    for pem in &settings.authorities {
        authorities.extend(to_der(pem)?);
    }
    builder
        .tls_backend_preconfigured(tls_config(authorities, None, None)?)
        .build()
        .map_err(|_| Error::Usage("the certificates can't be used".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_authority_is_refused() {
        let settings = ClientSettings {
            authorities: vec![b"not a certificate".to_vec()],
            ..ClientSettings::default()
        };
        assert!(matches!(Clients::build(&settings), Err(Error::Usage(_))));
    }
}
