//! The app itself: preferences, places, version, the clipboard.

use patchbay_model::{Code, Problem};
use patchbay_ops::{Context, Event};
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_clipboard_manager::ClipboardExt;

use crate::deep_link::{ProposedLink, RefusedLink};
use crate::events::Subscriber;
use crate::preferences::{self, Preferences};
use crate::updater::{self, AvailableUpdate};
use crate::{title_bar, window};

/// What the app says of itself.
#[derive(Clone, Debug, serde::Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    /// Version of the app.
    version: String,
    /// The folder that holds database and vault.
    data_folder: String,
    /// Whether a key that the keyboard shows is called Command instead of Ctrl.
    mac: bool,
    /// Address of the Playground's MCP server, when one was started beside the app.
    playground_url: Option<String>,
    /// The redirect address to enter in an OAuth app of one's own, absolute URL.
    redirect_uri: String,
    /// Whether this build can update itself.
    updates: bool,
}

/// What the app says of itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn about<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
) -> Result<About, Problem> {
    Ok(About {
        version: app.package_info().version.to_string(),
        data_folder: cx.paths().data.display().to_string(),
        mac: cfg!(target_os = "macos"),
        playground_url: std::env::var("PATCHBAY_PLAYGROUND_URL").ok(),
        redirect_uri: patchbay_ops::default_redirect_uri(),
        updates: updater::is_configured(),
    })
}

/// Sends what happens from now on to this page, and to no page before it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn subscribe_to_events(
    subscriber: State<'_, Subscriber>,
    events: Channel<Event>,
) -> Result<(), Problem> {
    subscriber.replace(events);
    Ok(())
}

/// Why the latest `patchbay://` link was not followed, once; `None` when it was, or none came.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_refused_link(
    refused: State<'_, RefusedLink>,
) -> Result<Option<Problem>, Problem> {
    Ok(refused.take())
}

/// The latest `patchbay://install` link, once; [`read_pasted`](super::connectors::read_pasted) reads it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_offered_link(
    offered: State<'_, ProposedLink>,
) -> Result<Option<String>, Problem> {
    Ok(offered.take().map(String::from))
}

/// The newer version of Patchbay, if there is one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_for_update<R: Runtime>(
    app: AppHandle<R>,
) -> Result<Option<AvailableUpdate>, Problem> {
    updater::check(&app).await
}

/// Installs the newer version and starts it; never while a tool runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn install_update<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
) -> Result<(), Problem> {
    updater::install(&app, &cx).await
}

/// How the user likes it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn load_preferences<R: Runtime>(
    app: AppHandle<R>,
) -> Result<Preferences, Problem> {
    preferences::load(&app)
}

/// Keeps how the user likes it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_preferences<R: Runtime>(
    app: AppHandle<R>,
    preferences: Preferences,
) -> Result<(), Problem> {
    preferences::save(&app, preferences)
}

/// Moves the window with the pointer until its button is let go: a Mac's has no title bar to hold it by.
#[tauri::command]
#[specta::specta]
pub(crate) async fn drag_window<R: Runtime>(app: AppHandle<R>) -> Result<(), Problem> {
    window::drag(&app).map_err(|error| Problem {
        detail: Some(error.to_string()),
        ..Problem::new(Code::Internal, "couldn't move the window")
    })
}

/// Does what a double click on a title bar does: a Mac's window has none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn double_click_title_bar<R: Runtime>(app: AppHandle<R>) -> Result<(), Problem> {
    title_bar::double_click(&app).map_err(|error| Problem {
        detail: Some(error.to_string()),
        ..Problem::new(Code::Internal, "couldn't change the window")
    })
}

/// Puts text on the clipboard: the web view may not do so by itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_text<R: Runtime>(app: AppHandle<R>, text: String) -> Result<(), Problem> {
    copy(&app, text)
}

/// Puts text on the clipboard.
///
/// # Errors
/// When the system has none.
pub(super) fn copy<R: Runtime>(app: &AppHandle<R>, text: String) -> Result<(), Problem> {
    app.clipboard().write_text(text).map_err(|error| Problem {
        detail: Some(error.to_string()),
        ..Problem::new(Code::Internal, "couldn't copy")
    })
}
