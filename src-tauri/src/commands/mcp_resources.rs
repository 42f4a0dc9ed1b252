//! What connectors offer beside tools.

use patchbay_model::{
    CompletionRequest, ConnectorId, Content, FilledPrompt, Json, Problem, Prompt, Resource, WatchId,
};
use patchbay_ops::Context;
use tauri::State;

/// The resources of a connector, as its server lists them now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_resources(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<Resource>, Problem> {
    Ok(patchbay_ops::list_resources(&cx, &connector).await?)
}

/// Reads a resource of a connector: its parts, each with its own URI.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_resource(
    cx: State<'_, Context>,
    connector: ConnectorId,
    uri: String,
) -> Result<Vec<Content>, Problem> {
    Ok(patchbay_ops::read_resource(&cx, &connector, &uri).await?)
}

/// The URI of a resource whose template is filled in; the values are a JSON object of texts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn fill_resource_template(uri: String, values: Json) -> Result<String, Problem> {
    Ok(patchbay_ops::fill_resource_template(&uri, values)?)
}

/// Tells by events when a resource of a connector is to be read again, until its server tells no more, or that is
/// ended. `watch` names this.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_resource(
    cx: State<'_, Context>,
    connector: ConnectorId,
    uri: String,
    watch: WatchId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::watch_resource_until_ended(&cx, &connector, &uri, &watch).await?)
}

/// Nobody waits for the changes of a resource any more; nothing when that is over.
#[tauri::command]
#[specta::specta]
pub(crate) async fn end_watch(cx: State<'_, Context>, watch: WatchId) -> Result<(), Problem> {
    patchbay_ops::end_watch(&cx, &watch);
    Ok(())
}

/// The prompts of a connector, as its server lists them now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_prompts(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Vec<Prompt>, Problem> {
    Ok(patchbay_ops::list_prompts(&cx, &connector).await?)
}

/// Has a connector fill a prompt in; the values are a JSON object of texts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn fill_prompt(
    cx: State<'_, Context>,
    connector: ConnectorId,
    prompt: String,
    values: Json,
) -> Result<FilledPrompt, Problem> {
    Ok(patchbay_ops::fill_prompt(&cx, &connector, &prompt, values).await?)
}

/// What the server of a connector suggests for a text that is being typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn complete(
    cx: State<'_, Context>,
    connector: ConnectorId,
    request: CompletionRequest,
) -> Result<Vec<String>, Problem> {
    Ok(patchbay_ops::complete(&cx, &connector, request).await?)
}
