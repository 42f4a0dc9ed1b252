//! Forwards events to the page, over a channel that it provides. Tauri's own events would let the page listen to those
//! of plugins as well, such as the callback URL of a sign-in, which no page may see.

use patchbay_ops::{Context, Event};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager};
use tokio::sync::broadcast::error::RecvError;

use crate::latest::Latest;
use crate::window;

/// The channel of the current page, which replaces that of the page before a reload.
pub(crate) type Subscriber = Latest<Channel<Event>>;

/// Forwards events until the app ends.
pub(crate) fn forward(app: &AppHandle, cx: &Context) {
    let app = app.clone();
    let mut events = cx.events();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(Event::Raise) => window::raise(&app),
                Ok(event) => send(&app, event),
                // Events were lost, so the page has to read everything again.
                Err(RecvError::Lagged(_)) => {
                    for event in REFRESH_ALL {
                        send(&app, event);
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Events on which the page reads everything again.
const REFRESH_ALL: [Event; 6] = [
    Event::AccountsChanged,
    Event::ConnectorsChanged,
    Event::WalletChanged,
    Event::HistoryChanged,
    Event::SettingsChanged,
    Event::QuestionsChanged,
];

/// Sends an event to the page, if one is loaded.
pub(crate) fn send(app: &AppHandle, event: Event) {
    let Some(page) = app.state::<Subscriber>().get() else {
        return;
    };
    if let Err(error) = page.send(event) {
        tracing::warn!(%error, "an event could not be sent to the page");
    }
}
