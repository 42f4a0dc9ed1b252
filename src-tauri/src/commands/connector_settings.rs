//! What a hosted platform lets one change of a connector, and what only that platform has.

use patchbay_model::{ConnectorId, ConnectorSettings, PlatformDetails, Problem};
use patchbay_ops::{
    ActionOutcome, ChangeSettings, ConnectorView, Context, RunAction, SettingsPlan, view_connector,
};
use tauri::State;

/// What can be changed of a hosted connector, as its platform has it now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connector_settings(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<ConnectorSettings, Problem> {
    Ok(patchbay_ops::connector_settings(&cx, &connector).await?)
}

/// What a change would do; nothing is sent but a read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_settings(
    cx: State<'_, Context>,
    connector: ConnectorId,
    change: ChangeSettings,
) -> Result<SettingsPlan, Problem> {
    Ok(patchbay_ops::plan_settings(&cx, &connector, change).await?)
}

/// Changes a hosted connector.
#[tauri::command]
#[specta::specta]
pub(crate) async fn change_settings(
    cx: State<'_, Context>,
    connector: ConnectorId,
    change: ChangeSettings,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::change_settings(&cx, &connector, change).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// The facts and actions that only the connector's platform has.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connector_details(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<PlatformDetails, Problem> {
    Ok(patchbay_ops::connector_details(&cx, &connector).await?)
}

/// Carries out one of those actions.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_action(
    cx: State<'_, Context>,
    request: RunAction,
) -> Result<ActionOutcome, Problem> {
    Ok(patchbay_ops::run_action(&cx, request).await?)
}
