//! Adding, looking at, changing and removing connectors.

use patchbay_model::{ConnectorId, InspectionId, Problem};
use patchbay_ops::{
    AddConnector, AddProgram, AddressInspection, Check, CheckStep, ConnectorChanges, ConnectorView,
    Context, DeviationView, Disconnected, FirstConnectors, HeldSession, PastedServers,
    ServerLogLine, view_connector, view_connectors,
};
use tauri::State;

/// Reads what was pasted to be added: an address, a command, settings of another program, or a link that installs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_pasted(text: String) -> Result<PastedServers, Problem> {
    Ok(patchbay_ops::read_pasted(&text)?)
}

/// The file that a program's name stands for now, where there is one. Nothing is started.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_program(program: String, path: Option<String>) -> Result<String, Problem> {
    Ok(patchbay_ops::find_program(&program, path.as_ref()).await?)
}

/// The last lines that the program of a connector wrote for people, oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_server_log(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<ServerLogLine>, Problem> {
    Ok(patchbay_ops::read_server_log(&cx, &connector).await?)
}

/// The sessions that are there between commands now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_sessions(cx: State<'_, Context>) -> Result<Vec<HeldSession>, Problem> {
    Ok(patchbay_ops::list_sessions(&cx).await?)
}

/// Ends the server of a connector; the next use starts it anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn end_session(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<(), Problem> {
    patchbay_ops::end_session(&cx, &connector).await;
    Ok(())
}

/// Where the sign-in of a connector differs from the standards, and where it may.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_deviations(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<DeviationView>, Problem> {
    Ok(patchbay_ops::list_deviations(&cx, &connector).await?)
}

/// Looks at an address: is it an MCP server, and how does one sign in? `inspection` names this look.
#[tauri::command]
#[specta::specta]
pub(crate) async fn inspect_address(
    cx: State<'_, Context>,
    address: String,
    inspection: InspectionId,
) -> Result<AddressInspection, Problem> {
    Ok(patchbay_ops::inspect_address_until_cancelled(&cx, &address, &inspection).await?)
}

/// Stops a look at an address at once; nothing when it is over.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_inspection(
    cx: State<'_, Context>,
    inspection: InspectionId,
) -> Result<(), Problem> {
    patchbay_ops::cancel_inspection(&cx, &inspection);
    Ok(())
}

/// Adds a connector to this computer, as a draft until it first works.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_connector(
    cx: State<'_, Context>,
    request: AddConnector,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::add_connector(&cx, request).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// Adds a connector whose server is a program of this computer; nothing of it is started.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_program(
    cx: State<'_, Context>,
    request: AddProgram,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::add_program(&cx, request).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// The beginning of the list of every connector, from the cache; `native` is left out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn first_connectors(cx: State<'_, Context>) -> Result<FirstConnectors, Problem> {
    Ok(patchbay_ops::first_connectors(&cx).await?)
}

/// Every connector, from the cache; `native` is left out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_connectors(cx: State<'_, Context>) -> Result<Vec<ConnectorView>, Problem> {
    let connectors = patchbay_ops::list_connector_rows(&cx).await?;
    Ok(view_connectors(&cx, connectors).await?)
}

/// One connector.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::find_connector(&cx, &connector).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// The icon of a connector, or of a tool of it, as a `data:` URL of a small raster picture; `None` where there is none
/// that can be had.
#[tauri::command]
#[specta::specta]
pub(crate) async fn load_icon(
    cx: State<'_, Context>,
    connector: ConnectorId,
    tool: Option<String>,
) -> Result<Option<String>, Problem> {
    Ok(patchbay_ops::load_icon(&cx, &connector, tool.as_deref()).await?)
}

/// Changes what is given and leaves the rest.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
    changes: ConnectorChanges,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::update_connector(&cx, &connector, changes).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// Takes a connector out of the lists; it can be restored until the app ends.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::remove_connector(&cx, &connector).await?)
}

/// Puts a removed connector back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::restore_connector(&cx, &connector).await?;
    Ok(view_connector(&cx, connector).await?)
}

/// Has the doctor look at one connector.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Check, Problem> {
    Ok(patchbay_ops::check_connector(&cx, &connector).await?)
}

/// Stops the check of a connector at once; nothing when none is under way.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_check(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<(), Problem> {
    patchbay_ops::cancel_check(&cx, &connector);
    Ok(())
}

/// What the doctor found at a connector, as a text for others without secrets and without who one is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_report(
    cx: State<'_, Context>,
    connector: ConnectorId,
    steps: Vec<CheckStep>,
) -> Result<String, Problem> {
    Ok(patchbay_ops::check_report(&cx, &[(connector, steps)]).await?)
}

/// Has the doctor look at all of them; each one's news comes as an event.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_connectors(cx: State<'_, Context>) -> Result<(), Problem> {
    Ok(patchbay_ops::check_connectors(&cx).await?)
}

/// Gives up the sign-in of a connector, at the provider too where it can.
#[tauri::command]
#[specta::specta]
pub(crate) async fn disconnect_connector(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Disconnected, Problem> {
    Ok(patchbay_ops::disconnect_connector(&cx, &connector).await?)
}
