//! Unlocking a vault that is protected by a passphrase.

use patchbay_model::{Code, Connector, Problem, Secret, SecretReference};
use patchbay_ops::{
    PASSPHRASE_VARIABLE, needs_passphrase, needs_vault, probe_vault, resolve_from_environment,
    unlock_vault,
};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::prompt;

const MAX_ATTEMPTS: u32 = 3;

impl Cli {
    /// Unlocks the vault if it is protected by a passphrase; does nothing otherwise.
    pub(crate) async fn unlock(&self) -> Result<(), Failure> {
        if !needs_passphrase(&self.cx).await {
            return Ok(());
        }
        if let Some(passphrase) = from_environment().await? {
            let unlocked = unlock_vault(&self.cx, passphrase).await;
            return unlocked
                .map(drop)
                .map_err(|error| match Failure::from(error) {
                    failure if failure.code() == Code::VaultPassphrase => correct_variable(failure),
                    failure => failure,
                });
        }
        if !self.is_interactive() {
            let problem = Problem::new(Code::VaultLocked, "vault is locked");
            let hint = format!("Set {PASSPHRASE_VARIABLE} to env://NAME or cmd://PROGRAM.");
            return Err(problem.with_hint(hint).into());
        }
        prompt_passphrase(self).await
    }

    /// Opens the vault before a secret is typed for it, which would be lost if it couldn't be saved.
    pub(crate) async fn open_vault(&self) -> Result<(), Failure> {
        self.unlock().await?;
        probe_vault(&self.cx).await?;
        Ok(())
    }

    /// Unlocks the vault if requests for this connector need it.
    pub(crate) async fn unlock_for(&self, connector: &Connector) -> Result<(), Failure> {
        match needs_vault(connector) {
            true => self.unlock().await,
            false => Ok(()),
        }
    }
}

async fn prompt_passphrase(cli: &Cli) -> Result<(), Failure> {
    for attempt in 1.. {
        let passphrase = prompt::secret("Vault passphrase")?;
        match unlock_vault(&cli.cx, passphrase)
            .await
            .map_err(Failure::from)
        {
            Err(failure) if failure.code() == Code::VaultPassphrase && attempt < MAX_ATTEMPTS => {
                cli.say("Wrong passphrase.");
            }
            unlocked => return unlocked.map(drop),
        }
    }
    Ok(())
}

/// Resolves the passphrase from [`PASSPHRASE_VARIABLE`]; `None` if it is not set.
pub(crate) async fn from_environment() -> Result<Option<Secret>, Failure> {
    let Some(given) = std::env::var(PASSPHRASE_VARIABLE)
        .ok()
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    let reference = SecretReference::parse(&given).map_err(|_| {
        Failure::usage(
            format!("{PASSPHRASE_VARIABLE} must be a reference"),
            "Use env://NAME or cmd://PROGRAM, not the passphrase itself.",
        )
    })?;
    let resolved = resolve_from_environment(&reference).await;
    resolved
        .map(Some)
        .map_err(|error| correct_variable(error.into()))
}

fn correct_variable(failure: Failure) -> Failure {
    failure.with_hint(format!(
        "Correct {PASSPHRASE_VARIABLE}, or unset it and run this in a terminal."
    ))
}
