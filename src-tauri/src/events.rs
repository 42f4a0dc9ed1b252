//! Forwards events to the page, over a channel that it provides. Tauri's own events would let the page listen to those
//! of plugins as well, such as the callback URL of a sign-in, which no page may see.

use std::sync::{Mutex, PoisonError};

use patchbay_ops::{Context, Event};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::broadcast::error::RecvError;

use crate::window;

/// The page that shows now; a page that was loaded anew takes the place of the one before.
#[derive(Default)]
pub(crate) struct Subscriber(Mutex<Option<Channel<Event>>>);

impl Subscriber {
    /// Sends to this page from now on.
    pub(crate) fn replace(&self, page: Channel<Event>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
    }

    fn page(&self) -> Option<Channel<Event>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Forwards events until the app ends.
pub(crate) fn forward<R: Runtime>(app: &AppHandle<R>, cx: &Context) {
    let app = app.clone();
    let mut events = cx.events();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(Event::Raise) => window::raise(&app),
                Ok(event) => send(&app, event),
                // Which were lost nobody knows: whoever fell behind reads everything anew.
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

/// The events upon which all that is shown is read again.
fn everything() -> [Event; 6] {
    [
        Event::AccountsChanged,
        Event::ConnectorsChanged,
        Event::WalletChanged,
        Event::HistoryChanged,
        Event::SettingsChanged,
        Event::QuestionsChanged,
    ]
}

/// Sends one event to the page, if there is one yet.
pub(crate) fn send<R: Runtime>(app: &AppHandle<R>, event: Event) {
    let Some(page) = app.state::<Subscriber>().page() else {
        return;
    };
    if let Err(error) = page.send(event) {
        tracing::warn!(%error, "an event could not be sent to the page");
    }
}
