//! The HTTP clients: one for all connectors, and own ones for those that are set up otherwise.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_http::{AddressPolicy, Network};
use patchbay_model::{Connector, ConnectorId, NetworkSettings, WalletEntry};
use patchbay_oauth::OAuthClient;
use patchbay_store::Store;

use crate::error::Error;

/// Clones share the clients.
#[derive(Clone)]
pub(crate) struct Networks(Arc<State>);

struct State {
    addresses: AddressPolicy,
    shared: Network,
    own: Mutex<HashMap<ConnectorId, (NetworkSettings, Network)>>,
}

impl Networks {
    /// # Errors
    /// [`Error::Platform`] when the system's certificates cannot be used.
    pub(crate) fn new(addresses: AddressPolicy) -> Result<Self, Error> {
        Ok(Self(Arc::new(State {
            shared: Network::build(&NetworkSettings::default(), &addresses)?,
            addresses,
            own: Mutex::default(),
        })))
    }

    /// That of whatever is no connector's own matter.
    pub(crate) fn shared(&self) -> &Network {
        &self.0.shared
    }

    /// That of settings that nobody keeps yet.
    ///
    /// # Errors
    /// [`Error::Platform`] when a certificate cannot be used.
    pub(crate) fn with(&self, settings: &NetworkSettings) -> Result<Network, Error> {
        if *settings == NetworkSettings::default() {
            return Ok(self.0.shared.clone());
        }
        Ok(Network::build(settings, &self.0.addresses)?)
    }

    /// That of a connector, as it is set up now.
    ///
    /// # Errors
    /// As [`Networks::with`].
    pub(crate) fn of(&self, connector: &Connector) -> Result<Network, Error> {
        let mut own = self.0.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((settings, network)) = own.get(&connector.id)
            && *settings == connector.network
        {
            return Ok(network.clone());
        }
        let network = self.with(&connector.network)?;
        if connector.network == NetworkSettings::default() {
            own.remove(&connector.id);
        } else {
            let made = (connector.network.clone(), network.clone());
            own.insert(connector.id.clone(), made);
        }
        Ok(network)
    }

    /// What renews the tokens of an entry: by the network of the connector that signed in with it.
    ///
    /// # Errors
    /// [`Error::Store`]; as [`Networks::with`].
    pub(crate) async fn oauth_of(
        &self,
        store: &Store,
        entry: &WalletEntry,
    ) -> Result<OAuthClient, Error> {
        for user in &entry.used_by {
            let connector = store.find_connector(&user.connector).await?;
            let own = connector.filter(|it| it.network != NetworkSettings::default());
            if let Some(connector) = own {
                return Ok(OAuthClient::over(self.of(&connector)?));
            }
        }
        Ok(OAuthClient::over(self.0.shared.clone()))
    }
}
