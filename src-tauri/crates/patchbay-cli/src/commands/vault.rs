//! `patchbay vault …`: where the key of the secrets lies.

use patchbay_model::{Secret, VaultBackend, VaultState, VaultStatus};
use patchbay_ops::{choose_passphrase, use_keychain, vault_status};

use crate::args::VaultVerb;
use crate::door::Door;
use crate::failure::Failure;
use crate::output::Screen;
use crate::output::facts::Facts;
use crate::output::table::Tone;
use crate::prompt;
use crate::secret_source::Source;
use crate::unlock::{VARIABLE, from_environment, unlock};

pub(super) async fn run(door: &Door, verb: VaultVerb) -> Result<(), Failure> {
    let status = match verb {
        VaultVerb::Status => vault_status(&door.cx).await,
        VaultVerb::Passphrase { from } => {
            unlock(door).await?;
            let passphrase = new_passphrase(door, from.as_deref()).await?;
            let status = choose_passphrase(&door.cx, passphrase).await?;
            door.talk.say("A passphrase protects the secrets now.");
            status
        }
        VaultVerb::Keychain => {
            unlock(door).await?;
            let status = use_keychain(&door.cx).await?;
            door.talk
                .say("The system keychain protects the secrets now.");
            status
        }
    };
    door.out.answer(&status, |screen| facts(&status, screen))
}

/// The passphrase that is to protect the secrets: from where it was said, from the person at the
/// terminal, or from the variable that will unlock it later.
async fn new_passphrase(door: &Door, from: Option<&str>) -> Result<Secret, Failure> {
    if let Some(from) = from {
        let source = Source::parse("--from", from)?;
        return door.secrets().read(&source, "new passphrase").await;
    }
    if door.is_interactive() {
        let first = prompt::secret("New passphrase")?;
        let second = prompt::secret("The same again")?;
        if first.expose() != second.expose() {
            return Err(Failure::usage("the two differ", "Enter the same twice."));
        }
        return Ok(first);
    }
    from_environment().await?.ok_or_else(|| {
        Failure::usage(
            "no passphrase was given",
            format!("Give it with --from, or set {VARIABLE} to a reference such as env://NAME."),
        )
    })
}

fn facts(status: &VaultStatus, screen: Screen) -> String {
    let (state, tone) = state(status);
    let problem = status.problem.as_ref();
    Facts::default()
        .add("Protected by", protection(status))
        .toned("State", state, tone)
        .maybe("Problem", problem.map(|problem| &problem.message))
        .maybe("Hint", problem.and_then(|problem| problem.hint.as_ref()))
        .render(screen)
}

/// What protects the secrets, in words.
pub(super) fn protection(status: &VaultStatus) -> &'static str {
    match status.backend {
        Some(VaultBackend::Keychain) => "the system keychain",
        Some(VaultBackend::Passphrase) => "a passphrase",
        None => "nothing yet",
    }
}

/// Whether secrets can be read, in words.
pub(super) fn state(status: &VaultStatus) -> (&'static str, Tone) {
    match status.state {
        VaultState::Empty => ("empty", Tone::Plain),
        VaultState::Ready => ("ready", Tone::Good),
        VaultState::Locked => ("locked", Tone::Warning),
        VaultState::Unavailable => ("unavailable", Tone::Bad),
    }
}
