//! The proxies between this computer and the rest.

use std::collections::HashSet;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

/// Which requests go through a proxy, decided by the same rules as the HTTP client's own.
///
/// Behind a proxy this computer often cannot look names up at all: the proxy does, and connects.
pub struct Proxies {
    matcher: Option<Matcher>,
    hosts: HashSet<String>,
}

impl Proxies {
    /// None at all.
    pub fn none() -> Self {
        Self {
            matcher: None,
            hosts: HashSet::new(),
        }
    }

    /// Those of the system's settings and of the environment variables.
    pub fn of_system() -> Self {
        Self::of(Matcher::from_system())
    }

    fn of(matcher: Matcher) -> Self {
        // The name is nobody's, so that no exception is for it: what is found are the proxies themselves.
        let asked = ["http://proxies.invalid/", "https://proxies.invalid/"];
        let hosts = asked.into_iter().filter_map(|url| {
            let proxy = matcher.intercept(&Uri::from_static(url))?;
            Some(plain(proxy.uri().host()?))
        });
        Self {
            hosts: hosts.collect(),
            matcher: Some(matcher),
        }
    }

    /// Whether a proxy makes the connection to that address.
    pub(crate) fn connects(&self, url: &Url) -> bool {
        let uri = url.as_str().parse::<Uri>().ok();
        match (&self.matcher, uri) {
            (Some(matcher), Some(uri)) => matcher.intercept(&uri).is_some(),
            _ => false,
        }
    }

    /// Whether that is the host of a proxy itself, which somebody entered on this computer.
    pub(crate) fn has_host(&self, name: &str) -> bool {
        self.hosts.contains(&plain(name))
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_connects_except_where_it_is_bypassed() {
        let matcher = Matcher::builder()
            .https("http://Proxy.corp:3128")
            .no("inside.corp")
            .build();
        let proxies = Proxies::of(matcher);
        let connects = |url: &str| proxies.connects(&Url::parse(url).unwrap());
        assert!(connects("https://mcp.example/x"));
        assert!(!connects("https://inside.corp/x"));
        assert!(!connects("http://mcp.example/x"));
        assert!(proxies.has_host("proxy.corp") && !proxies.has_host("mcp.example"));
    }
}
