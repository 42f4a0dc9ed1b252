//! Updates of the app. Endpoint and public key are set at build time; without them there are no updates.

mod offer;

pub(crate) use offer::offer_updates;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use patchbay_model::{Code, Problem, RunQuery, RunState, count, inert_block};
use patchbay_ops::{Context, list_runs, unsaved_problem};
use serde::Serialize;
use specta::Type;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Wry};
use tauri_plugin_updater::{Config, Update, UpdaterExt};
use tokio::sync::watch;
use tokio::time::timeout;
use url::Url;

/// Absolute https URL of the release manifest in Tauri's format.
const ENDPOINT: Option<&str> = option_env!("PATCHBAY_UPDATER_ENDPOINT");

/// Public key of the releases, as `tauri signer` writes it.
const PUBLIC_KEY: Option<&str> = option_env!("PATCHBAY_UPDATER_PUBLIC_KEY");

const CHECK_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a download may bring nothing.
const MAX_SILENCE: Duration = Duration::from_secs(60);

/// Several times the size of the packages.
const MAX_PACKAGE_BYTES: u64 = 1 << 30;

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

/// Installs the version that the user agreed to after checking its signature, and restarts.
///
/// # Errors
/// While a tool runs in any process: the update would replace its program. While a renewed sign-in could not be saved.
/// When another version is offered by now.
pub(crate) async fn install(app: &AppHandle, cx: &Context, version: &str) -> Result<(), Problem> {
    let Some(update) = find(app).await? else {
        return Ok(());
    };
    refuse_other_version(&update.version, version)?;
    check_nothing_is_lost(cx).await?;
    let package = download(&update).await?;
    // A tool may have been started during the download.
    check_nothing_is_lost(cx).await?;
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

fn refuse_other_version(offered: &str, agreed: &str) -> Result<(), Problem> {
    if offered == agreed {
        return Ok(());
    }
    let message = format!("Patchbay {agreed} was replaced by another version");
    Err(Problem::new(Code::Conflict, message).with_hint("Check for updates again."))
}

/// Downloads the package within limits: the plugin keeps all of it in memory, and waits for ever.
async fn download(update: &Update) -> Result<Vec<u8>, Problem> {
    let (received, progress) = watch::channel(0_u64);
    let count_chunk = |length: usize, total: Option<u64>| {
        received.send_modify(|bytes| {
            *bytes = bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            // A package that will be too large is not waited for.
            if total > Some(MAX_PACKAGE_BYTES) {
                *bytes = u64::MAX;
            }
        });
    };
    let message = "couldn't download the update";
    tokio::select! {
        package = update.download(count_chunk, || {}) => package.map_err(|error| failed(message, error)),
        reason = limit_passed(progress, MAX_SILENCE) => {
            let error = tauri_plugin_updater::Error::Network(reason.to_owned());
            Err(failed(message, error))
        }
    }
}

/// Waits until a download stalls or gets too large, and returns why.
async fn limit_passed(mut progress: watch::Receiver<u64>, silence: Duration) -> &'static str {
    loop {
        match timeout(silence, progress.changed()).await {
            Err(_) => return "the download stalled",
            Ok(_) if *progress.borrow_and_update() > MAX_PACKAGE_BYTES => {
                return "the download is too large";
            }
            Ok(Ok(())) => {}
            // It has ended.
            Ok(Err(_)) => std::future::pending().await,
        }
    }
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

async fn check_nothing_is_lost(cx: &Context) -> Result<(), Problem> {
    if let Some(unsaved) = unsaved_problem(cx) {
        return Err(unsaved);
    }
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
    fn only_the_version_that_was_agreed_to_is_installed() {
        assert_eq!(refuse_other_version("1.2.0", "1.2.0"), Ok(()));
        let other = refuse_other_version("1.3.0", "1.2.0").unwrap_err();
        assert_eq!(other.code, Code::Conflict);
    }

    #[tokio::test]
    async fn a_download_that_stalls_or_is_too_large_ends() {
        let (received, progress) = watch::channel(0);
        let stalled = limit_passed(progress, Duration::from_millis(1)).await;
        assert_eq!(stalled, "the download stalled");
        let progress = received.subscribe();
        received.send_replace(MAX_PACKAGE_BYTES + 1);
        let large = limit_passed(progress, Duration::from_secs(60)).await;
        assert_eq!(large, "the download is too large");
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
