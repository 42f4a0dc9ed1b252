//! What happens to the window: it is shown once its page is loaded, takes dropped files, and is kept in the tray when
//! closed.

use patchbay_ops::Event;
use tauri::webview::{PageLoadEvent, PageLoadPayload};
use tauri::{DragDropEvent, Manager, Webview, Window, WindowEvent};

use crate::commands::bundles::{DroppedBundle, DroppedFile};
use crate::window::{self, MAIN};
use crate::{autostart, deep_link, events, quit, tray};

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
        } else if let Err(error) = hide(&window) {
            tracing::warn!(%error, "the window could not be hidden");
        }
    });
}

fn hide(window: &Window) -> tauri::Result<()> {
    #[cfg(target_os = "macos")]
    if crate::app_kit::hide_after_full_screen(window)? {
        return Ok(());
    }
    window.hide()
}

/// Tells the page that a file was dropped on the window. The page gets the bundle in it, and no path.
pub(crate) fn offer_dropped_bundle(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event else {
        return;
    };
    let app = window.app_handle();
    // There is none while the store opens.
    let dropped = app.try_state::<DroppedBundle>();
    if let Some((dropped, file)) = dropped.zip(DroppedFile::among(paths)) {
        dropped.set(file);
        window::raise(app);
        events::send(app, Event::BundleDropped);
    }
}
