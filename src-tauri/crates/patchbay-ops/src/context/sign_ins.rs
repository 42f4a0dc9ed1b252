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
    open: Mutex<Open>,
    /// The observations of each platform when memory and database were last in sync: the base of the next merge.
    pub(crate) observations: Mutex<HashMap<AccountId, Value>>,
}

#[derive(Default)]
struct Open {
    by_account: HashMap<AccountId, SignedIn>,
    /// How often that of an account was dropped.
    drops: HashMap<AccountId, u64>,
    /// How often all were dropped.
    all_drops: u64,
}

impl Open {
    fn drops_of(&self, account: &AccountId) -> u64 {
        self.all_drops + self.drops.get(account).copied().unwrap_or_default()
    }
}

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

    /// Returns the platform of an account that is signed in, or else what [`SignIns::insert`] needs, which must be known
    /// before the account's secrets are read.
    pub(crate) fn find(&self, account: &AccountId) -> Result<Arc<dyn Platform>, u64> {
        let open = self.open.lock();
        let found = open.by_account.get(account);
        found
            .map(|used| Arc::clone(&used.platform))
            .ok_or_else(|| open.drops_of(account))
    }

    /// Adds a sign-in, unless another was faster, and returns its platform; `None` if its secrets may have changed
    /// since [`SignIns::find`].
    pub(crate) fn insert(
        &self,
        account: &AccountId,
        signed_in: SignedIn,
        drops: u64,
    ) -> Option<Arc<dyn Platform>> {
        let mut open = self.open.lock();
        if open.drops_of(account) != drops {
            return None;
        }
        let used = open.by_account.entry(account.clone()).or_insert(signed_in);
        Some(Arc::clone(&used.platform))
    }

    /// Drops a sign-in whose secrets changed.
    pub(crate) fn forget(&self, account: &AccountId) {
        let mut open = self.open.lock();
        open.by_account.remove(account);
        *open.drops.entry(account.clone()).or_default() += 1;
    }

    /// Drops all sign-ins, whose secrets may have changed.
    pub(crate) fn forget_all(&self) {
        let mut open = self.open.lock();
        open.by_account.clear();
        open.all_drops += 1;
    }

    /// Returns the secrets that an account is signed in with.
    pub(crate) fn secrets(&self, account: &AccountId) -> Option<Vec<Secret>> {
        let open = self.open.lock();
        let used = open.by_account.get(account);
        used.map(|used| used.secrets.clone())
    }

    /// Returns every platform in use.
    pub(crate) fn platforms(&self) -> Vec<(AccountId, Arc<dyn Platform>)> {
        let open = self.open.lock();
        let used = open.by_account.iter();
        used.map(|(account, used)| (account.clone(), Arc::clone(&used.platform)))
            .collect()
    }

    /// Closes every platform in use.
    pub(crate) async fn close_all_platforms(&self) {
        let used = self.platforms();
        self.forget_all();
        futures::future::join_all(used.iter().map(|(_, platform)| platform.flush())).await;
    }
}
