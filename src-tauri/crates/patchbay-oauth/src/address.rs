//! Which addresses may be asked.
//!
//! A server names the addresses of its sign-in, so a hostile one could make this computer ask its own
//! services, its network or a cloud's inside. What is named must therefore use https and be a public
//! address, also after DNS; loopback is for servers of this computer alone.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::Error;

/// How long a connection may use the addresses that were checked; longer than any request takes.
const PIN_LIFE: Duration = Duration::from_secs(60);

/// Turns names to addresses; a trait so that tests need no DNS.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of the name, never none.
    ///
    /// # Errors
    ///
    /// When the name stands for no address, or nobody could be asked.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

struct SystemLookup;

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

/// Which addresses may be asked, and the addresses that names were checked to stand for.
///
/// Clones share what was checked: give one to [`OAuthClient::new`](crate::OAuthClient::new) and its
/// [`resolver`](Self::resolver) to the `reqwest` client, and a connection goes to the very addresses
/// that were checked. With a proxy in between the check still runs, and the proxy does the rest.
#[derive(Clone)]
pub struct AddressPolicy {
    lookup: Arc<dyn Lookup>,
    pins: Arc<Pins>,
}

type Pins = Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>;

impl Default for AddressPolicy {
    fn default() -> Self {
        Self::with_lookup(Arc::new(SystemLookup))
    }
}

impl std::fmt::Debug for AddressPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressPolicy").finish_non_exhaustive()
    }
}

impl AddressPolicy {
    /// Public addresses only, loopback for servers on loopback; names are looked up with `lookup`.
    pub fn with_lookup(lookup: Arc<dyn Lookup>) -> Self {
        Self {
            lookup,
            pins: Arc::default(),
        }
    }

    /// For `reqwest::ClientBuilder::dns_resolver`: connections to names that were checked within the
    /// last minute use the checked addresses, others are looked up as usual.
    pub fn resolver(&self) -> Arc<impl Resolve + 'static> {
        Arc::new(PinnedResolver {
            lookup: self.lookup.clone(),
            pins: self.pins.clone(),
        })
    }

    /// What may be asked on behalf of that MCP server.
    pub(crate) fn reach(&self, server: &Url) -> Reach {
        Reach {
            loopback: is_loopback(server),
            own_host: server.host_str().unwrap_or_default().to_owned(),
        }
    }

    /// Looks the host up, refuses it when any of its addresses is out of reach, and keeps the
    /// addresses for the connection that follows.
    ///
    /// A name that cannot be looked up passes: behind a proxy that is normal, and without one the
    /// connection fails for the same reason.
    pub(crate) async fn check_host(&self, reach: &Reach, url: &Url) -> Result<(), Error> {
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        let Ok(found) = self.lookup.lookup(name).await else {
            return Ok(());
        };
        for address in &found {
            if !reach.allows(name, kind_of(*address)) {
                return Err(Error::PrivateAddress {
                    host: name.to_owned(),
                });
            }
        }
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        pins.retain(|_, (since, _)| since.elapsed() < PIN_LIFE);
        pins.insert(name.to_owned(), (Instant::now(), found));
        Ok(())
    }
}

struct PinnedResolver {
    lookup: Arc<dyn Lookup>,
    pins: Arc<Pins>,
}

