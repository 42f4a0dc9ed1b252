//! The tray: what needs a person, the way back to a closed window, what happens while there is none, and the way
//! out.

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
use tauri::{AppHandle, Runtime};

#[cfg(windows)]
use crate::command_line::registry as search_path;
use crate::{autostart, notifications, quit, window};

const TRAY: &str = "tray";
/// macOS tints a shape to fit its menu bar; elsewhere the panel may be of any colour.
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

/// How long the session may take to start its panel.
const PANEL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long between looks for it.
const PANEL_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Makes the tray, once. Where the system has none, the window closes for good instead.
pub(crate) fn make<R: Runtime>(app: &AppHandle<R>) {
    if is_made(app) {
        return;
    }
    let app = app.clone();
    // Asking the system means waiting for it; the tray itself belongs to the main thread.
    tauri::async_runtime::spawn(async move {
        if !panel::can_be_made() || !wait_for_panel().await {
            // Without a tray, a hidden start would show nothing at all.
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

/// Whether a panel shows trays, or soon will: the session that starts us starts it at the same time.
async fn wait_for_panel() -> bool {
    if panel::is_shown().await {
        return true;
    }
    if !autostart::is_hidden_start() {
        return false;
    }
    let coming = async {
        while !panel::is_shown().await {
            tokio::time::sleep(PANEL_POLL_INTERVAL).await;
        }
    };
    tokio::time::timeout(PANEL_TIMEOUT, coming).await.is_ok()
}

/// Whether the tray was made.
pub(crate) fn is_made<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.tray_by_id(TRAY).is_some()
}

/// Whether there is a way back to a closed window now: a panel may have gone since the tray was made.
pub(crate) async fn is_there<R: Runtime>(app: &AppHandle<R>) -> bool {
    is_made(app) && panel::is_shown().await
}

fn try_make<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
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
                let turned = search_path::set_enabled(on);
                search_path::report(app, on, &turned);
                turned
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

/// Keeps what the user switched, or switches it back where it cannot be kept.
fn apply_switch<R: Runtime, E: std::fmt::Display>(
    item: &CheckMenuItem<R>,
    turn: impl FnOnce(bool) -> Result<(), E>,
) {
    // The system has switched it already.
    let kept = item.is_checked().map(|on| (on, turn(on)));
    match kept {
        Ok((_, Ok(()))) => {}
        Ok((on, Err(error))) => {
            tracing::warn!(%error, "a switch of the tray could not be kept");
            drop(item.set_checked(!on));
        }
        Err(error) => tracing::warn!(%error, "a switch of the tray could not be read"),
    }
}
