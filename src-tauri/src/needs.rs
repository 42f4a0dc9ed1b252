//! What waits for a person, in the menu of the tray, and on macOS by a number on the icon in the Dock.

use std::time::Duration;

use patchbay_ops::{Context, Event, Need, list_needs};
use tauri::{AppHandle, Runtime};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::{tray, window};

/// Debounce interval: a check of all connectors changes them one after the other.
const DEBOUNCE: Duration = Duration::from_millis(200);

/// Shows it for as long as the app runs.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, cx: &Context) {
    let (app, cx) = (app.clone(), cx.clone());
    let mut events = cx.events();
    tauri::async_runtime::spawn(async move {
        loop {
            // The first time too: at the start the window's first page comes before.
            while let Ok(true) = tokio::time::timeout(DEBOUNCE, wait_for_change(&mut events)).await
            {
            }
            match list_needs(&cx).await {
                Ok(needs) => show(&app, &needs),
                Err(error) => tracing::warn!(%error, "what needs a person could not be read"),
            }
            if !wait_for_change(&mut events).await {
                return;
            }
        }
    });
}

/// Waits until there may be other needs; `false` when nothing will change any more.
async fn wait_for_change(events: &mut Receiver<Event>) -> bool {
    loop {
        match events.recv().await {
            Ok(
                Event::NeedArose { .. }
                | Event::AccountsChanged
                | Event::ConnectorsChanged
                | Event::ConnectorChanged { .. }
                | Event::WalletChanged
                | Event::SettingsChanged
                | Event::VaultChanged { .. },
            )
            | Err(RecvError::Lagged(_)) => return true,
            Ok(_) => {}
            Err(RecvError::Closed) => return false,
        }
    }
}

fn show<R: Runtime>(app: &AppHandle<R>, needs: &[Need]) {
    if let Err(error) = tray::show_needs(app, needs) {
        tracing::warn!(%error, "the tray doesn't show what needs a person");
    }
    if !cfg!(target_os = "macos") {
        return;
    }
    let number = i64::try_from(needs.len()).ok().filter(|number| *number > 0);
    let counted = window::main(app).map(|window| window.set_badge_count(number));
    if let Some(Err(error)) = counted {
        tracing::warn!(%error, "the number on the icon could not be changed");
    }
}
