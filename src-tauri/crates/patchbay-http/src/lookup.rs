//! DNS lookups.

use std::io;
use std::net::IpAddr;

use async_trait::async_trait;

/// Resolves names; a trait so that tests need no DNS.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of a name, at least one.
    ///
    /// # Errors
    /// If the name does not resolve, or the lookup fails.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
pub(crate) struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        if found.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(found)
    }
}
