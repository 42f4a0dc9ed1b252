//! The pooled connections under every request.

use std::time::Duration;

use crate::AddressPolicy;
use http::HeaderValue;
use reqwest::{ClientBuilder, redirect};

use crate::Error;
use crate::address::PlainHttp;
use crate::certificate::to_der;
use crate::trust::tls_config;

const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Static, as every request copies it several times: all threads would count the copies of another in one
/// place.
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("patchbay/", env!("CARGO_PKG_VERSION")));

/// How requests leave this computer.
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// Where they may lead.
    pub addresses: AddressPolicy,
    /// Certificate authorities to trust besides the system's, as PEM.
    pub authorities: Vec<Vec<u8>>,
}

/// The shared clients. None follows redirects by itself, so that credentials stay with their origin.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Decodes compressed answers.
    pub usual: reqwest::Client,
    /// Asks for no compression and gives bytes as they come, for relays that label them wrongly.
    pub raw: reqwest::Client,
    /// Where both may lead.
    pub addresses: AddressPolicy,
    /// Whether credentials may go over plain http.
    pub plain_http: PlainHttp,
}

impl Clients {
    /// Builds both clients.
    ///
    /// # Errors
    /// [`Error::Usage`] when a certificate authority cannot be used.
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
        // Repeats are counted and bounded in one place only; without the number, each request is copied
        // for them all the same.
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
