//! Which addresses may be requested.
//!
//! Servers name the addresses of their sign-in, so a hostile one could make this computer send requests to its own
//! services, its network or the inside of a cloud. Such addresses must therefore use https and resolve to public
//! addresses; only servers on loopback may name loopback. The HTTP clients' resolver enforces the same rule, so that
//! no second lookup can lead elsewhere.

use std::collections::{HashMap, HashSet};
use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use patchbay_model::{debug_fields, is_localhost};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address_error::LookupFailed;
use crate::lookup::SystemLookup;
use crate::reach::{AddressKind, kind_of};
use crate::{AddressError, BrowserUrl, Lookup, Proxies, Reach};

/// How long a connection may use the checked addresses; longer than any request takes.
const PIN_TTL: Duration = Duration::from_secs(60);

/// Decides which addresses may be requested, and pins names to the addresses that were checked.
///
/// Clones share the pins and the hosts that the person entered. Every HTTP client gets
/// [`resolver`](Self::resolver), so that a connection goes to the very addresses that were checked.
#[derive(Clone)]
pub struct AddressPolicy {
    inner: Arc<Inner>,
    proxies: Arc<Proxies>,
}

struct Inner {
    lookup: Arc<dyn Lookup>,
    given: Mutex<HashSet<String>>,
    pins: Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>,
}

impl Default for AddressPolicy {
    /// With the system's resolver and proxies.
    fn default() -> Self {
        Self::new(Arc::new(SystemLookup), Proxies::of_system())
    }
}

debug_fields! { AddressPolicy: }

impl AddressPolicy {
    /// Allows public addresses, and loopback for servers on loopback; names are resolved with `lookup`.
    pub fn new(lookup: Arc<dyn Lookup>, proxies: Proxies) -> Self {
        Self {
            inner: Arc::new(Inner {
                lookup,
                given: Mutex::default(),
                pins: Mutex::default(),
            }),
            proxies: Arc::new(proxies),
        }
    }

    /// The same policy with other proxies.
    #[must_use]
    pub fn with_proxies(&self, proxies: Proxies) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            proxies: Arc::new(proxies),
        }
    }

    pub(crate) fn proxy_for(&self, url: &Url) -> Option<Url> {
        self.proxies.proxy_for(url)
    }

    /// For `reqwest::ClientBuilder::dns_resolver`: names that were checked within the last minute resolve to the
    /// checked addresses. Others are looked up, and refused if they lead to this computer or into the local network,
    /// except for hosts that the person [entered](Self::allow_host).
    pub fn resolver(&self) -> Arc<impl Resolve + 'static> {
        Arc::new(self.clone())
    }

    /// Makes a client use these proxies, except for addresses on this computer.
    pub fn route(&self, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        // With a proxy function, a client would write and parse the address of each request again.
        if self.proxies.is_empty() {
            return client.no_proxy();
        }
        let policy = self.clone();
        client.proxy(reqwest::Proxy::custom(move |url| policy.proxy_for(url)))
    }

    /// Allows a host that the person typed or chose to be in the local network.
    pub fn allow_host(&self, url: &Url) {
        if let Some(Host::Domain(name)) = url.host() {
            self.inner.given.lock().insert(name.to_owned());
        }
    }

    /// Checks an address and what its name resolves to, which the connection that follows will use.
    /// `what` names its purpose in messages.
    ///
    /// # Errors
    /// Each [`AddressError`]. A name that does not resolve passes only if a proxy makes the connection.
    pub async fn check(
        &self,
        what: &'static str,
        reach: &Reach,
        url: &Url,
    ) -> Result<(), AddressError> {
        reach.check_url(what, url)?;
        self.check_host(reach, url).await
    }

    /// Checks a page that is to be opened in a browser on behalf of the server that `reach` belongs to.
    ///
    /// # Errors
    /// As [`AddressPolicy::check`].
    pub async fn browser_url(
        &self,
        what: &'static str,
        reach: &Reach,
        url: Url,
    ) -> Result<BrowserUrl, AddressError> {
        self.check(what, reach, &url).await?;
        Ok(BrowserUrl::checked(url))
    }

    /// Resolves the host, refuses it if any of its addresses is out of reach, and pins the addresses for the
    /// connection that follows.
    async fn check_host(&self, reach: &Reach, url: &Url) -> Result<(), AddressError> {
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        let found = match self.inner.lookup.lookup(name).await {
            Ok(found) => found,
            Err(_) if self.proxies.connects(url) => return Ok(()),
            Err(_) => {
                return Err(AddressError::Unknown {
                    host: name.to_owned(),
                });
            }
        };
        if !found.iter().all(|address| {
            reach.allows(name, kind_of(*address)) && !leaves_loopback(name, kind_of(*address))
        }) {
            return Err(private(name));
        }
        let mut pins = self.inner.pins.lock();
        pins.retain(|_, (since, _)| since.elapsed() < PIN_TTL);
        pins.insert(name.to_owned(), (Instant::now(), found));
        Ok(())
    }

    /// The addresses to which a connection to that name may be made.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Box<dyn StdError + Send + Sync>> {
        if let Some(found) = self.find_pinned(name) {
            return Ok(found);
        }
        let found = self.inner.lookup.lookup(name).await;
        let found = found.map_err(|source| LookupFailed {
            host: name.to_owned(),
            source,
        })?;
        if found
            .iter()
            .all(|address| self.may_resolve_to(name, kind_of(*address)))
        {
            return Ok(found);
        }
        Err(private(name).into())
    }

    fn find_pinned(&self, name: &str) -> Option<Vec<IpAddr>> {
        let pins = self.inner.pins.lock();
        let (since, found) = pins.get(name)?;
        (since.elapsed() < PIN_TTL).then(|| found.clone())
    }

    /// Whether a name may resolve to an address of that kind, whoever named it.
    fn may_resolve_to(&self, name: &str, kind: AddressKind) -> bool {
        if leaves_loopback(name, kind) {
            return false;
        }
        // The proxy's address was entered on this computer.
        if self.proxies.has_host(name) {
            return true;
        }
        match kind {
            AddressKind::Public => true,
            AddressKind::Loopback if is_localhost(name) => true,
            AddressKind::Loopback | AddressKind::Private => self.inner.given.lock().contains(name),
            AddressKind::Never => false,
        }
    }
}

impl Resolve for AddressPolicy {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.clone();
        Box::pin(async move {
            let found = policy.addresses(name.as_str()).await?;
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

/// Whether a name for this computer resolves to another one: such names may be requested without encryption, and a
/// DNS server could make them lead anywhere.
fn leaves_loopback(name: &str, kind: AddressKind) -> bool {
    is_localhost(name) && kind != AddressKind::Loopback
}

fn private(name: &str) -> AddressError {
    AddressError::Private {
        host: name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
