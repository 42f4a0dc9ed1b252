//! Credentials that hosted platforms keep for their connectors.

use patchbay_model::{ConnectorId, Form, Level, Problem};
use patchbay_ops::{Context, CredentialsOfLevel, SavePlatformCredential};
use tauri::State;

/// The credentials of a hosted connector, by level.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_platform_credentials(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<CredentialsOfLevel>, Problem> {
    Ok(patchbay_ops::list_platform_credentials(&cx, &connector).await?)
}

/// What one gives to save a credential at a level.
#[tauri::command]
#[specta::specta]
pub(crate) async fn platform_credential_form(
    cx: State<'_, Context>,
    connector: ConnectorId,
    level: Level,
) -> Result<Form, Problem> {
    Ok(patchbay_ops::platform_credential_form(&cx, &connector, level).await?)
}

/// Creates a credential, or replaces the one of that name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_platform_credential(
    cx: State<'_, Context>,
    request: SavePlatformCredential,
) -> Result<(), Problem> {
    Ok(patchbay_ops::save_platform_credential(&cx, request).await?)
}

/// Makes a credential the one that is used when none is named.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_platform_credential_default(
    cx: State<'_, Context>,
    connector: ConnectorId,
    level: Level,
    name: String,
) -> Result<(), Problem> {
    let made = patchbay_ops::make_platform_credential_default(&cx, &connector, level, &name);
    Ok(made.await?)
}

/// Deletes a credential on its platform; only when `confirmed`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_platform_credential(
    cx: State<'_, Context>,
    connector: ConnectorId,
    level: Level,
    name: String,
    confirmed: bool,
) -> Result<(), Problem> {
    let removed =
        patchbay_ops::remove_platform_credential(&cx, &connector, level, &name, confirmed);
    Ok(removed.await?)
}
