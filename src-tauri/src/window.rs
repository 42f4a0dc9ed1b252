//! The one window, which is created hidden.

mod choose_file;
mod navigation;
mod pages;
mod place;

pub(crate) use choose_file::{
    SaveDialog, choose_existing_file, choose_existing_folder, choose_file,
};
#[cfg(target_os = "macos")]
pub(crate) use pages::SETTINGS;
pub(crate) use pages::{HOME, page_of};

use patchbay_ops::AppPaths;
use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewWindow, WebviewWindowBuilder, Wry};
use tauri_plugin_window_state::StateFlags;

use crate::settings_file;

/// Its label.
pub(crate) const MAIN: &str = "main";

/// Creates the window, with its web data in our own folder. It shows only the app's own pages, opens no other windows
/// and downloads nothing, so that scripts in it can reach nothing but our commands.
///
/// # Errors
/// When the window cannot be created.
pub(crate) fn create(app: &AppHandle, paths: &AppPaths) -> tauri::Result<()> {
    let windows = &app.config().app.windows;
    for config in windows.iter().filter(|config| config.label == MAIN) {
        WebviewWindowBuilder::from_config(app, config)?
            .data_directory(paths.cache.join("webview"))
            .on_navigation({
                let app = app.clone();
                move |to| navigation::is_app_page(&app, to)
            })
            .on_new_window(|_, _| NewWindowResponse::Deny)
            .on_download(|_, _| false)
            .build()?;
    }
    Ok(())
}

/// Destroys the window before it is shown.
pub(crate) fn discard(app: &AppHandle) {
    if let Some(Err(error)) = app.get_webview_window(MAIN).map(|window| window.destroy()) {
        tracing::warn!(%error, "the window could not be destroyed");
    }
}

/// The plugin that restores size and position, with its state in our own folder and corrected to fit the screens. It
/// does not restore visibility: a window that is shown before its page is loaded stays blank for half a second.
pub(crate) fn state_plugin(app: &AppHandle, paths: &AppPaths) -> TauriPlugin<Wry> {
    let file = paths.settings.join("window.json");
    settings_file::discard_unreadable(&file);
    place::clamp_window(app, &file, MAIN);
    tauri_plugin_window_state::Builder::default()
        .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
        .with_filename(file.to_string_lossy())
        .build()
}

pub(crate) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN)
}

/// Whether the window has focus.
pub(crate) fn has_focus(app: &AppHandle) -> bool {
    main(app).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Brings the window to the front.
pub(crate) fn raise(app: &AppHandle) {
    let Some(window) = main(app) else { return };
    #[cfg(target_os = "macos")]
    crate::app_kit::keep_shown();
    let raised = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = raised {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Moves the window with the pointer until its button is released.
pub(crate) fn drag(app: &AppHandle) -> tauri::Result<()> {
    main(app).map_or(Ok(()), |window| window.start_dragging())
}

/// Brings the window to the front at a page.
pub(crate) fn show_page(app: &AppHandle, page: &str) {
    raise(app);
    // JSON makes it a string literal of the script, whatever it contains.
    let page = serde_json::Value::from(page);
    let shown = main(app).map(|window| window.eval(format!("location.hash = {page}")));
    if let Some(Err(error)) = shown {
        tracing::warn!(%error, "the page could not be shown");
    }
}
