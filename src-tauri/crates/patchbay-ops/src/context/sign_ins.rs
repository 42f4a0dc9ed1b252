//! Active sign-ins to hosted platforms, and their observations.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use patchbay_http::{AddressPolicy, Clients};
use patchbay_model::{AccountId, Secret};
use patchbay_platforms::Platform;
use serde_json::Value;

use crate::error::Error;

/// Active sign-ins, which keep connections and tokens of platforms between calls.
pub(crate) struct SignIns {
    /// Built when first needed, because loading the system's certificates is slow.
    clients: OnceLock<Clients>,
    addresses: AddressPolicy,
    pub(crate) open: Mutex<HashMap<AccountId, SignedIn>>,
    /// The observations of each platform when memory and database were last in sync: the base of the next merge.
    pub(crate) observations: Mutex<HashMap<AccountId, Value>>,
}

#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) platform: Arc<dyn Platform>,
    /// The resolved secrets of the sign-in, as references may not be resolvable again.
    pub(crate) secrets: Vec<Secret>,
}

impl SignIns {
    pub(crate) fn new(addresses: AddressPolicy) -> Self {
        Self {
            clients: OnceLock::new(),
            addresses,
            open: Mutex::default(),
            observations: Mutex::default(),
        }
    }

    pub(crate) fn clients(&self) -> Result<Clients, Error> {
        if let Some(clients) = self.clients.get() {
            return Ok(clients.clone());
        }
        let made = Clients::build(self.addresses.clone())?;
        Ok(self.clients.get_or_init(|| made).clone())
    }

    /// Drops a sign-in whose secrets changed.
    pub(crate) fn forget(&self, account: &AccountId) {
        self.open.lock().remove(account);
    }

    /// Drops all sign-ins, whose secrets may have changed.
    pub(crate) fn forget_all(&self) {
        self.open.lock().clear();
    }

    /// Returns the secrets that an account is signed in with.
    pub(crate) fn secrets(&self, account: &AccountId) -> Option<Vec<Secret>> {
        let open = self.open.lock();
        open.get(account).map(|used| used.secrets.clone())
    }

    /// Closes every platform in use.
    pub(crate) async fn close_all_platforms(&self) {
        let used: Vec<SignedIn> = self.open.lock().drain().map(|(_, used)| used).collect();
        futures::future::join_all(used.iter().map(|used| used.platform.flush())).await;
    }
}
