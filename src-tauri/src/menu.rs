//! The macOS menu bar: Tauri's default items, and ours.

use std::path::Path;
use std::process::Command;

use rfd::MessageLevel;
use tauri::menu::{Menu, MenuItem, MenuItemKind, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use crate::command_line::link::{LINK, Linked, link, script};
use crate::command_line::{bundled_program, show_message};
use crate::{quit, window};

const SETTINGS: &str = "settings";
const COMMAND_LINE: &str = "command-line";
/// Differs from the tray's id: both menus receive each other's events, and would ask twice.
const QUIT: &str = "quit-from-menu";

/// After "About".
const OWN_ITEMS_POSITION: usize = 2;
/// After "Hide others".
const SHOW_ALL_POSITION: usize = 6;

pub(crate) fn make(app: &AppHandle) -> tauri::Result<()> {
    let menu = Menu::default(app)?;
    let first = menu.items()?.into_iter().next();
    if let Some(own) = first.as_ref().and_then(|item| item.as_submenu()) {
        let settings = MenuItem::with_id(app, SETTINGS, "Settings…", true, Some("CmdOrCtrl+,"))?;
        let words = "Install Command Line Tool…";
        let command_line = MenuItem::with_id(app, COMMAND_LINE, words, true, None::<&str>)?;
        let line = PredefinedMenuItem::separator(app)?;
        own.insert(&PredefinedMenuItem::show_all(app, None)?, SHOW_ALL_POSITION)?;
        own.insert_items(&[&settings, &command_line, &line], OWN_ITEMS_POSITION)?;
        let quit = MenuItem::with_id(app, QUIT, "Quit Patchbay", true, Some("CmdOrCtrl+Q"))?;
        replace_last(own, &quit)?;
    }
    app.set_menu(menu)?;
    app.on_menu_event(|app, event| match event.id().as_ref() {
        SETTINGS => window::show_page(app, window::SETTINGS),
        COMMAND_LINE => install_command_line(app.clone()),
        QUIT => quit::quit(app),
        _ => {}
    });
    Ok(())
}

/// Replaces the default quit item, which ends the app without asking.
fn replace_last(own: &Submenu<Wry>, quit: &MenuItem<Wry>) -> tauri::Result<()> {
    let items = own.items()?;
    if let Some((place, MenuItemKind::Predefined(_))) = items.iter().enumerate().next_back() {
        own.remove_at(place)?;
    }
    own.append(quit)
}

fn install_command_line(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        let installed = tauri::async_runtime::spawn_blocking(install).await;
        let (level, text) = match installed {
            Ok(Ok(true)) => (MessageLevel::Info, installed_words()),
            // The user cancelled the password dialog.
            Ok(Ok(false)) => return,
            Ok(Err(words)) => (MessageLevel::Error, words),
            Err(error) => (MessageLevel::Error, error.to_string()),
        };
        show_message(&app, level, text).await;
    });
}

fn installed_words() -> String {
    format!("The command `patchbay` is ready in your terminal. It's a link at {LINK}.")
}

/// Creates the link; `false` if the user denied administrator rights.
fn install() -> Result<bool, String> {
    let app = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = bundled_program(&app)?;
    let at = Path::new(LINK);
    match link(&program, at) {
        Ok(Linked::Done) => Ok(true),
        Ok(Linked::NeedsAdministrator) => {
            let mut asking = Command::new("/usr/bin/osascript");
            let status = asking.arg("-e").arg(script(&program, at)).status();
            status
                .map(|status| status.success())
                .map_err(|error| error.to_string())
        }
        Err(error) => Err(format!("{LINK} couldn't be made: {error}.")),
    }
}
