//! Tools and their arguments.

use patchbay_model::{ConnectorId, FieldProblem, Json, Problem, Tool};
use patchbay_ops::{ConnectorTool, Context};
use tauri::State;

/// The tools of one connector, or of all, from the cache.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_tools(
    cx: State<'_, Context>,
    connector: Option<ConnectorId>,
) -> Result<Vec<ConnectorTool>, Problem> {
    Ok(patchbay_ops::list_tools(&cx, connector.as_ref()).await?)
}

/// Asks the server for its tools anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refresh_tools(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<Tool>, Problem> {
    Ok(patchbay_ops::refresh_tools(&cx, &connector).await?)
}

/// What is wrong with these values as arguments, by the tool's own schema; empty when nothing is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn validate_arguments(
    cx: State<'_, Context>,
    connector: ConnectorId,
    tool: String,
    values: Json,
) -> Result<Vec<FieldProblem>, Problem> {
    Ok(patchbay_ops::validate_arguments(&cx, &connector, &tool, &values).await?)
}
