//! Where the key of the secrets lies.

use patchbay_model::{Secret, VaultStatus};

use crate::{Context, Error, Event};

/// How the vault is; raises no prompt of the keychain.
pub async fn vault_status(cx: &Context) -> VaultStatus {
    cx.vault().status().await
}

/// Tries whether a secret can be written and read back; makes the data key at first use.
///
/// # Errors
/// [`Error::Vault`].
pub async fn probe_vault(cx: &Context) -> Result<VaultStatus, Error> {
    cx.vault().probe().await?;
    Ok(tell(cx).await)
}

/// Opens a vault that a passphrase protects, until the process ends.
///
/// # Errors
/// [`Error::Vault`].
pub async fn unlock_vault(cx: &Context, passphrase: Secret) -> Result<VaultStatus, Error> {
    cx.vault().unlock(passphrase).await?;
    Ok(tell(cx).await)
}

/// Protects the vault with a passphrase from now on.
///
/// # Errors
/// [`Error::Usage`] when the passphrase is shorter than 8 characters; [`Error::Vault`].
pub async fn choose_passphrase(cx: &Context, passphrase: Secret) -> Result<VaultStatus, Error> {
    const SHORTEST: usize = 8;
    if passphrase.expose().chars().count() < SHORTEST {
        return Err(Error::Usage {
            what: format!("the passphrase is shorter than {SHORTEST} characters"),
            hint: "Choose a longer one, such as four words.".to_owned(),
        });
    }
    cx.vault().choose_passphrase(passphrase).await?;
    Ok(tell(cx).await)
}

/// Protects the vault with the system keychain from now on.
///
/// # Errors
/// [`Error::Vault`].
pub async fn use_keychain(cx: &Context) -> Result<VaultStatus, Error> {
    cx.vault().use_keychain().await?;
    Ok(tell(cx).await)
}

async fn tell(cx: &Context) -> VaultStatus {
    let status = cx.vault().status().await;
    cx.tell(Event::VaultChanged {
        status: status.clone(),
    });
    status
}
