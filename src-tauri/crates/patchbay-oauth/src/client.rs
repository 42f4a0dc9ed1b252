//! The client of authorization servers.

use std::time::Duration;

use patchbay_http::{AddressPolicy, Network};

/// Time limit of one request, including DNS and body.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// An OAuth client for the authorization servers of MCP servers. Stateless and cheap to clone.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    pub(crate) network: Network,
    pub(crate) time_limit: Duration,
}

impl OAuthClient {
    /// Uses one HTTP client, which must follow no redirects and keep no cookies, and should have the policy's
    /// [`resolver`](AddressPolicy::resolver).
    pub fn new(http: reqwest::Client, policy: AddressPolicy) -> Self {
        Self::with_network(Network::of(http, policy))
    }

    /// Uses the HTTP clients of a connector.
    pub fn with_network(network: Network) -> Self {
        Self {
            network,
            time_limit: TIME_LIMIT,
        }
    }

    /// Sets the time limit of each request, by default 30 s.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }
}
