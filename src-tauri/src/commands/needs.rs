//! What waits for a person, and tools that changed since the user agreed to them.

use patchbay_model::{ConnectorId, Problem};
use patchbay_ops::{Context, Need, ToolChange};
use tauri::State;

/// Everything that waits for a person, the most urgent first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_needs(cx: State<'_, Context>) -> Result<Vec<Need>, Problem> {
    Ok(patchbay_ops::list_needs(&cx).await?)
}

/// The tools of a connector that changed since the user agreed to them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_tool_changes(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<ToolChange>, Problem> {
    Ok(patchbay_ops::list_tool_changes(&cx, Some(&connector)).await?)
}

/// Agrees to the tools of a connector as they are now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn accept_tools(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::accept_tools(&cx, &connector).await?)
}

/// Whether connectors are looked after while nobody asks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn background_checks(cx: State<'_, Context>) -> Result<bool, Problem> {
    Ok(patchbay_ops::background_checks(&cx).await?)
}

/// Switches that on or off.
#[tauri::command]
#[specta::specta]
pub(crate) async fn switch_background_checks(
    cx: State<'_, Context>,
    on: bool,
) -> Result<(), Problem> {
    Ok(patchbay_ops::switch_background_checks(&cx, on).await?)
}
