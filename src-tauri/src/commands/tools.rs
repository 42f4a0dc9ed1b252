//! Tools and their arguments.

use patchbay_model::{ConnectorId, Content, FieldProblem, Json, Problem, RunId, Tool, ToolSummary};
use patchbay_ops::{Attachment, Context, SavedAttachment};
use tauri::{AppHandle, Runtime, State};

use crate::window::{SaveDialog, choose_file};

/// What is shown of the tools of one connector, or of all, from the cache.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_tools(
    cx: State<'_, Context>,
    connector: Option<ConnectorId>,
) -> Result<Vec<ToolSummary>, Problem> {
    Ok(patchbay_ops::list_tool_summaries(&cx, connector.as_ref()).await?)
}

/// A tool with its schemas, from the cache.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_tool(
    cx: State<'_, Context>,
    connector: ConnectorId,
    tool: String,
) -> Result<Tool, Problem> {
    Ok(patchbay_ops::find_tool(&cx, &connector, &tool).await?)
}

/// Asks the server for its tools anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refresh_tools(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<(), Problem> {
    patchbay_ops::refresh_tools(&cx, &connector).await?;
    Ok(())
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

/// Whether one can choose for each run with which of its platform's credentials a connector acts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn names_credentials(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<bool, Problem> {
    Ok(patchbay_ops::names_credentials(&cx, &connector).await?)
}

/// The arguments with which the tool of a run gives its next page, where there is one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn next_page(cx: State<'_, Context>, run: RunId) -> Result<Option<Json>, Problem> {
    Ok(patchbay_ops::next_page(&cx, &run).await?)
}

/// Asks for a file and writes a part of a run's answer into it; `None` when the user chose none. What its
/// server calls it is only offered as a name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_attachment<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
    run: RunId,
    part: u32,
) -> Result<Option<SavedAttachment>, Problem> {
    let attachment = Attachment::of_run(&cx, &run, part).await?;
    save(&app, &attachment).await
}

/// Asks for a file and writes a part of a resource or a prompt into it; `None` when the user chose none. What its
/// server calls it is only offered as a name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_content<R: Runtime>(
    app: AppHandle<R>,
    content: Content,
) -> Result<Option<SavedAttachment>, Problem> {
    save(&app, &Attachment::of(&content)?).await
}

async fn save<R: Runtime>(
    app: &AppHandle<R>,
    attachment: &Attachment,
) -> Result<Option<SavedAttachment>, Problem> {
    let dialog_options = SaveDialog {
        title: "Save file",
        name: attachment.name.as_str(),
        kind: None,
    };
    match choose_file(app, dialog_options).await? {
        Some(path) => Ok(Some(attachment.save_as(&path).await?)),
        None => Ok(None),
    }
}
