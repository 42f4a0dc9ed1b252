//! Updates of the app. Endpoint and public key are settings of the build; without them it is off.

use patchbay_model::{Code, Problem};
use serde::Serialize;
use specta::Type;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Runtime};
use tauri_plugin_updater::{Config, Update, UpdaterExt};
use url::Url;

/// Where releases are published: absolute https URL of a JSON document in Tauri's format.
const ENDPOINT: Option<&str> = option_env!("PATCHBAY_UPDATER_ENDPOINT");

/// The key that releases are signed with, as `tauri signer` writes it.
const PUBLIC_KEY: Option<&str> = option_env!("PATCHBAY_UPDATER_PUBLIC_KEY");

/// A version that could be installed.
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

/// The plugin that does it.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R, Config> {
    tauri_plugin_updater::Builder::new()
        .pubkey(PUBLIC_KEY.unwrap_or_default())
        .build()
}

/// The newer version, if there is one.
pub(crate) async fn check<R: Runtime>(
    app: &AppHandle<R>,
) -> Result<Option<AvailableUpdate>, Problem> {
    Ok(find(app).await?.map(|update| AvailableUpdate {
        version: update.version,
        notes: update.body,
    }))
}

/// Installs the newer version, whose signature is checked, and starts it.
pub(crate) async fn install<R: Runtime>(app: &AppHandle<R>) -> Result<(), Problem> {
    let Some(update) = find(app).await? else {
        return Ok(());
    };
    update
        .download_and_install(|_, _| {}, || {})
        .await
        .map_err(|error| failed("couldn't install the update", error))?;
    app.restart()
}

async fn find<R: Runtime>(app: &AppHandle<R>) -> Result<Option<Update>, Problem> {
    let endpoint = ENDPOINT.filter(|_| is_configured());
    let Some(endpoint) = endpoint.and_then(|endpoint| Url::parse(endpoint).ok()) else {
        return Err(
            Problem::new(Code::PlatformNotSupported, "this build can't update itself")
                .with_hint("Install the new version the way you installed this one."),
        );
    };
    let updater = app.updater_builder().endpoints(vec![endpoint]);
    let updater = updater
        .and_then(|builder| builder.build())
        .map_err(not_found)?;
    updater.check().await.map_err(not_found)
}

fn not_found(error: tauri_plugin_updater::Error) -> Problem {
    failed("couldn't check for updates", error)
}

fn failed(message: &str, error: tauri_plugin_updater::Error) -> Problem {
    let mut problem = Problem::new(Code::NetworkUnreachable, message)
        .with_hint("Check your network and try again.");
    problem.detail = Some(error.to_string());
    problem.retryable = true;
    problem
}
