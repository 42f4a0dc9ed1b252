//! The one window: made hidden, shown once it has something to show, kept in the tray when closed.

mod choose_file;
mod navigation;
mod pages;
mod place;

pub(crate) use choose_file::{SaveDialog, choose_existing_file, choose_file};
#[cfg(target_os = "macos")]
pub(crate) use pages::SETTINGS;
pub(crate) use pages::{HOME, page_of};

use patchbay_ops::AppPaths;
use tauri::plugin::TauriPlugin;
use tauri::webview::{NewWindowResponse, PageLoadEvent, PageLoadPayload};
use tauri::{
    AppHandle, Manager, Runtime, Webview, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};
use tauri_plugin_window_state::StateFlags;

use crate::{autostart, deep_link, preferences, quit, tray};

const MAIN: &str = "main";

/// Makes the window, its web data under our own folder. It shows the app's own pages only, opens no
/// others and downloads nothing: whatever runs in it finds no way out but our commands.
///
/// # Errors
/// When the system gives no window.
pub(crate) fn create<R: Runtime>(app: &AppHandle<R>, paths: &AppPaths) -> tauri::Result<()> {
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

/// Takes the window away before it was shown.
pub(crate) fn discard<R: Runtime>(app: &AppHandle<R>) {
    if let Some(Err(error)) = app.get_webview_window(MAIN).map(|window| window.destroy()) {
        tracing::warn!(%error, "the window could not be taken away");
    }
}

/// Keeps size and place, in our own folder, and puts right where the window no longer fits. Whether the
/// window shows is ours to say: one that draws before its page is there waits half a second for nothing.
pub(crate) fn state_plugin<R: Runtime>(app: &AppHandle<R>, paths: &AppPaths) -> TauriPlugin<R> {
    let file = paths.settings.join("window.json");
    preferences::discard_unreadable(&file);
    place::clamp_window(app, &file, MAIN);
    tauri_plugin_window_state::Builder::default()
        .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
        .with_filename(file.to_string_lossy())
        .build()
}

/// Shows the window at its first page, unless the session started the app. What is not needed earlier, and
/// would only take time from it, follows: the tray, and links from other programs.
pub(crate) fn show_when_loaded<R: Runtime>(webview: &Webview<R>, page: &PageLoadPayload<'_>) {
    if page.event() != PageLoadEvent::Finished || webview.label() != MAIN {
        return;
    }
    if !autostart::is_hidden_start()
        && let Err(error) = webview.window().show()
    {
        tracing::error!(%error, "the window could not be shown");
    }
    #[cfg(target_os = "macos")]
    crate::title_bar::show_now(webview.app_handle());
    tray::make(webview.app_handle());
    deep_link::register(webview.app_handle());
}

/// The window, where it is there.
pub(crate) fn main<R: Runtime>(app: &AppHandle<R>) -> Option<WebviewWindow<R>> {
    app.get_webview_window(MAIN)
}

/// Whether somebody looks at the window, as far as the system tells.
pub(crate) fn is_looked_at<R: Runtime>(app: &AppHandle<R>) -> bool {
    main(app).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Brings the window to the front.
pub(crate) fn raise<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    let raised = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = raised {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Moves the window with the pointer, which holds it.
pub(crate) fn drag<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    main(app).map_or(Ok(()), |window| window.start_dragging())
}

/// Brings the window to the front at a page.
pub(crate) fn show_page<R: Runtime>(app: &AppHandle<R>, page: &str) {
    raise(app);
    // As text of a script, whatever stands in it.
    let page = serde_json::Value::from(page);
    let shown = main(app).map(|window| window.eval(format!("location.hash = {page}")));
    if let Some(Err(error)) = shown {
        tracing::warn!(%error, "the page could not be shown");
    }
}

/// Closing the window leaves the app in the tray, where there is one; else it ends, once the user agrees to
/// what ends with it.
pub(crate) fn close_to_tray<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    if !tray::is_made(window.app_handle()) {
        if quit::confirm_quit(window.app_handle()) {
            api.prevent_close();
        }
        return;
    }
    api.prevent_close();
    let window = window.clone();
    // The system is asked, which takes a moment that this thread has not.
    tauri::async_runtime::spawn(async move {
        if !tray::is_there(window.app_handle()).await {
            quit::quit(window.app_handle());
        } else if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window could not be hidden");
        }
    });
}
