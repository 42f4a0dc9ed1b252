//! `patchbay vault …`: the vault and what protects its key.

use patchbay_model::{Code, Explain as _, Secret, VaultBackend, VaultState, VaultStatus, count};
use patchbay_ops::{
    Error, PASSPHRASE_VARIABLE, accept_older_secrets, choose_passphrase, list_accounts,
    list_wallet, needs_passphrase, platform_abilities, set_vault_aside, unlock_vault, use_keychain,
    vault_status,
};

use crate::args::VaultVerb;
use crate::cli::Cli;
use crate::command_hint::with_command_hint;
use crate::failure::Failure;
use crate::output::Screen;
use crate::output::facts::Facts;
use crate::output::table::Tone;
use crate::prompt;
use crate::secret_source::Source;
use crate::unlock::from_environment;

pub(super) async fn run(cli: &Cli, verb: VaultVerb) -> Result<(), Failure> {
    let is_changed = !matches!(verb, VaultVerb::Status);
    let status = match verb {
        VaultVerb::Status => vault_status(&cli.cx).await,
        VaultVerb::Passphrase { from } => {
            cli.unlock().await?;
            let passphrase = new_passphrase(cli, from.as_deref()).await?;
            let status = choose_passphrase(&cli.cx, passphrase).await?;
            cli.say("Passphrase set.");
            status
        }
        VaultVerb::Keychain => {
            cli.unlock().await?;
            let status = use_keychain(&cli.cx).await?;
            cli.say("Vault key moved to the keychain.");
            status
        }
        VaultVerb::Accept => accept(cli).await?,
        VaultVerb::Reset => reset(cli).await?,
    };
    cli.print_state(is_changed, &status, |screen| facts(&status, screen))
}

/// Starts an empty vault after a confirmation, if the secrets can't be read any more.
async fn reset(cli: &Cli) -> Result<VaultStatus, Failure> {
    open_if_possible(cli).await?;
    match set_vault_aside(&cli.cx, false).await {
        Err(Error::VaultBeginsAnew) => {}
        other => return Ok(other?),
    }
    let needed = Error::ConfirmationNeeded {
        what: "Resetting the vault".to_owned(),
    };
    let losses = describe_losses(cli).await?;
    cli.say(format!(
        "You'll enter {losses} again. Connectors, tools and runs stay; the old file is kept."
    ));
    cli.confirm("Reset the vault?", needed.into())?;
    let status = set_vault_aside(&cli.cx, true).await?;
    cli.say("Vault reset.");
    Ok(status)
}

/// Accepts an older vault after a confirmation.
async fn accept(cli: &Cli) -> Result<VaultStatus, Failure> {
    cli.unlock().await?;
    let needed = match accept_older_secrets(&cli.cx, false).await {
        Err(needed @ Error::ConfirmationNeeded { .. }) => needed,
        other => return Ok(other?),
    };
    cli.confirm("Use the older vault from now on?", needed.into())?;
    let status = accept_older_secrets(&cli.cx, true).await?;
    cli.say("Older vault accepted.");
    Ok(status)
}

/// Tries the passphrase of the environment, so that a vault that it unlocks is not reset.
async fn open_if_possible(cli: &Cli) -> Result<(), Failure> {
    if !needs_passphrase(&cli.cx).await {
        return Ok(());
    }
    let Some(passphrase) = from_environment().await? else {
        return Ok(());
    };
    match unlock_vault(&cli.cx, passphrase).await {
        Err(error) if error.code() != Code::VaultPassphrase => Err(error.into()),
        _ => Ok(()),
    }
}

/// Describes what the user has to enter again.
async fn describe_losses(cli: &Cli) -> Result<String, Failure> {
    let credentials = list_wallet(&cli.cx).await?.len();
    let accounts = list_accounts(&cli.cx).await?;
    let keys = accounts
        .iter()
        .filter(|account| platform_abilities(account.platform).has_accounts)
        .count();
    let credentials = count(credentials, "credential");
    Ok(match keys {
        0 => credentials,
        some => format!("{credentials} and {}", count(some, "account key")),
    })
}

/// Reads the new passphrase: from `--from`, from the terminal, or from the variable that will unlock the vault later.
async fn new_passphrase(cli: &Cli, from: Option<&str>) -> Result<Secret, Failure> {
    if let Some(from) = from {
        let source = Source::parse_unsaved("--from", from)?;
        return cli.read_secret(&source, "new passphrase").await;
    }
    if cli.is_interactive() {
        let first = prompt::secret("New passphrase")?;
        let second = prompt::secret("Repeat passphrase")?;
        if first.expose() != second.expose() {
            return Err(Failure::usage(
                "passphrases don't match",
                "Enter the same passphrase twice.",
            ));
        }
        return Ok(first);
    }
    from_environment().await?.ok_or_else(|| {
        Failure::usage(
            "no passphrase given",
            format!("Add --from, or set {PASSPHRASE_VARIABLE} to a reference such as env://NAME."),
        )
    })
}

fn facts(status: &VaultStatus, screen: Screen) -> String {
    let (state, tone) = state(status);
    // Each command that needs it asks for the passphrase.
    let is_passphrase = status.backend == Some(VaultBackend::Passphrase);
    let problem = status.problem.clone();
    let problem = problem.filter(|_| !(is_passphrase && status.state == VaultState::Locked));
    let problem = problem.map(with_command_hint);
    let problem = problem.as_ref();
    Facts::default()
        .add("Protected by", protection(status))
        .toned("Status", state, tone)
        .add_optional("Error", problem.map(|problem| &problem.message))
        .add_optional("Hint", problem.and_then(|problem| problem.hint.as_ref()))
        .render(screen)
}

pub(super) fn protection(status: &VaultStatus) -> &'static str {
    match status.backend {
        Some(VaultBackend::Keychain) => "the system keychain",
        Some(VaultBackend::Passphrase) => "a passphrase",
        None => "nothing yet",
    }
}

pub(super) fn state(status: &VaultStatus) -> (&'static str, Tone) {
    match status.state {
        VaultState::Empty => ("empty", Tone::Plain),
        VaultState::Ready => ("ready", Tone::Good),
        VaultState::Locked => ("locked", Tone::Warning),
        VaultState::Unavailable => ("unavailable", Tone::Bad),
    }
}
