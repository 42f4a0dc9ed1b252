//! How requests of one account are sent to its platform.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::Secret;
use url::Url;

use crate::{Clients, Clock, Error, RetryPolicy, SecretNames, TokenSource, check_address};

/// Whether redirects are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// A redirect is an error response.
    Refuse,
    /// Redirects are followed. From the first other origin on, credentials and the call's own headers are left out.
    /// A redirect of a body to another origin, or from https to http there, is refused, whatever the platform's own
    /// client does.
    Follow,
}

/// Address, credentials and contract rules of one account of a platform.
#[derive(Clone)]
pub struct Api {
    /// The HTTP clients.
    pub clients: Clients,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Absolute URL whose path is the prefix of every operation's path.
    pub base: Url,
    /// Credentials, sent to the origin of `base` only.
    pub tokens: Arc<dyn TokenSource>,
    /// Headers of every request that aren't credentials, such as the organization.
    pub headers: Vec<(String, String)>,
    /// Whether redirects are followed.
    pub redirects: Redirects,
    /// Default of [`CallOptions::timeout`](crate::CallOptions::timeout) for requests without a limit of their own.
    pub timeout: Duration,
    /// Maximum bytes of a response that is read to its end, after decompression.
    pub body_bytes: usize,
    /// Default retry policy.
    pub retries: RetryPolicy,
    /// Secrets of the account that not every request sends, such as the one that was exchanged for its token. They are
    /// redacted in error responses, as are those that are sent.
    pub secrets: Vec<Secret>,
    /// Names of properties that are secret in any response.
    pub secret_names: &'static SecretNames,
}

impl Api {
    /// The official clients' limit for one response.
    pub const TIMEOUT: Duration = Duration::from_secs(300);
    /// Far more than any documented response.
    pub const BODY_BYTES: usize = 32 * 1024 * 1024;

    /// An account at `base`, whose trailing slashes are dropped; follows redirects and retries nothing.
    ///
    /// # Errors
    /// [`Error::Usage`] if `base` isn't an absolute `http` or `https` URL, or contains a user name.
    pub fn new(
        clients: Clients,
        clock: Arc<dyn Clock>,
        base: &str,
        tokens: Arc<dyn TokenSource>,
    ) -> Result<Self, Error> {
        let mut base = parse_base_url(base)?;
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        clients.addresses.allow_host(&base);
        Ok(Self {
            clients,
            clock,
            base,
            tokens,
            headers: Vec::new(),
            redirects: Redirects::Follow,
            timeout: Self::TIMEOUT,
            body_bytes: Self::BODY_BYTES,
            retries: RetryPolicy::NEVER,
            secrets: Vec::new(),
            secret_names: SecretNames::NONE,
        })
    }
}

/// Parses the address of an account.
///
/// # Errors
/// [`Error::Usage`] if it isn't an absolute `http` or `https` URL, or contains a user name.
pub fn parse_base_url(base: &str) -> Result<Url, Error> {
    let base =
        Url::parse(base).map_err(|_| Error::Usage("the base URL must be a full URL".to_owned()))?;
    check_address(&base)?;
    Ok(base)
}
