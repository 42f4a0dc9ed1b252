//! The app itself: version, preferences, updates, window and clipboard.

use std::fmt::Display;

use patchbay_model::{Code, Problem};
use patchbay_ops::Event;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_clipboard_manager::ClipboardExt;

use crate::deep_link::{ProposedLink, RefusedLink};
use crate::events::Subscriber;
use crate::preferences::{self, Preferences};
use crate::updater::{self, AvailableUpdate};
use crate::{title_bar, window};

/// Facts about the app.
#[derive(Clone, Debug, serde::Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    version: String,
    /// Folder of the database and the vault.
    data_folder: String,
    /// Whether shortcuts use Command instead of Ctrl.
    mac: bool,
    /// URL of the Playground's MCP server, if one was started with the app.
    playground_url: Option<String>,
    /// Absolute redirect URL to register for the user's own OAuth app.
    redirect_uri: String,
    /// Whether this build can update itself.
    updates: bool,
}

commands! { cx =>
    /// Returns facts about the app.
    fn about(app: AppHandle) -> About = About {
        version: app.package_info().version.to_string(),
        data_folder: cx.paths().data.display().to_string(),
        mac: cfg!(target_os = "macos"),
        playground_url: std::env::var("PATCHBAY_PLAYGROUND_URL").ok(),
        redirect_uri: patchbay_ops::default_redirect_uri(),
        updates: updater::is_configured(),
    };

    /// Installs that newer version and restarts; fails while a tool runs.
    fn install_update(app: AppHandle, version: String) -> () = updater::install(&app, &cx, &version).await?;
}

commands! {
    /// Sends events to this page from now on, instead of to the page before it.
    fn subscribe_to_events(subscriber: State<'_, Subscriber>, events: Channel<Event>) -> () =
        subscriber.set(events);

    /// Takes the reason why the latest `patchbay://` link was rejected; `None` if none was, or it was taken already.
    fn take_refused_link(refused: State<'_, RefusedLink>) -> Option<Problem> = refused.take();

    /// Takes the latest `patchbay://install` link, for [`read_pasted`](super::connectors::read_pasted).
    fn take_offered_link(offered: State<'_, ProposedLink>) -> Option<String> =
        offered.take().map(String::from);

    /// Returns the newer version of Patchbay, if there is one.
    fn check_for_update(app: AppHandle) -> Option<AvailableUpdate> = updater::check(&app).await?;

    /// Loads the preferences.
    fn load_preferences(app: AppHandle) -> Preferences = preferences::load(&app)?;

    /// Saves the preferences.
    fn save_preferences(app: AppHandle, preferences: Preferences) -> () =
        preferences::save(&app, preferences)?;

    /// Moves the window with the pointer until the button is released: on macOS the window has no title bar.
    fn drag_window(app: AppHandle) -> () =
        window::drag(&app).map_err(|error| internal("couldn't move the window", error))?;

    /// Does what a double click on a title bar does: on macOS the window has none.
    fn double_click_title_bar(app: AppHandle) -> () =
        title_bar::double_click(&app).map_err(|error| internal("couldn't change the window", error))?;

    /// Copies text to the clipboard, which the web view itself may not do.
    fn copy_text(app: AppHandle, text: String) -> () = copy(&app, text)?;
}

pub(super) fn copy(app: &AppHandle, text: String) -> Result<(), Problem> {
    let copied = app.clipboard().write_text(text);
    copied.map_err(|error| internal("couldn't copy", error))
}

fn internal(message: &str, error: impl Display) -> Problem {
    Problem::new(Code::Internal, message).with_detail(error.to_string())
}
