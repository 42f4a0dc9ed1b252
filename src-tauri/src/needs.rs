//! Shows what needs the user in the tray menu, and on macOS as a number on the Dock icon.

use std::time::Duration;

use patchbay_ops::{Context, Event, Need, list_needs};
use tauri::AppHandle;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::{tray, window};

/// A check of all connectors changes them one after the other.
const DEBOUNCE: Duration = Duration::from_millis(200);

/// Keeps both up to date for as long as the app runs.
pub(crate) fn follow(app: &AppHandle, cx: &Context) {
    let (app, cx) = (app.clone(), cx.clone());
    let mut events = cx.events();
    tauri::async_runtime::spawn(async move {
        loop {
            // Also before the first time, so that the window's first page is not delayed.
            while let Ok(true) = tokio::time::timeout(DEBOUNCE, wait_for_change(&mut events)).await
            {
            }
            match list_needs(&cx).await {
                Ok(needs) => show(&app, &needs),
                Err(error) => tracing::warn!(%error, "what needs the user could not be read"),
            }
            if !wait_for_change(&mut events).await {
                return;
            }
        }
    });
}

/// Waits for an event that may change the needs; `false` when there will be no more events.
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

fn show(app: &AppHandle, needs: &[Need]) {
    if let Err(error) = tray::show_needs(app, needs) {
        tracing::warn!(%error, "the tray doesn't show what needs the user");
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
