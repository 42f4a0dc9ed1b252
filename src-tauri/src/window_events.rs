//! What happens to the window: it is shown once its page is loaded, and kept in the tray when closed.

use tauri::webview::{PageLoadEvent, PageLoadPayload};
use tauri::{Manager, Webview, Window, WindowEvent};

use crate::window::MAIN;
use crate::{autostart, deep_link, quit, tray};

/// Shows the window once its first page is loaded, unless the session started the app. The tray and link registration
/// follow, so that they do not delay the page.
pub(crate) fn show_when_loaded(webview: &Webview, page: &PageLoadPayload<'_>) {
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

/// Hides a closed window if there is a tray; otherwise quits, after asking if something is running.
pub(crate) fn close_to_tray(window: &Window, event: &WindowEvent) {
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
    // Whether a panel shows the tray is a system call that must not block this thread.
    tauri::async_runtime::spawn(async move {
        if !tray::is_shown(window.app_handle()).await {
            quit::quit(window.app_handle());
        } else if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window could not be hidden");
        }
    });
}
