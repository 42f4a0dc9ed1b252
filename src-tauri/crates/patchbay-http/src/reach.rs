//! What may be requested on behalf of one server, by kinds of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use patchbay_model::{has_user_info, is_localhost, is_loopback};
use url::{Host, Url};

use crate::AddressError;

/// What may be requested or opened on behalf of one server.
#[derive(Clone, Debug)]
pub struct Reach {
    loopback: bool,
    /// The host that the person entered; empty if there is none.
    own_host: String,
}

impl Reach {
    /// For a server whose address the person entered.
    pub fn of(server: &Url) -> Self {
        Self {
            loopback: is_loopback(server),
            own_host: server.host_str().unwrap_or_default().to_owned(),
        }
    }

    /// Public addresses only: for a party whose own address the person did not enter.
    pub fn public() -> Self {
        Self {
            loopback: false,
            own_host: String::new(),
        }
    }

    /// Checks an address as far as possible without DNS. `what` names its purpose in messages.
    ///
    /// # Errors
    /// [`AddressError::Unsafe`], [`AddressError::NotHttps`], [`AddressError::Private`].
    pub fn check_url(&self, what: &'static str, url: &Url) -> Result<(), AddressError> {
        let Some(host) = url.host() else {
            return Err(AddressError::Unsafe { what });
        };
        let is_web = matches!(url.scheme(), "https" | "http");
        if !is_web || has_user_info(url) || url.fragment().is_some() {
            return Err(AddressError::Unsafe { what });
        }
        if url.scheme() == "http" && !is_loopback(url) {
            return Err(AddressError::NotHttps {
                what,
                host: host.to_string(),
            });
        }
        if !self.allows(url.host_str().unwrap_or_default(), kind_of_host(&host)) {
            return Err(AddressError::Private {
                host: host.to_string(),
            });
        }
        Ok(())
    }

    /// Whether a host may have addresses of that kind.
    pub(crate) fn allows(&self, host: &str, kind: AddressKind) -> bool {
        match kind {
            AddressKind::Public => true,
            AddressKind::Loopback => self.loopback,
            // The person typed this very host.
            AddressKind::Private => host == self.own_host,
            AddressKind::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressKind {
    Public,
    Loopback,
    Private,
    /// Link-local, cloud metadata, multicast, unspecified.
    Never,
}

fn kind_of_host(host: &Host<&str>) -> AddressKind {
    match host {
        Host::Ipv4(address) => kind_of((*address).into()),
        Host::Ipv6(address) => kind_of((*address).into()),
        Host::Domain(name) if is_localhost(name) => AddressKind::Loopback,
        Host::Domain(_) => AddressKind::Public,
    }
}

pub(crate) fn kind_of(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => match v4_within(address) {
            Some(within) => kind_of_v4(within),
            None => kind_of_v6(address),
        },
    }
}

fn kind_of_v4(address: Ipv4Addr) -> AddressKind {
    match address.octets() {
        // Metadata services of Alibaba Cloud and Azure, which are not link-local.
        [100, 100, 100, 200] | [168, 63, 129, 16] => AddressKind::Never,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [192, 168, ..] => AddressKind::Private,
        [172, second, ..] if (16..32).contains(&second) => AddressKind::Private,
        [100, second, ..] if (64..128).contains(&second) => AddressKind::Private,
        [0, ..] | [169, 254, ..] | [192, 0, 0, _] | [224..=255, ..] => AddressKind::Never,
        _ => AddressKind::Public,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> AddressKind {
    // Metadata service of AWS.
    const AWS: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254);
    match address.segments()[0] {
        _ if address == Ipv6Addr::LOCALHOST => AddressKind::Loopback,
        _ if address == AWS || address.is_unspecified() => AddressKind::Never,
        0xfc00..=0xfdff | 0xfec0..=0xfeff => AddressKind::Private,
        0xfe80..=0xfebf | 0xff00..=0xffff => AddressKind::Never,
        _ => AddressKind::Public,
    }
}

/// The IPv4 address embedded in an IPv6 address: mapped, compatible, NAT64, 6to4.
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

    fn check(server: &str, named: &str) -> Result<(), AddressError> {
        let url = |text: &str| Url::parse(text).unwrap();
        Reach::of(&url(server)).check_url("token endpoint", &url(named))
    }

    #[test]
    fn https_or_loopback_is_a_must() {
        assert!(check("https://mcp.example/", "https://auth.example/t").is_ok());
        assert!(check("http://127.0.0.1:1/", "http://localhost:2/t").is_ok());
        assert!(check("http://[::1]:1/", "http://127.0.0.1:2/t").is_ok());
        let refused = check("https://mcp.example/", "http://auth.example/t");
        assert!(matches!(refused, Err(AddressError::NotHttps { .. })));
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
                matches!(refused, Err(AddressError::Private { .. })),
                "{named}"
            );
        }
    }

    #[test]
    fn numbers_inside_networks_and_clouds_are_refused() {
        let hosts = "
            10.0.0.1 172.31.0.1 192.168.1.1 100.64.0.1 169.254.169.254 0.0.0.0 100.100.100.200 168.63.129.16
            224.0.0.1 255.255.255.255 0x7f.1 2130706433 [fe80::1] [fd00:ec2::254] [fc00::1] [::ffff:10.0.0.1]
            [::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe] [2002:a00:1::] [::] [::7f00:1]
        ";
        for host in hosts.split_whitespace() {
            let refused = check("https://mcp.example/", &format!("https://{host}/t"));
            assert!(
                matches!(refused, Err(AddressError::Private { .. })),
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
            assert!(
                matches!(refused, Err(AddressError::Unsafe { .. })),
                "{named}"
            );
        }
    }
}
