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
                // Which news were lost nobody knows: whoever fell behind reads everything anew.
                Err(RecvError::Lagged(_)) => {
                    for event in everything() {
                        send(&app, event);
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// The news upon which all that is shown is read again.
fn everything() -> [Event; 5] {
    [
        Event::AccountsChanged,
        Event::ConnectorsChanged,
        Event::WalletChanged,
        Event::HistoryChanged,
        Event::SettingsChanged,
    ]
}

/// Sends one piece of news.
pub(crate) fn send<R: Runtime>(app: &AppHandle<R>, event: Event) {
    if let Err(error) = News(event).emit(app) {
        tracing::warn!(%error, "news could not be sent to the window");
    }
}
