//! Proxies.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use patchbay_model::{ProxyChoice, is_loopback};
use url::Url;

use crate::Error;

/// Which requests go through a proxy. Those to this computer never do: they may be unencrypted, so the proxy could
/// read their credentials and forge responses.
///
/// Behind a proxy this computer often cannot resolve names at all: the proxy does, and connects.
pub struct Proxies {
    matcher: Option<Matcher>,
    hosts: HashSet<String>,
}

impl Proxies {
    /// No proxies.
    pub fn none() -> Self {
        Self {
            matcher: None,
            hosts: HashSet::new(),
        }
    }

    /// The proxies of the system's settings and environment variables.
    pub fn of_system() -> Self {
        Self::of(Matcher::from_system())
    }

    /// The proxies that the person chose.
    ///
    /// # Errors
    /// [`Error::Usage`] for an invalid proxy address, or one with a password.
    pub fn chosen(choice: &ProxyChoice) -> Result<Self, Error> {
        match choice {
            ProxyChoice::System => Ok(Self::of_system()),
            ProxyChoice::Direct => Ok(Self::none()),
            ProxyChoice::Url(url) => Ok(Self::of(
                Matcher::builder().all(validate_proxy(url)?).build(),
            )),
        }
    }

    pub(crate) fn of(matcher: Matcher) -> Self {
        // No bypass rule matches a name in `.invalid`, so this finds the proxies themselves.
        let probes = ["http://proxies.invalid/", "https://proxies.invalid/"].into_iter();
        let found = probes.filter_map(|url| matcher.intercept(&Uri::from_static(url)));
        let found: Vec<Intercept> = found.collect();
        let hosts = found.iter().filter_map(|proxy| proxy.uri().host());
        Self {
            hosts: hosts.map(normalize_host).collect(),
            matcher: Some(matcher).filter(|_| !found.is_empty()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.matcher.is_none()
    }

    /// Whether connections to that address go through a proxy.
    pub(crate) fn connects(&self, url: &Url) -> bool {
        self.intercept(url).is_some()
    }

    /// The proxy for connections to that address, with its user name and password.
    pub(crate) fn proxy_for(&self, url: &Url) -> Option<Url> {
        with_sign_in(&self.intercept(url)?)
    }

    fn intercept(&self, url: &Url) -> Option<Intercept> {
        if is_loopback(url) {
            return None;
        }
        let uri = url.as_str().parse::<Uri>().ok()?;
        self.matcher.as_ref()?.intercept(&uri)
    }

    /// Whether that is the host of a proxy.
    pub(crate) fn has_host(&self, name: &str) -> bool {
        self.hosts.contains(&normalize_host(name))
    }
}

/// Checks the address of a proxy for a connector's settings, which must contain no secret.
fn validate_proxy(url: &str) -> Result<String, Error> {
    let refused = |why: &str| Err(Error::Usage(format!("this proxy can't be used: {why}")));
    let Ok(read) = Url::parse(url) else {
        return refused("it isn't an address like http://proxy.example:3128");
    };
    if !matches!(read.scheme(), "http" | "https") || read.path() != "/" || read.query().is_some() {
        return refused("it isn't an address like http://proxy.example:3128");
    }
    if !read.username().is_empty() || read.password().is_some() {
        return refused("a name and password belong in the system's settings");
    }
    Ok(read.to_string())
}

fn with_sign_in(proxy: &Intercept) -> Option<Url> {
    let mut url = Url::parse(&proxy.uri().to_string()).ok()?;
    let raw = proxy
        .raw_auth()
        .map(|(name, password)| (name.to_owned(), password.to_owned()));
    if let Some((name, password)) = raw.or_else(|| basic(proxy)) {
        url.set_username(&name).ok()?;
        url.set_password(Some(&password)).ok()?;
    }
    Some(url)
}

fn basic(proxy: &Intercept) -> Option<(String, String)> {
    let encoded = proxy.basic_auth()?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn normalize_host(name: &str) -> String {
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

    #[test]
    fn a_chosen_proxy_is_the_only_one() {
        let of = |choice: ProxyChoice, url: &str| {
            let proxies = Proxies::chosen(&choice).unwrap();
            proxies.proxy_for(&Url::parse(url).unwrap())
        };
        let corp = ProxyChoice::Url("http://proxy.corp:3128".to_owned());
        for url in ["https://mcp.example/x", "http://mcp.example/x"] {
            let found = of(corp.clone(), url).unwrap();
            assert_eq!(found.as_str(), "http://proxy.corp:3128/");
            assert_eq!(of(ProxyChoice::Direct, url), None);
        }
        assert_eq!(of(corp, "http://127.0.0.1:8080/mcp"), None);
        for wrong in [
            "proxy.corp:3128",
            "socks5://proxy.corp",
            "http://me:secret@proxy.corp",
            "http://proxy.corp/path",
        ] {
            let refused = Proxies::chosen(&ProxyChoice::Url(wrong.to_owned()));
            let Err(Error::Usage(why)) = refused else {
                panic!("{wrong}");
            };
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn what_goes_to_this_computer_goes_through_no_proxy() {
        let matcher = Matcher::builder().all("http://me:p%40ss@proxy.corp:3128");
        let proxies = Proxies::of(matcher.build());
        let of = |url: &str| proxies.proxy_for(&Url::parse(url).unwrap());
        for own in [
            "http://127.0.0.1:8080/mcp",
            "http://127.8.0.1/mcp",
            "http://localhost:8080/mcp",
            "http://mcp.localhost./mcp",
            "http://[::1]:8080/mcp",
            "https://127.0.0.1/mcp",
        ] {
            assert_eq!(of(own), None, "{own}");
        }
        let outside = of("https://mcp.example/mcp").unwrap();
        assert_eq!(outside.as_str(), "http://me:p%40ss@proxy.corp:3128/");
    }
}
