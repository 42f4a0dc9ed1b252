//! Refresh tokens that were refused: none is sent twice.
//!
//! A server that sees a used token again may take it for stolen and revoke the user's other tokens. So refused tokens
//! are recorded, by a hash, until another sign-in. The client secret is part of the hash: with another one the token
//! may be accepted.

use std::collections::HashMap;

use parking_lot::Mutex;
use patchbay_model::{Secret, WalletEntryId};
use patchbay_oauth::Grant;
use patchbay_store::Store;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refusal {
    fingerprint: String,
    /// The provider's explanation.
    pub(super) detail: Option<String>,
    /// Whether the user's own OAuth app was refused, not the token.
    #[serde(default)]
    pub(super) is_app_refused: bool,
}

impl Refusal {
    pub(super) fn new(grant: &Grant, detail: Option<String>, is_app_refused: bool) -> Self {
        Self {
            fingerprint: fingerprint(grant),
            detail,
            is_app_refused,
        }
    }
}

/// Refused tokens, shared with other processes through the store.
pub(super) struct Refusals {
    store: Store,
    /// Those of this process, in case the store cannot be written.
    known: Mutex<HashMap<WalletEntryId, Refusal>>,
}

impl Refusals {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            known: Mutex::default(),
        }
    }

    /// Returns the refusal of this grant, if there is one and it can be read.
    pub(super) async fn find(&self, entry: &WalletEntryId, grant: &Grant) -> Option<Refusal> {
        let fingerprint = fingerprint(grant);
        let is_same = |refusal: &Refusal| refusal.fingerprint == fingerprint;
        if let Some(refusal) = self.known.lock().get(entry).filter(|it| is_same(it)) {
            return Some(refusal.clone());
        }
        let saved = self.store.find_setting(&setting(entry)).await;
        let saved = saved.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether a refresh token was refused is not known");
            None
        });
        saved.filter(is_same)
    }

    pub(super) async fn record(&self, entry: &WalletEntryId, refusal: &Refusal) {
        self.known.lock().insert(entry.clone(), refusal.clone());
        let saved = self.store.put_settings(vec![setting(entry)], refusal);
        if let Err(error) = saved.await {
            tracing::warn!(%error, "that a refresh token was refused is known to this process alone");
        }
    }

    pub(super) async fn forget(&self, entry: &WalletEntryId) {
        self.known.lock().remove(entry);
        // A leftover matches no other token.
        if let Err(error) = self.store.remove_setting(&setting(entry)).await {
            tracing::warn!(%error, "a refusal that is over could not be forgotten");
        }
    }
}

fn fingerprint(grant: &Grant) -> String {
    let secret = |secret: &Option<Secret>| {
        let text = secret.as_ref().map(Secret::expose).unwrap_or_default();
        Sha256::digest(text.as_bytes())
    };
    let mut all = Sha256::new();
    all.update(b"patchbay refused refresh token");
    all.update(Sha256::digest(grant.client_id.as_bytes()));
    all.update(secret(&grant.client_secret));
    all.update(secret(&grant.refresh_token));
    all.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn setting(entry: &WalletEntryId) -> String {
    format!("sign_in.refused.{entry}")
}
