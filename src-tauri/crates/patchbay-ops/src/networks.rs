//! The HTTP clients: a shared one, and separate ones for connectors with their own network settings.

pub(crate) mod client_certificate;

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_http::{AddressPolicy, ClientCertificate, Network};
use patchbay_model::{Connector, ConnectorId, NetworkSettings, WalletEntry};
use patchbay_oauth::OAuthClient;
use patchbay_store::Store;
use patchbay_vault::Vault;
use url::Url;

use crate::error::Error;

/// Clones share the clients.
#[derive(Clone)]
pub(crate) struct Networks(Arc<State>);

struct State {
    addresses: AddressPolicy,
    vault: Vault,
    shared: Network,
    own: Mutex<HashMap<ConnectorId, (NetworkSettings, Network)>>,
}

impl Networks {
    /// # Errors
    /// [`Error::Platform`] when the system's certificates cannot be used.
    pub(crate) fn new(addresses: AddressPolicy, vault: Vault) -> Result<Self, Error> {
        Ok(Self(Arc::new(State {
            shared: Network::build(&NetworkSettings::default(), None, &addresses)?,
            addresses,
            vault,
            own: Mutex::default(),
        })))
    }

    /// The shared clients.
    pub(crate) fn shared(&self) -> &Network {
        &self.0.shared
    }

    /// Builds clients; `shown` is the client certificate for the server at that address.
    ///
    /// # Errors
    /// [`Error::Platform`] when a certificate or the proxy is invalid.
    pub(crate) fn with(
        &self,
        settings: &NetworkSettings,
        shown: Option<(&Url, &ClientCertificate)>,
    ) -> Result<Network, Error> {
        if *settings == NetworkSettings::default() && shown.is_none() {
            return Ok(self.0.shared.clone());
        }
        Ok(Network::build(settings, shown, &self.0.addresses)?)
    }

    /// Returns the clients for a connector with its current settings.
    pub(crate) async fn of(&self, connector: &Connector) -> Result<Network, Error> {
        if connector.network == NetworkSettings::default() {
            self.0.own.lock().remove(&connector.id);
            return Ok(self.0.shared.clone());
        }
        if let Some((settings, network)) = self.0.own.lock().get(&connector.id)
            && *settings == connector.network
        {
            return Ok(network.clone());
        }
        let shown = client_certificate::load(&self.0.vault, connector).await?;
        let shown = shown
            .as_ref()
            .map(|(server, certificate)| (server, certificate));
        let network = self.with(&connector.network, shown)?;
        let made = (connector.network.clone(), network.clone());
        self.0.own.lock().insert(connector.id.clone(), made);
        Ok(network)
    }

    /// Returns the OAuth client for renewing an entry, with the network settings of a connector that uses it.
    pub(crate) async fn oauth_of(
        &self,
        store: &Store,
        entry: &WalletEntry,
    ) -> Result<OAuthClient, Error> {
        for user in &entry.used_by {
            let connector = store.find_connector(&user.connector).await?;
            let own = connector.filter(|it| it.network != NetworkSettings::default());
            if let Some(connector) = own {
                return Ok(OAuthClient::new(self.of(&connector).await?));
            }
        }
        Ok(OAuthClient::new(self.0.shared.clone()))
    }
}
