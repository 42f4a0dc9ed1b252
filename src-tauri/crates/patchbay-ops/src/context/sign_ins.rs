//! Sign-ins to hosted platforms that were used, and what was observed with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{AddressPolicy, ClientSettings, Clients, Clock as PlatformClock};
use patchbay_model::{AccountId, Secret, Timestamp};
use patchbay_platforms::Platform;
use serde_json::Value;

use crate::clock::Clock;
use crate::error::Error;

/// Sign-ins that were used, so that connections and tokens of a platform are kept between calls.
pub(crate) struct SignIns {
    /// Made when the first account needs them: most of what they take is the system's certificates.
    clients: OnceLock<Clients>,
    pub(crate) clock: Arc<dyn PlatformClock>,
    addresses: AddressPolicy,
    open: Mutex<HashMap<AccountId, SignedIn>>,
    pub(crate) observations: SharedObservations,
}

/// A sign-in that was used.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) platform: Arc<dyn Platform>,
    /// What it was made of: where a reference led once, it may not lead again.
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
        let made = Clients::build(&ClientSettings {
            addresses: self.addresses.clone(),
            ..ClientSettings::default()
        })?;
        Ok(self.clients.get_or_init(|| made).clone())
    }

    /// Lets go of a sign-in, for its secrets changed.
    pub(crate) fn forget(&self, account: &AccountId) {
        self.lock().remove(account);
    }

    /// Lets go of all sign-ins, for what they were made of may have changed.
    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    /// What an account is signed in with; `None` where no sign-in is kept.
    pub(crate) fn secrets(&self, account: &AccountId) -> Option<Vec<Secret>> {
        let open = self.lock();
        open.get(account).map(|used| used.secrets.clone())
    }

    /// Has every platform that was used end in good form.
    pub(crate) async fn close_all_platforms(&self) {
        let used: Vec<SignedIn> = self.lock().drain().map(|(_, used)| used).collect();
        futures::future::join_all(used.iter().map(|used| used.platform.settle())).await;
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, SignedIn>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Our clock in the form that platforms take.
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

/// The observations of each platform when memory and database last agreed: the base of the next merge.
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
