//! The HTTP clients of MCP servers and authorization servers, by the network settings of a connector.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{NetworkSettings, ProxyChoice};
use url::Url;

use crate::certificate::to_der;
use crate::rejected_certificate::host_of_place;
use crate::trust::{PinnedCertificate, tls_config};
use crate::{AddressPolicy, ClientCertificate, Error, Proxies};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The HTTP clients of a connector. They don't follow redirects, so that no credential ever goes to another host.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Network {
    addresses: AddressPolicy,
    usual: reqwest::Client,
    /// Clients for hosts with a pinned certificate or that get our client certificate, by host and port.
    places: Arc<HashMap<String, reqwest::Client>>,
}

impl Network {
    /// Builds the clients for the network settings of a connector. `shown` is the client certificate for the server at
    /// that address; no other host gets it.
    ///
    /// # Errors
    /// [`Error::Usage`] if a certificate or the proxy cannot be used, or both not together.
    pub fn build(
        settings: &NetworkSettings,
        shown: Option<(&Url, &ClientCertificate)>,
        addresses: &AddressPolicy,
    ) -> Result<Self, Error> {
        let addresses = match &settings.proxy {
            ProxyChoice::System => addresses.clone(),
            chosen => addresses.with_proxies(Proxies::chosen(chosen)?),
        };
        let mut authorities = Vec::new();
        for authority in &settings.authorities {
            authorities.extend(to_der(authority.pem.as_bytes())?);
        }
        let client = |pin, shown| {
            let tls = tls_config(authorities.clone(), pin, shown)?;
            let builder = reqwest::Client::builder()
                .user_agent(concat!("Patchbay/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .tcp_nodelay(true)
                .dns_resolver(addresses.resolver())
                .tls_backend_preconfigured(tls);
            let built = addresses.route(builder).build();
            built.map_err(|_| Error::Usage("the network settings can't be used".to_owned()))
        };
        let mut places = HashMap::new();
        if let Some((server, certificate)) = shown {
            refuse_proxy_by_tls(&addresses, server)?;
            if let Some(place) = authority_of(server) {
                places.insert(place, client(None, Some(certificate))?);
            }
        }
        for pin in &settings.pins {
            let accepted = PinnedCertificate {
                host: host_of_place(&pin.place)
                    .ok_or_else(|| Error::Usage(format!("{} isn't a host", pin.place)))?,
                sha256: pin.facts.sha256.clone(),
            };
            let shown =
                shown.filter(|(server, _)| authority_of(server).as_ref() == Some(&pin.place));
            let certificate = shown.map(|(_, certificate)| certificate);
            places.insert(pin.place.clone(), client(Some(accepted), certificate)?);
        }
        Ok(Self {
            usual: client(None, None)?,
            places: Arc::new(places),
            addresses,
        })
    }

    /// The client for that address.
    pub fn client_for(&self, url: &Url) -> &reqwest::Client {
        let of_place = match self.places.is_empty() || url.scheme() != "https" {
            true => None,
            false => authority_of(url).and_then(|place| self.places.get(&place)),
        };
        of_place.unwrap_or(&self.usual)
    }

    /// Which addresses its clients may request.
    pub fn addresses(&self) -> &AddressPolicy {
        &self.addresses
    }
}

/// A proxy that is reached by TLS would get the client certificate as well.
fn refuse_proxy_by_tls(addresses: &AddressPolicy, server: &Url) -> Result<(), Error> {
    match addresses.proxy_for(server) {
        Some(proxy) if proxy.scheme() == "https" => Err(Error::Usage(
            "a client certificate can't be used through a proxy with https".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Host and port of an address, also for a default port.
fn authority_of(url: &Url) -> Option<String> {
    Some(format!(
        "{}:{}",
        url.host_str()?,
        url.port_or_known_default()?
    ))
}
