//! The tray icon: what needs the user, opening the window, switches, and quitting.

mod needs;
#[cfg(not(target_os = "linux"))]
#[path = "tray/elsewhere.rs"]
mod panel;
#[cfg(target_os = "linux")]
#[path = "tray/linux.rs"]
mod panel;

pub(crate) use needs::show_needs;

use std::time::Duration;

use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

#[cfg(windows)]
use crate::command_line::registry as search_path;
use crate::{autostart, notifications, quit, window};

const TRAY: &str = "tray";
/// macOS tints a template image to fit its menu bar; elsewhere the panel may have any colour.
#[cfg(target_os = "macos")]
const ICON: &[u8] = include_bytes!("../../icons/tray.png");
#[cfg(not(target_os = "macos"))]
const ICON: &[u8] = include_bytes!("../../icons/32x32.png");

const OPEN: &str = "open";
const AUTOSTART: &str = "autostart";
const NOTIFICATIONS: &str = "notifications";
#[cfg(windows)]
const SEARCH_PATH: &str = "search-path";
const QUIT: &str = "quit";

/// How long to wait for the panel when the session starts the app.
const PANEL_TIMEOUT: Duration = Duration::from_secs(30);
const PANEL_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Creates the tray icon once. Without one, closing the window quits the app.
pub(crate) fn make(app: &AppHandle) {
    if is_made(app) {
        return;
    }
    let app = app.clone();
    // Looking for a panel waits for the system, while the tray itself has to be created on the main thread.
    tauri::async_runtime::spawn(async move {
        if !panel::can_be_made() || !wait_for_panel().await {
            // A hidden start without a tray would show nothing at all.
            return window::raise(&app);
        }
        let handle = app.clone();
        let made = app.run_on_main_thread(move || {
            if let Err(error) = try_make(&handle) {
                tracing::warn!(%error, "there is no tray");
                window::raise(&handle);
            }
        });
        if let Err(error) = made {
            tracing::warn!(%error, "there is no tray");
        }
    });
}

/// Whether a panel shows tray icons, or soon will: a session starts its panel at the same time as the app.
async fn wait_for_panel() -> bool {
    if panel::is_shown().await {
        return true;
    }
    if !autostart::is_hidden_start() {
        return false;
    }
    let shown = async {
        while !panel::is_shown().await {
            tokio::time::sleep(PANEL_POLL_INTERVAL).await;
        }
    };
    tokio::time::timeout(PANEL_TIMEOUT, shown).await.is_ok()
}

/// Whether the tray icon was created.
pub(crate) fn is_made(app: &AppHandle) -> bool {
    app.tray_by_id(TRAY).is_some()
}

/// Whether the tray icon is shown now: the panel may have ended since it was created.
pub(crate) async fn is_shown(app: &AppHandle) -> bool {
    is_made(app) && panel::is_shown().await
}

fn try_make(app: &AppHandle) -> tauri::Result<()> {
    let open = MenuItem::with_id(app, OPEN, "Open Patchbay", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "Quit Patchbay", true, None::<&str>)?;
    let switch = |id, words, on| CheckMenuItem::with_id(app, id, words, true, on, None::<&str>);
    let starts = switch(AUTOSTART, "Start when I sign in", autostart::is_on())?;
    let notifies = switch(NOTIFICATIONS, "Notify me", notifications::is_on(app))?;
    let line = || PredefinedMenuItem::separator(app);
    let menu = Menu::with_items(app, &[&open, &line()?, &starts, &notifies, &line()?, &quit])?;
    #[cfg(windows)]
    let finds = switch(SEARCH_PATH, "Command line in PATH", search_path::is_on())?;
    #[cfg(windows)]
    menu.insert(&finds, 4)?;
    TrayIconBuilder::with_id(TRAY)
        .icon(Image::from_bytes(ICON)?)
        .icon_as_template(true)
        .tooltip("Patchbay")
        .menu(&menu)
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .on_menu_event(move |app, event| match event.id().as_ref() {
            OPEN => window::raise(app),
            AUTOSTART => apply_switch(&starts, autostart::set_enabled),
            NOTIFICATIONS => apply_switch(&notifies, |on| notifications::set_enabled(app, on)),
            #[cfg(windows)]
            SEARCH_PATH => apply_switch(&finds, |on| {
                let outcome = search_path::set_enabled(on);
                search_path::report(app, on, &outcome);
                outcome
            }),
            QUIT => quit::quit(app),
            other => needs::follow(app, other),
        })
        .on_tray_icon_event(|tray, event| {
            if matches!(event, TrayIconEvent::DoubleClick { .. }) {
                window::raise(tray.app_handle());
            }
        })
        .build(app)?;
    needs::make(app, menu)
}

/// Saves the state of a switch, or switches it back if that fails.
fn apply_switch<E: std::fmt::Display>(
    item: &CheckMenuItem<Wry>,
    set_enabled: impl FnOnce(bool) -> Result<(), E>,
) {
    // The system has toggled the item already.
    match item.is_checked().map(|on| (on, set_enabled(on))) {
        Ok((_, Ok(()))) => {}
        Ok((on, Err(error))) => {
            tracing::warn!(%error, "a switch of the tray could not be saved");
            drop(item.set_checked(!on));
        }
        Err(error) => tracing::warn!(%error, "a switch of the tray could not be read"),
    }
}
