//! An account's way to its platform.

use std::sync::Arc;
use std::time::Duration;

use patchbay_model::Secret;
use url::Url;

use crate::{Clients, Clock, Error, RetryPolicy, SecretNames, TokenSource, check_address};

/// Where a redirect may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// Nowhere: it is an answer like any other, and no success.
    Refuse,
    /// Wherever the platform points to. On the way to another origin credentials and the call's own headers are
    /// left out for good; a body, or the step from https to http, is refused whatever the platform's own
    /// client does.
    Follow,
}

/// One account's way to its platform: address, credentials and the rules of the platform's contract.
#[derive(Clone)]
pub struct Api {
    /// The connections.
    pub clients: Clients,
    /// The time, and how to wait.
    pub clock: Arc<dyn Clock>,
    /// Absolute URL; a path in it stays in front of every operation's.
    pub base: Url,
    /// Credentials, sent to the origin of `base` only.
    pub tokens: Arc<dyn TokenSource>,
    /// Headers of every request that are no credentials, such as the organization.
    pub headers: Vec<(String, String)>,
    /// Where a redirect may lead.
    pub redirects: Redirects,
    /// The time limit of [`CallOptions`], unless the request or the call says otherwise.
    pub timeout: Duration,
    /// Most bytes of an answer that is read as a whole, after decompression.
    pub body_bytes: usize,
    /// What is repeated by itself.
    pub retries: RetryPolicy,
    /// Secrets of the account that not every request sends, such as the one that its token was had for.
    /// Like those that are sent they are taken out of what the server says when it refuses.
    pub secrets: Vec<Secret>,
    /// Names of members that are secret wherever the platform might repeat them.
    pub secret_names: &'static SecretNames,
}

impl Api {
    /// The official clients' limit for one answer.
    pub const TIMEOUT: Duration = Duration::from_secs(300);
    /// Far more than any documented answer.
    pub const BODY_BYTES: usize = 32 * 1024 * 1024;

    /// An account at `base`, without slashes at its end, that follows redirects and repeats nothing.
    ///
    /// # Errors
    /// [`Error::Usage`] when `base` is no absolute `http` or `https` URL, or holds a user name.
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

/// The address of an account.
///
/// # Errors
/// [`Error::Usage`] when it is no absolute `http` or `https` URL, or holds a user name.
pub fn parse_base_url(base: &str) -> Result<Url, Error> {
    let base =
        Url::parse(base).map_err(|_| Error::Usage("the base URL must be a full URL".to_owned()))?;
    check_address(&base)?;
    Ok(base)
}
