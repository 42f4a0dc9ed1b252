//! Active sign-ins to hosted platforms, and their observations.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{AddressPolicy, Clients, Clock as PlatformClock};
use patchbay_model::{AccountId, Secret, Timestamp};
use patchbay_platforms::Platform;
use serde_json::Value;

use crate::clock::Clock;
use crate::error::Error;

/// Active sign-ins, which keep connections and tokens of platforms between calls.
pub(crate) struct SignIns {
    /// Built when first needed, because loading the system's certificates is slow.
    clients: OnceLock<Clients>,
    pub(crate) clock: Arc<dyn PlatformClock>,
    addresses: AddressPolicy,
    open: Mutex<HashMap<AccountId, SignedIn>>,
    pub(crate) observations: SharedObservations,
}

#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) platform: Arc<dyn Platform>,
    /// The resolved secrets of the sign-in, as references may not be resolvable again.
    pub(crate) secrets: Vec<Secret>,
}

impl SignIns {
    pub(crate) fn new(clock: Arc<dyn Clock>, addresses: AddressPolicy) -> Self {
        Self {
            clients: OnceLock::new(),
            clock: Arc::new(PlatformClockAdapter(clock)),
            addresses,
            open: Mutex::default(),
            observations: SharedObservations::default(),
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
        self.lock().remove(account);
    }

    /// Drops all sign-ins, whose secrets may have changed.
    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    /// Returns the secrets that an account is signed in with.
    pub(crate) fn secrets(&self, account: &AccountId) -> Option<Vec<Secret>> {
        let open = self.lock();
        open.get(account).map(|used| used.secrets.clone())
    }

    /// Closes every platform in use.
    pub(crate) async fn close_all_platforms(&self) {
        let used: Vec<SignedIn> = self.lock().drain().map(|(_, used)| used).collect();
        futures::future::join_all(used.iter().map(|used| used.platform.settle())).await;
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, SignedIn>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct PlatformClockAdapter(Arc<dyn Clock>);

#[async_trait]
impl PlatformClock for PlatformClockAdapter {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn chance(&self) -> f64 {
        patchbay_http::SystemClock.chance()
    }
}

/// The observations of each platform when memory and database were last in sync: the base of the next merge.
#[derive(Default)]
pub(crate) struct SharedObservations(Mutex<HashMap<AccountId, Value>>);

impl SharedObservations {
    pub(crate) fn of(&self, account: &AccountId) -> Option<Value> {
        self.lock().get(account).cloned()
    }

    pub(crate) fn record(&self, account: &AccountId, saved: Value) {
        self.lock().insert(account.clone(), saved);
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
