//! The HTTP clients of platform accounts.

use std::time::Duration;

use http::HeaderValue;
use reqwest::{ClientBuilder, redirect};

use crate::address::PlainHttp;
use crate::trust::tls_config;
use crate::{AddressPolicy, Error};

const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Static, since every request clones it several times: clones of another value share a reference count.
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("patchbay/", env!("CARGO_PKG_VERSION")));

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
    /// [`Error::Usage`] if the system has no usable TLS.
    pub fn build(addresses: AddressPolicy) -> Result<Self, Error> {
        Ok(Self {
            usual: build(&addresses, true)?,
            raw: build(&addresses, false)?,
            addresses,
            plain_http: PlainHttp::Refused,
        })
    }
}

fn build(addresses: &AddressPolicy, decompress: bool) -> Result<reqwest::Client, Error> {
    let builder = ClientBuilder::new()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        // Retries are counted and bounded in one place only. Without the number, reqwest would still clone each
        // request for a retry.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .connect_timeout(CONNECT_LIMIT)
        .dns_resolver(addresses.resolver())
        .gzip(decompress)
        .deflate(decompress);
    addresses
        .route(builder)
        .tls_backend_preconfigured(tls_config(Vec::new(), None, None)?)
        .build()
        .map_err(|_| Error::Usage("the certificates can't be used".to_owned()))
}
