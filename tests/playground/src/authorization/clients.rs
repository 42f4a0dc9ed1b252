//! Clients: known from the start, registered, or known by the document at their id.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value;
use url::{Host, Url};

use crate::shared::lock;
use crate::switches::LoopbackPort;

/// One client of the authorization server.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    /// The name on the consent page.
    pub name: String,
    /// Where the browser may be sent back to: absolute URIs.
    pub redirect_uris: Vec<String>,
    /// How it proves itself at the token endpoint.
    pub authentication: ClientAuthentication,
    /// Its secret; `None` for a public client.
    pub secret: Option<String>,
    /// How it came to be known.
    pub origin: Origin,
}

/// How a client proves itself at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `none`: a public client.
    None,
    /// `client_secret_post`
    Post,
    /// `client_secret_basic`
    Basic,
    /// Either way of sending the secret.
    Any,
}

/// How a client came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Known from the start.
    Preregistered,
    Registered,
    /// A client-id metadata document.
    Document,
}

impl Client {
    /// Whether the browser may be sent back to `uri`.
    pub(crate) fn may_redirect_to(&self, uri: &str, ports: LoopbackPort) -> bool {
        if self.redirect_uris.iter().any(|known| known == uri) {
            return true;
        }
        let free = match ports {
            LoopbackPort::Exact => false,
            LoopbackPort::FreeUnlessPreregistered => self.origin != Origin::Preregistered,
            LoopbackPort::Free => true,
        };
        free && self
            .redirect_uris
            .iter()
            .any(|known| alike_but_for_port(known, uri))
    }
}

/// Whether two loopback redirect URIs differ in nothing but the port (RFC 8252, section 7.3).
fn alike_but_for_port(known: &str, asked: &str) -> bool {
    let (Some(mut known), Some(mut asked)) = (loopback(known), loopback(asked)) else {
        return false;
    };
    known.set_port(None).is_ok() && asked.set_port(None).is_ok() && known == asked
}

fn loopback(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    (url.scheme() == "http" && is_loopback(&url)).then_some(url)
}

/// Whether `url` names this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether `uri` may be registered at all: https, http to loopback, or a scheme of an app's own, and no fragment.
pub(crate) fn may_be_registered(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let reached = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        // A browser acts on these itself instead of handing them to an app.
        "javascript" | "data" | "file" | "blob" | "about" | "vbscript" | "ftp" | "ws" | "wss" => {
            false
        }
        _ => true,
    };
    reached && url.fragment().is_none()
}

/// All clients by id, and the documents that are known without asking the network.
#[derive(Debug)]
pub(crate) struct Clients {
    known: Mutex<BTreeMap<String, Client>>,
    pub(crate) documents: BTreeMap<String, Value>,
}

impl Clients {
    pub(crate) fn new(clients: Vec<Client>, documents: BTreeMap<String, Value>) -> Self {
        let known = clients
            .into_iter()
            .map(|client| (client.id.clone(), client))
            .collect();
        Self {
            known: Mutex::new(known),
            documents,
        }
    }

    /// The client called `id`, if it is known already.
    pub(crate) fn find(&self, id: &str) -> Option<Client> {
        lock(&self.known).get(id).cloned()
    }

    /// Adds a client, or replaces the one with its id.
    pub(crate) fn put(&self, client: Client) {
        lock(&self.known).insert(client.id.clone(), client);
    }

    /// The secrets of all known clients.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let known = lock(&self.known);
        known
            .values()
            .filter_map(|client| client.secret.clone())
            .collect()
    }

    /// Forgets a client, as a server does that cleans up.
    pub(crate) fn remove(&self, id: &str) -> bool {
        lock(&self.known).remove(id).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(origin: Origin) -> Client {
        Client {
            id: "c".to_owned(),
            name: "C".to_owned(),
            redirect_uris: vec![
                "http://127.0.0.1:5000/callback".to_owned(),
                "patchbay://oauth/callback".to_owned(),
            ],
            authentication: ClientAuthentication::None,
            secret: None,
            origin,
        }
    }

    #[test]
    fn loopback_port_is_free_for_registered_clients_only() {
        let ports = LoopbackPort::FreeUnlessPreregistered;
        let other_port = "http://127.0.0.1:5001/callback";
        assert!(client(Origin::Registered).may_redirect_to(other_port, ports));
        assert!(!client(Origin::Preregistered).may_redirect_to(other_port, ports));
        assert!(client(Origin::Preregistered).may_redirect_to(other_port, LoopbackPort::Free));
        assert!(!client(Origin::Registered).may_redirect_to(other_port, LoopbackPort::Exact));
    }

    #[test]
    fn host_and_path_are_never_free() {
        for uri in [
            "http://localhost:5000/callback",
            "http://127.0.0.1:5000/callback/",
            "http://127.0.0.1:5000/callback?x=1",
            "patchbay://oauth/callback2",
        ] {
            assert!(
                !client(Origin::Registered).may_redirect_to(uri, LoopbackPort::Free),
                "{uri}"
            );
        }
    }

    #[test]
    fn only_redirects_that_reach_an_app_may_be_registered() {
        for good in [
            "https://app.example/cb",
            "http://[::1]:9/cb",
            "patchbay://oauth/callback",
        ] {
            assert!(may_be_registered(good), "{good}");
        }
        for bad in [
            "http://app.example/cb",
            "javascript:alert(1)",
            "https://app.example/cb#x",
            "/cb",
        ] {
            assert!(!may_be_registered(bad), "{bad}");
        }
    }
}
