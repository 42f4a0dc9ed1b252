//! Registered OAuth clients, whose secrets are in the vault.

use patchbay_store::Store;
use patchbay_vault::{SecretName, Vault};

use crate::error::Error;

/// Removes registrations, their secrets first, so that the next authorization registers again.
pub(crate) async fn forget_registrations(
    store: &Store,
    vault: &Vault,
    server: &str,
    issuer: &str,
) -> Result<(), Error> {
    for earlier in store.find_registrations(server, issuer).await? {
        vault.remove(&registration_secret(&earlier.id)).await?;
    }
    Ok(store.remove_registrations(server, issuer).await?)
}

/// Name of the secret of a registered client in the vault.
pub(crate) fn registration_secret(registration: &str) -> SecretName {
    SecretName::new(format!("registration/{registration}"))
}
