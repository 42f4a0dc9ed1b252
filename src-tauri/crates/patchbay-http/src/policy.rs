//! Which addresses may be asked.
//!
//! A server names the addresses of its sign-in, so a hostile one could make this computer ask its own
//! services, its network or a cloud's inside. What is named must therefore use https and be a public
//! address, also after DNS; loopback is for servers of this computer alone. The clients' own resolver
//! keeps to the same rule, so that no second look-up can lead elsewhere.

use std::collections::{HashMap, HashSet};
use std::error::Error as StdError;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use patchbay_model::is_localhost;
use reqwest::dns::Resolve;
use url::{Host, Url};

use crate::address_error::LookupFailed;
use crate::lookup::SystemLookup;
use crate::reach::{AddressKind, kind_of};
use crate::{AddressError, BrowserUrl, Lookup, Proxies, Reach};

/// How long a connection may use the addresses that were checked; longer than any request takes.
const PIN_TTL: Duration = Duration::from_secs(60);

/// Which addresses may be asked, and the addresses that names were checked to stand for.
///
/// Clones share what was checked and which hosts the person gave. Every HTTP client gets
/// [`resolver`](Self::resolver), and a connection goes to the very addresses that were checked.
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
    /// The system's look-ups and proxies.
    fn default() -> Self {
        Self::new(Arc::new(SystemLookup), Proxies::of_system())
    }
}

impl std::fmt::Debug for AddressPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressPolicy").finish_non_exhaustive()
    }
}

impl AddressPolicy {
    /// Public addresses only, loopback for servers on loopback; names are looked up with `lookup`.
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

    /// The same, through other proxies.
    #[must_use]
    pub fn with_proxies(&self, proxies: Proxies) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            proxies: Arc::new(proxies),
        }
    }

    /// The proxy that makes the connection to that address.
    pub(crate) fn proxy_for(&self, url: &Url) -> Option<Url> {
        self.proxies.proxy_for(url)
    }

    /// For `reqwest::ClientBuilder::dns_resolver`: connections to names that were checked within the last
    /// minute use the checked addresses. Others are looked up and refused when they lead to this computer
    /// or into the local network, except for hosts that the person [gave](Self::allow_host).
    pub fn resolver(&self) -> Arc<impl Resolve + 'static> {
        Arc::new(self.clone())
    }

    /// Has a client use these proxies, but none to this computer.
    pub fn route(&self, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        if self.proxies.is_empty() {
            // Asked for one, a client builds the address of each request anew.
            return client.no_proxy();
        }
        let policy = self.clone();
        client.proxy(reqwest::Proxy::custom(move |url| policy.proxy_for(url)))
    }

    /// Notes a host that the person gave by typing or choosing it: it may lie in the local network.
    pub fn allow_host(&self, url: &Url) {
        if let Some(Host::Domain(name)) = url.host() {
            lock(&self.inner.given).insert(name.to_owned());
        }
    }

    /// What may be asked on behalf of that server, whose address the person gave.
    pub fn reach(&self, server: &Url) -> Reach {
        Reach::of(server)
    }

    /// Checks an address with its name looked up, and has the connection that follows use what was found.
    /// `what` names its purpose for messages.
    ///
    /// # Errors
    /// Each [`AddressError`]. A name that cannot be looked up passes only where a proxy makes the
    /// connection.
    pub async fn check(
        &self,
        what: &'static str,
        reach: &Reach,
        url: &Url,
    ) -> Result<(), AddressError> {
        reach.check_url(what, url)?;
        self.check_host(reach, url).await
    }

    /// A page that a browser may be given on behalf of whoever `reach` is for.
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

    /// Looks the host up, refuses it when any of its addresses is out of reach, and keeps the addresses
    /// for the connection that follows.
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
        let mut pins = lock(&self.inner.pins);
        pins.retain(|_, (since, _)| since.elapsed() < PIN_TTL);
        pins.insert(name.to_owned(), (Instant::now(), found));
        Ok(())
    }

    /// The addresses to which a connection to that name may go.
    pub(crate) async fn addresses(
        &self,
        name: &str,
    ) -> Result<Vec<IpAddr>, Box<dyn StdError + Send + Sync>> {
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
        let pins = lock(&self.inner.pins);
        let (since, found) = pins.get(name)?;
        (since.elapsed() < PIN_TTL).then(|| found.clone())
    }

    /// Whether a name may lead to such a place, whoever asks for it.
    fn may_resolve_to(&self, name: &str, kind: AddressKind) -> bool {
        if leaves_loopback(name, kind) {
            return false;
        }
        // Somebody entered it on this computer.
        if self.proxies.has_host(name) {
            return true;
        }
        match kind {
            AddressKind::Public => true,
            AddressKind::Loopback if is_localhost(name) => true,
            AddressKind::Loopback | AddressKind::Private => lock(&self.inner.given).contains(name),
            AddressKind::Never => false,
        }
    }
}

/// Whether a name of this computer leads away from it: it may be asked without encryption, and whoever
/// answers look-ups could have it lead anywhere.
fn leaves_loopback(name: &str, kind: AddressKind) -> bool {
    is_localhost(name) && kind != AddressKind::Loopback
}

fn private(name: &str) -> AddressError {
    AddressError::Private {
        host: name.to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
