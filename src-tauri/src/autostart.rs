//! Starting with the user's session, in the tray: each system's own list of what it starts.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(windows)]
#[path = "autostart/registry.rs"]
mod list;
#[cfg(not(windows))]
#[path = "autostart/file.rs"]
mod list;

/// What tells the app that nobody asked for its window.
const HIDDEN: &str = "--hidden";

/// Whether this start is the session's, and not a person's.
pub(crate) fn is_hidden_start() -> bool {
    env::args_os().skip(1).any(|argument| argument == HIDDEN)
}

/// Whether the app starts with the session.
pub(crate) fn is_on() -> bool {
    list::is_registered()
}

/// Starts the app with the session from now on, or does so no longer.
///
/// # Errors
/// The system's own.
pub(crate) fn set_enabled(on: bool) -> io::Result<()> {
    if on {
        list::register(&program()?)
    } else {
        list::unregister()
    }
}

/// The program as it is to be started: an AppImage is more than the file that runs from it.
fn program() -> io::Result<PathBuf> {
    match env::var_os("APPIMAGE").filter(|image| Path::new(image).is_absolute()) {
        Some(image) if cfg!(target_os = "linux") => Ok(image.into()),
        _ => env::current_exe(),
    }
}
