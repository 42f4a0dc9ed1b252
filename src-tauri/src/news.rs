//! Sends the verbs' news to every window.

use patchbay_ops::{Context, Event};
use tauri::{AppHandle, Runtime};
use tauri_specta::Event as _;
use tokio::sync::broadcast::error::RecvError;

use crate::bindings::News;
use crate::window;

/// Forwards news until the app ends.
pub(crate) fn forward<R: Runtime>(app: &AppHandle<R>, cx: &Context) {
    let app = app.clone();
    let mut news = cx.news();
    tauri::async_runtime::spawn(async move {
        loop {
            match news.recv().await {
                Ok(Event::Raise) => window::raise(&app),
                Ok(event) => send(&app, event),
                // Whoever fell behind reads the lists anew.
                Err(RecvError::Lagged(_)) => {
                    send(&app, Event::ConnectorsChanged);
                    send(&app, Event::WalletChanged);
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Sends one piece of news.
pub(crate) fn send<R: Runtime>(app: &AppHandle<R>, event: Event) {
    if let Err(error) = News(event).emit(app) {
        tracing::warn!(%error, "news could not be sent to the window");
    }
}
