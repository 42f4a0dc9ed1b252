//! The client that asks authorization servers.

use std::time::Duration;

use patchbay_http::{AddressPolicy, Network};

/// How long one request may take, DNS and body included.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Speaks OAuth with the authorization servers of MCP servers. Cheap to clone, keeps no state.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    pub(crate) network: Network,
    pub(crate) time_limit: Duration,
}

impl OAuthClient {
    /// `http` must follow no redirects and keep no cookies, and should have the policy's
    /// [`resolver`](AddressPolicy::resolver).
    pub fn new(http: reqwest::Client, policy: AddressPolicy) -> Self {
        Self::with_network(Network::of(http, policy))
    }

    /// By the clients of a connector, or those that all others share.
    pub fn with_network(network: Network) -> Self {
        Self {
            network,
            time_limit: TIME_LIMIT,
        }
    }

    /// The same with another limit for each request in place of 30 s.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }
}
