//! MCP bundles: chosen in the system's own dialog, looked through, added.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use patchbay_model::{Code, Problem};
use patchbay_ops::{AddBundle, Bundle, ConnectorView, Context, view_connector};
use tauri::{AppHandle, Runtime, State};

use crate::window::choose_existing_file;

/// The bundle that was chosen last: the page names none, for it could name any file.
#[derive(Default)]
pub(crate) struct ChosenBundle(Mutex<Option<PathBuf>>);

/// Asks for a bundle and reads what it says of itself; `None` when the user chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_bundle<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
    chosen: State<'_, ChosenBundle>,
) -> Result<Option<Bundle>, Problem> {
    let kind = ("MCP bundles", &["mcpb", "dxt"][..]);
    let Some(path) = choose_existing_file(&app, "Add an MCP bundle", kind).await? else {
        return Ok(None);
    };
    let bundle = patchbay_ops::read_bundle(&cx, &path).await?;
    *chosen.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
    Ok(Some(bundle))
}

/// Adds the server of the bundle that was chosen; nothing of it is started.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_bundle(
    cx: State<'_, Context>,
    chosen: State<'_, ChosenBundle>,
    request: AddBundle,
) -> Result<ConnectorView, Problem> {
    let path = chosen
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let path = path.ok_or_else(|| Problem::new(Code::UsageInvalid, "choose a bundle first"))?;
    let connector = patchbay_ops::add_bundle(&cx, &path, request).await?;
    Ok(view_connector(&cx, connector).await?)
}
