//! The client of authorization servers.

use std::time::Duration;

use patchbay_http::Network;

/// Time limit of one request, including DNS and body.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// An OAuth client for the authorization servers of MCP servers. Stateless and cheap to clone.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    pub(crate) network: Network,
    pub(crate) time_limit: Duration,
}

impl OAuthClient {
    /// Uses the HTTP clients of a connector.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            time_limit: REQUEST_LIMIT,
        }
    }

    /// Sets the time limit of each request, by default 30 s.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }
}
