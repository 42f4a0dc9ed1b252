//! Managing the vault: unlocking, protection, recovery.

use patchbay_model::{Code, Explain as _, Problem, Secret, Status, VaultStatus};

use crate::abilities::platform_abilities;
use crate::accounts::edit::sign_out_account;
use crate::accounts::list_accounts;
use crate::connectors::edit::purge_removed;
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::secrets;
use crate::servers::sessions;
use crate::stored_connectors::{list_connectors, status};

/// Returns the status of the vault. Never causes a prompt of the keychain.
pub async fn vault_status(cx: &Context) -> VaultStatus {
    cx.vault().status().await
}

pub async fn needs_passphrase(cx: &Context) -> bool {
    cx.vault().needs_passphrase().await
}

/// Checks that a secret can be written and read back. Creates the data key at first use.
pub async fn probe_vault(cx: &Context) -> Result<VaultStatus, Error> {
    cx.vault().probe().await?;
    Ok(emit_status(cx).await)
}

/// Unlocks a passphrase-protected vault until the process ends.
pub async fn unlock_vault(cx: &Context, passphrase: Secret) -> Result<VaultStatus, Error> {
    cx.vault().unlock(passphrase).await?;
    let unlocked = cx.clone();
    cx.tasks().spawn(async move {
        if let Err(error) = purge_removed(&unlocked).await {
            tracing::warn!(%error, "removed connectors could not be deleted for good");
        }
    });
    Ok(emit_status(cx).await)
}

/// Protects the vault with a passphrase from now on.
///
/// # Errors
/// [`Error::Usage`] when the passphrase is shorter than 8 characters.
pub async fn choose_passphrase(cx: &Context, passphrase: Secret) -> Result<VaultStatus, Error> {
    const MIN_PASSPHRASE_LENGTH: usize = 8;
    if passphrase.expose().chars().count() < MIN_PASSPHRASE_LENGTH {
        return Err(Error::usage(
            "passphrase too short",
            format!("Use at least {MIN_PASSPHRASE_LENGTH} characters, such as four words."),
        ));
    }
    cx.vault().choose_passphrase(passphrase).await?;
    Ok(emit_status(cx).await)
}

/// Protects the vault with the system keychain from now on.
pub async fn use_keychain(cx: &Context) -> Result<VaultStatus, Error> {
    cx.vault().use_keychain().await?;
    Ok(emit_status(cx).await)
}

/// Resets a vault that cannot be opened any more, after a lost key, a forgotten passphrase or a damaged file. The old
/// file is kept in its folder. Every account needs its key and every connector its sign-in again.
///
/// # Errors
/// [`Error::VaultBeginsAnew`] unless `confirmed`; [`Error::Usage`] when the vault opens; [`Error::Vault`] when it may open
/// once what is wrong is fixed.
pub async fn set_vault_aside(cx: &Context, confirmed: bool) -> Result<VaultStatus, Error> {
    let Err(problem) = cx.vault().probe().await else {
        let hint = "No reset needed: the vault opens.";
        return Err(Error::usage("the vault isn't lost", hint));
    };
    // Only the user knows whether the passphrase is forgotten, and confirms it.
    let is_lost = matches!(problem, patchbay_vault::Error::PassphraseNeeded)
        || matches!(
            problem.code(),
            Code::VaultKeyLost | Code::VaultDamaged | Code::VaultRolledBack
        );
    if !is_lost {
        return Err(problem.into());
    }
    if !confirmed {
        return Err(Error::VaultBeginsAnew);
    }
    cx.vault().set_aside().await?;
    note_lost(cx).await?;
    sign_out_accounts(cx).await?;
    Ok(emit_status(cx).await)
}

/// Accepts an older vault file, such as a restored backup. What was saved since is lost.
///
/// # Errors
/// [`Error::ConfirmationNeeded`] unless `confirmed`; [`Error::Usage`] when the file is not older than the one saved
/// last.
pub async fn accept_older_secrets(cx: &Context, confirmed: bool) -> Result<VaultStatus, Error> {
    match cx.vault().check_age().await {
        Ok(()) => {
            return Err(Error::usage(
                "the vault isn't older than the one saved last",
                "Nothing to accept: the vault opens.",
            ));
        }
        Err(error) if error.code() != Code::VaultRolledBack => return Err(error.into()),
        Err(_) => {}
    }
    if !confirmed {
        return Err(Error::ConfirmationNeeded {
            what: "Accepting the older vault".to_owned(),
        });
    }
    cx.vault().accept_older().await?;
    Ok(emit_status(cx).await)
}

/// Tries again to save renewed sign-ins that are only in the memory of this process.
pub async fn save_unsaved_secrets(cx: &Context) -> Result<(), Error> {
    let saved = cx.vault().save_unsaved().await;
    cx.emit(Event::WalletChanged);
    Ok(saved?)
}

/// Returns the problem of renewed sign-ins that would be lost if the process ended now.
pub fn unsaved_problem(cx: &Context) -> Option<Problem> {
    let unsaved = cx.vault().unsaved();
    let (_, error) = unsaved.first()?;
    let message = match unsaved.len() {
        1 => "couldn't save a renewed sign-in".to_owned(),
        some => format!("couldn't save {some} renewed sign-ins"),
    };
    Some(Problem {
        detail: Some(error.to_string()),
        ..Problem::new(Code::VaultUnsaved, message)
            .with_hint("Free up disk space, then sign in again where needed.")
    })
}

/// Signs out all accounts, whose keys were in the old vault.
async fn sign_out_accounts(cx: &Context) -> Result<(), Error> {
    for account in list_accounts(cx).await? {
        if platform_abilities(account.platform).has_accounts {
            sign_out_account(cx, &account.id).await?;
        }
    }
    Ok(())
}

/// Marks connectors whose secrets were in the old vault as needing a sign-in.
async fn note_lost(cx: &Context) -> Result<(), Error> {
    for connector in list_connectors(cx).await? {
        if connector.status.status == Status::Disabled {
            continue;
        }
        let Some(id) = connector.authentication.entry() else {
            continue;
        };
        let Some(entry) = cx.store().find_wallet_entry(id).await? else {
            continue;
        };
        if entry.reference.is_some() {
            continue;
        }
        if let Err(lost @ Error::SecretLost { .. }) = secrets::read_stored(cx.vault(), &entry).await
        {
            sessions::end_session(cx, &connector.id).await;
            status::record_failure(cx, &connector.id, &lost).await?;
        }
    }
    Ok(())
}

async fn emit_status(cx: &Context) -> VaultStatus {
    let status = cx.vault().status().await;
    cx.emit(Event::VaultChanged {
        status: status.clone(),
    });
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open_temporary;

    #[tokio::test]
    async fn a_vault_of_a_newer_patchbay_is_not_reset() {
        let (_home, cx) = open_temporary().await;
        std::fs::write(cx.paths().data.join("vault.json"), r#"{"version":99}"#).unwrap();
        let refused = set_vault_aside(&cx, true).await.unwrap_err();
        assert_eq!(refused.hint().unwrap(), "Update Patchbay.");
        cx.close().await;
    }
}
