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
        while let Some(event) = forwarded(events.recv().await) {
            match event {
                Event::Raise => window::raise(&app),
                event => send(&app, event),
            }
        }
    });
}

/// What the page is told; `None` at the end. After lost events it has to read everything again.
fn forwarded(received: Result<Event, RecvError>) -> Option<Event> {
    match received {
        Ok(event) => Some(event),
        Err(RecvError::Lagged(_)) => Some(Event::EventsLost),
        Err(RecvError::Closed) => None,
    }
}

/// Sends an event to the page, if one is loaded.
pub(crate) fn send(app: &AppHandle, event: Event) {
    let Some(page) = app.state::<Subscriber>().get() else {
        return;
    };
    if let Err(error) = page.send(event) {
        tracing::warn!(%error, "an event could not be sent to the page");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_told_that_events_were_lost() {
        let told = forwarded(Err(RecvError::Lagged(3)));
        assert!(matches!(told, Some(Event::EventsLost)), "{told:?}");
        assert!(forwarded(Err(RecvError::Closed)).is_none());
    }
}
