//! Creating connectors on hosted platforms, and once more elsewhere.

use patchbay_model::{AccountId, ConnectorId, Definition, Form, Problem};
use patchbay_ops::{
    ConnectorCopy, ConnectorView, Context, CopyForm, CopyTarget, CreateConnector, view_connector,
};
use tauri::State;

/// What can be created on an account.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_definitions(
    cx: State<'_, Context>,
    account: AccountId,
) -> Result<Vec<Definition>, Problem> {
    Ok(patchbay_ops::list_definitions(&cx, &account).await?)
}

/// What one gives to create one of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn creation_form(
    cx: State<'_, Context>,
    account: AccountId,
    definition: String,
) -> Result<Form, Problem> {
    Ok(patchbay_ops::creation_form(&cx, &account, &definition).await?)
}

/// Creates a connector on an account.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_connector(
    cx: State<'_, Context>,
    request: CreateConnector,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::create_connector(&cx, request).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// The other connectors that lead to the same service.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_copies(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<ConnectorCopy>, Problem> {
    Ok(patchbay_ops::list_copies(&cx, &connector).await?)
}

/// The accounts that a connector could be copied to.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_copy_targets(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<CopyTarget>, Problem> {
    Ok(patchbay_ops::list_copy_targets(&cx, &connector).await?)
}

/// The form with which an account creates the same connector.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_form(
    cx: State<'_, Context>,
    connector: ConnectorId,
    account: AccountId,
) -> Result<CopyForm, Problem> {
    Ok(patchbay_ops::copy_form(&cx, &connector, &account).await?)
}
