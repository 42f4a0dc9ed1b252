//! Opening a vault that a passphrase protects.

use patchbay_model::{Code, Connector, Problem, Secret, SecretReference};
use patchbay_ops::{needs_passphrase, resolve_from_environment, sends_secrets, unlock_vault};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::prompt;

/// Holds the reference to the passphrase.
pub(crate) const VARIABLE: &str = "PATCHBAY_PASSPHRASE";

/// How often a mistyped passphrase may be typed again.
const TRIES: u32 = 3;

/// Opens the vault when a passphrase protects it; does nothing otherwise.
///
/// # Errors
/// When nobody can be asked for the passphrase, or it is wrong.
pub(crate) async fn unlock(cli: &Cli) -> Result<(), Failure> {
    if !needs_passphrase(&cli.cx).await {
        return Ok(());
    }
    if let Some(passphrase) = from_environment().await? {
        unlock_vault(&cli.cx, passphrase).await?;
        return Ok(());
    }
    if !cli.is_interactive() {
        let problem = Problem::new(Code::VaultLocked, "vault is locked");
        let hint = format!("Set {VARIABLE} to env://NAME or cmd://PROGRAM.");
        return Err(problem.with_hint(hint).into());
    }
    prompt_passphrase(cli).await
}

impl Cli {
    /// Opens the vault if what this connector sends lies in it.
    ///
    /// # Errors
    /// As [`unlock`].
    pub(crate) async fn unlock_for(&self, connector: &Connector) -> Result<(), Failure> {
        match sends_secrets(connector) {
            true => unlock(self).await,
            false => Ok(()),
        }
    }
}

async fn prompt_passphrase(cli: &Cli) -> Result<(), Failure> {
    for tried in 1.. {
        let passphrase = prompt::secret("Vault passphrase")?;
        match unlock_vault(&cli.cx, passphrase)
            .await
            .map_err(Failure::from)
        {
            Err(failure) if failure.code() == Code::VaultPassphrase && tried < TRIES => {
                cli.stderr.say("Wrong passphrase.");
            }
            unlocked => return unlocked.map(drop),
        }
    }
    Ok(())
}

/// The passphrase for which the variable stands; `None` when it is not set.
///
/// # Errors
/// When it holds no reference, or one that stands for nothing.
pub(crate) async fn from_environment() -> Result<Option<Secret>, Failure> {
    let Some(given) = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let reference = SecretReference::parse(&given).map_err(|_| {
        Failure::usage(
            format!("{VARIABLE} must be a reference"),
            "Use env://NAME or cmd://PROGRAM, not the passphrase itself.",
        )
    })?;
    Ok(Some(resolve_from_environment(&reference).await?))
}
