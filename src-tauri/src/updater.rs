//! Updates of the app. Endpoint and public key are set at build time; without them there are no updates.

mod offer;

pub(crate) use offer::offer_updates;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use patchbay_model::{Code, Problem, RunQuery, RunState, count, inert_block};
use patchbay_ops::{Context, list_runs};
use serde::Serialize;
use specta::Type;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Wry};
use tauri_plugin_updater::{Config, Update, UpdaterExt};
use url::Url;

/// Absolute https URL of the release manifest in Tauri's format.
const ENDPOINT: Option<&str> = option_env!("PATCHBAY_UPDATER_ENDPOINT");

/// Public key of the releases, as `tauri signer` writes it.
const PUBLIC_KEY: Option<&str> = option_env!("PATCHBAY_UPDATER_PUBLIC_KEY");

const CHECK_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum length of the shown release notes.
const MAX_NOTES_CHARS: usize = 4_000;

const BY_HAND: &str = "Install the new version the way you installed this one.";

/// A newer version that can be installed.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AvailableUpdate {
    version: String,
    notes: Option<String>,
}

/// Whether this build can update itself.
pub(crate) fn is_configured() -> bool {
    ENDPOINT.is_some() && PUBLIC_KEY.is_some()
}

pub(crate) fn plugin() -> TauriPlugin<Wry, Config> {
    tauri_plugin_updater::Builder::new()
        .pubkey(PUBLIC_KEY.unwrap_or_default())
        .build()
}

/// Returns the newer version, if there is one.
pub(crate) async fn check(app: &AppHandle) -> Result<Option<AvailableUpdate>, Problem> {
    Ok(find(app).await?.map(|update| AvailableUpdate {
        version: update.version,
        notes: update.body.map(|notes| shown_notes(&notes)),
    }))
}

/// Makes release notes safe to show: only the archive is signed, so the endpoint may send any text.
fn shown_notes(notes: &str) -> String {
    inert_block(&notes.chars().take(MAX_NOTES_CHARS).collect::<String>())
}

/// Installs the newer version after checking its signature, and restarts.
///
/// # Errors
/// While a tool runs in any process: the update would replace its program.
pub(crate) async fn install(app: &AppHandle, cx: &Context) -> Result<(), Problem> {
    let Some(update) = find(app).await? else {
        return Ok(());
    };
    check_nothing_runs(cx).await?;
    let package = update.download(|_, _| {}, || {}).await;
    let package = package.map_err(|error| failed("couldn't download the update", error))?;
    // A tool may have been started during the download.
    check_nothing_runs(cx).await?;
    if let Err(error) = update.install(package) {
        if IS_CLOSED.load(Ordering::Acquire) {
            // The app is closed already and can only restart.
            tracing::error!(%error, "the update's installer did not start");
            app.restart();
        }
        return Err(failed("couldn't install the update", error));
    }
    app.restart()
}

/// Whether the app was closed for an installer.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Closes the app before the plugin exits: on Windows the plugin starts the installer and ends the process itself,
/// without an exit event.
fn close_before_exit(app: &AppHandle) {
    IS_CLOSED.store(true, Ordering::Release);
    let closing = app.clone();
    // The plugin calls this on a thread of the async runtime, which must not block on its own tasks.
    let closed = std::thread::spawn(move || crate::close(&closing)).join();
    if closed.is_err() {
        tracing::error!("Patchbay was not closed before the update");
    }
    app.cleanup_before_exit();
}

async fn check_nothing_runs(cx: &Context) -> Result<(), Problem> {
    let running = RunQuery {
        states: vec![RunState::Running],
        limit: 1,
        ..RunQuery::default()
    };
    refuse_while_running(list_runs(cx, &running).await?.total)
}

fn refuse_while_running(running: u32) -> Result<(), Problem> {
    if running == 0 {
        return Ok(());
    }
    let verb = if running == 1 { "is" } else { "are" };
    let message = format!("{} {verb} still running", count(running, "tool"));
    let problem = Problem::new(Code::Conflict, message);
    Err(problem.with_hint("Let it finish or cancel it in Runs, then install the update."))
}

async fn find(app: &AppHandle) -> Result<Option<Update>, Problem> {
    let endpoint = ENDPOINT.filter(|_| is_configured());
    let Some(endpoint) = endpoint.and_then(|endpoint| Url::parse(endpoint).ok()) else {
        return Err(
            Problem::new(Code::PlatformNotSupported, "this build can't update itself")
                .with_hint(BY_HAND),
        );
    };
    let ending = app.clone();
    let updater = app.updater_builder().timeout(CHECK_TIMEOUT);
    let updater = updater.on_before_exit(move || close_before_exit(&ending));
    let updater = updater.endpoints(vec![endpoint]);
    let updater = updater
        .and_then(|builder| builder.build())
        .map_err(not_found)?;
    updater.check().await.map_err(not_found)
}

fn not_found(error: tauri_plugin_updater::Error) -> Problem {
    failed("couldn't check for updates", error)
}

fn failed(message: &str, error: tauri_plugin_updater::Error) -> Problem {
    use tauri_plugin_updater::Error as Update;

    let problem = match &error {
        Update::Minisign(_)
        | Update::Base64(_)
        | Update::SignatureUtf8(_)
        | Update::MissingSignedVersion
        | Update::SignedVersionMismatch { .. } => {
            let message = "the update isn't what Patchbay signed, so it isn't installed";
            Problem::new(Code::Conflict, message).with_hint("Try again later.")
        }
        Update::Reqwest(_) | Update::Network(_) | Update::ReleaseNotFound => {
            let problem = Problem::new(Code::NetworkUnreachable, message);
            Problem {
                retryable: true,
                ..problem.with_hint("Check your network and try again.")
            }
        }
        _ => Problem::new(Code::FileFailed, message).with_hint(BY_HAND),
    };
    problem.with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_installed_over_a_tool_that_runs() {
        assert_eq!(refuse_while_running(0), Ok(()));
        assert_eq!(
            refuse_while_running(1).unwrap_err().message,
            "1 tool is still running"
        );
        let several = refuse_while_running(2).unwrap_err();
        assert_eq!(several.message, "2 tools are still running");
    }

    #[test]
    fn an_invalid_signature_is_not_a_network_error() {
        let unsigned = failed("no", tauri_plugin_updater::Error::MissingSignedVersion);
        assert!(unsigned.message.contains("signed") && !unsigned.retryable);
        let offline = tauri_plugin_updater::Error::Network("503".to_owned());
        let offline = failed("couldn't check for updates", offline);
        assert_eq!(offline.message, "couldn't check for updates");
        assert!(offline.retryable);
    }

    #[test]
    fn notes_are_sanitized_and_limited() {
        let shown = shown_notes("Faster\u{1b}[2J\u{202e} lists\n- and more");
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
        assert!(shown.contains("\n- and more"), "{shown:?}");
        assert!(shown_notes(&"x".repeat(10_000)).chars().count() <= MAX_NOTES_CHARS);
    }
}