impl Resolve for PinnedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let pinned = {
            let pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
            let pin = pins.get(name.as_str());
            pin.filter(|(since, _)| since.elapsed() < PIN_LIFE)
                .map(|(_, found)| found.clone())
        };
        let lookup = self.lookup.clone();
        Box::pin(async move {
            let found = match pinned {
                Some(found) => found,
                None => lookup.lookup(name.as_str()).await.map_err(LookupFailed)?,
            };
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

/// A name that stands for no address; found again in the chain of a failed request.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be looked up")]
pub(crate) struct LookupFailed(#[source] io::Error);

/// What may be asked on behalf of one MCP server.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    loopback: bool,
    own_host: String,
}

impl Reach {
    /// Checks all of an address that needs no DNS. `what` names its purpose for messages.
    pub(crate) fn check_url(&self, what: &'static str, url: &Url) -> Result<(), Error> {
        let Some(host) = url.host() else {
            return Err(Error::UnsafeUrl { what });
        };
        let has_user = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "https" | "http") || has_user || url.fragment().is_some() {
            return Err(Error::UnsafeUrl { what });
        }
        if url.scheme() == "http" && !is_loopback(url) {
            return Err(Error::NotHttps {
                what,
                host: host.to_string(),
            });
        }
        let kind = match host {
            Host::Ipv4(address) => kind_of(address.into()),
            Host::Ipv6(address) => kind_of(address.into()),
            Host::Domain(name) if is_localhost(name) => Kind::Loopback,
            Host::Domain(_) => Kind::Public,
        };
        if !self.allows(url.host_str().unwrap_or_default(), kind) {
            return Err(Error::PrivateAddress {
                host: host.to_string(),
            });
        }
        Ok(())
    }

    fn allows(&self, host: &str, kind: Kind) -> bool {
        match kind {
            Kind::Public => true,
            Kind::Loopback => self.loopback,
            // The user typed this very host, so asking it tells nobody anything new.
            Kind::Private => host == self.own_host,
            Kind::Never => false,
        }
    }
}

/// Whether the address is this computer, by name or number.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

/// Source: RFC 6761, section 6.3.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Public,
    Loopback,
    Private,
    /// Link-local, cloud metadata, multicast, unspecified.
    Never,
}

fn kind_of(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => match v4_within(address) {
            Some(within) => kind_of_v4(within),
            None => kind_of_v6(address),
        },
    }
}

fn kind_of_v4(address: Ipv4Addr) -> Kind {
    match address.octets() {
        // Metadata services of Alibaba Cloud and Azure, which are not link-local.
        [100, 100, 100, 200] | [168, 63, 129, 16] => Kind::Never,
        [127, ..] => Kind::Loopback,
        [10, ..] | [192, 168, ..] => Kind::Private,
        [172, second, ..] if (16..32).contains(&second) => Kind::Private,
        [100, second, ..] if (64..128).contains(&second) => Kind::Private,
        [0, ..] | [169, 254, ..] | [192, 0, 0, _] | [224..=255, ..] => Kind::Never,
        _ => Kind::Public,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> Kind {
    // Metadata service of AWS.
    const AWS: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254);
    match address.segments()[0] {
        _ if address == Ipv6Addr::LOCALHOST => Kind::Loopback,
        _ if address == AWS || address.is_unspecified() => Kind::Never,
        0xfc00..=0xfdff | 0xfec0..=0xfeff => Kind::Private,
        0xfe80..=0xfebf | 0xff00..=0xffff => Kind::Never,
        _ => Kind::Public,
    }
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, NAT64, 6to4.
fn v4_within(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if high != 0 => Some(join(high, low)),
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(join(high, low)),
        (0x2002, ..) => Some(join(b, c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn check(server: &str, named: &str) -> Result<(), Error> {
        AddressPolicy::default()
            .reach(&url(server))
            .check_url("token endpoint", &url(named))
    }

    #[test]
    fn https_or_loopback_is_a_must() {
        assert!(check("https://mcp.example/", "https://auth.example/t").is_ok());
        assert!(check("http://127.0.0.1:1/", "http://localhost:2/t").is_ok());
        assert!(check("http://[::1]:1/", "http://127.0.0.1:2/t").is_ok());
        let refused = check("https://mcp.example/", "http://auth.example/t");
        assert!(matches!(refused, Err(Error::NotHttps { .. })));
    }

    #[test]
    fn loopback_is_for_servers_of_this_computer() {
        for named in [
            "http://127.0.0.1/t",
            "https://localhost/t",
            "http://a.localhost./t",
            "https://[::1]/",
        ] {
            let refused = check("https://mcp.example/", named);
            assert!(
                matches!(refused, Err(Error::PrivateAddress { .. })),
                "{named}"
            );
        }
    }

    #[test]
    fn numbers_inside_networks_and_clouds_are_refused() {
        for host in [
            "10.0.0.1",
            "172.31.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.100.100.200",
            "168.63.129.16",
            "224.0.0.1",
            "255.255.255.255",
            "0x7f.1",
            "2130706433",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[fc00::1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a00:1::]",
            "[::]",
            "[::7f00:1]",
        ] {
            let refused = check("https://mcp.example/", &format!("https://{host}/t"));
            assert!(
                matches!(refused, Err(Error::PrivateAddress { .. })),
                "{host}"
            );
        }
        assert!(check("https://mcp.example/", "https://8.8.8.8/t").is_ok());
        assert!(check("https://mcp.example/", "https://[2606:4700::1]/t").is_ok());
    }

    #[test]
    fn other_schemes_users_and_fragments_are_refused() {
        for named in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "ssh://auth.example/",
            "https://me@auth.example/",
            "https://:pw@auth.example/",
            "https://auth.example/#x",
        ] {
            let refused = check("https://mcp.example/", named);
            assert!(matches!(refused, Err(Error::UnsafeUrl { .. })), "{named}");
        }
    }

    struct Fixed(&'static str);

    #[async_trait]
    impl Lookup for Fixed {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec![
                "203.0.113.9".parse().unwrap(),
                self.0.parse().unwrap(),
            ])
        }
    }

    async fn check_name(policy: &AddressPolicy, server: &str, named: &str) -> Result<(), Error> {
        policy
            .check_host(&policy.reach(&url(server)), &url(named))
            .await
    }

    #[tokio::test]
    async fn names_are_judged_by_all_their_addresses() {
        for inside in ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fe80::1"] {
            let policy = AddressPolicy::with_lookup(Arc::new(Fixed(inside)));
            let refused =
                check_name(&policy, "https://mcp.example/", "https://auth.example/").await;
            assert!(
                matches!(refused, Err(Error::PrivateAddress { .. })),
                "{inside}"
            );
        }
        let policy = AddressPolicy::with_lookup(Arc::new(Fixed("198.51.100.1")));
        assert!(
            check_name(&policy, "https://mcp.example/", "https://auth.example/")
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn the_typed_host_may_be_private_but_nothing_worse() {
        let policy = AddressPolicy::with_lookup(Arc::new(Fixed("10.1.2.3")));
        assert!(
            check_name(&policy, "https://mcp.corp/", "https://mcp.corp/x")
                .await
                .is_ok()
        );
        assert!(
            check_name(&policy, "https://mcp.corp/", "https://auth.corp/x")
                .await
                .is_err()
        );
        for never in ["127.0.0.1", "169.254.169.254"] {
            let policy = AddressPolicy::with_lookup(Arc::new(Fixed(never)));
            assert!(
                check_name(&policy, "https://mcp.corp/", "https://mcp.corp/x")
                    .await
                    .is_err()
            );
        }
    }

    #[tokio::test]
    async fn connections_use_the_addresses_that_were_checked() {
        struct Flipping(std::sync::atomic::AtomicUsize);
        #[async_trait]
        impl Lookup for Flipping {
            async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
                let first = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
                Ok(vec![
                    if first { "203.0.113.9" } else { "127.0.0.1" }
                        .parse()
                        .unwrap(),
                ])
            }
        }
        let policy = AddressPolicy::with_lookup(Arc::new(Flipping(Default::default())));
        check_name(&policy, "https://mcp.example/", "https://auth.example/")
            .await
            .unwrap();
        let name: Name = "auth.example".parse().unwrap();
        let used: Vec<_> = policy.resolver().resolve(name).await.unwrap().collect();
        assert_eq!(used, ["203.0.113.9:0".parse().unwrap()]);
    }
}
