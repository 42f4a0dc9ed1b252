//! Starting the app in the tray when the user's session starts.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(windows)]
#[path = "autostart/registry.rs"]
mod list;
#[cfg(not(windows))]
#[path = "autostart/file.rs"]
mod list;

/// Argument that starts the app without showing its window.
const HIDDEN: &str = "--hidden";

/// Whether the session started the app, not the user.
pub(crate) fn is_hidden_start() -> bool {
    env::args_os().skip(1).any(|argument| argument == HIDDEN)
}

pub(crate) fn is_on() -> bool {
    list::is_registered()
}

pub(crate) fn set_enabled(on: bool) -> io::Result<()> {
    if on {
        list::register(&program()?)
    } else {
        list::unregister()
    }
}

/// The program to start: the AppImage, if the app runs from one.
fn program() -> io::Result<PathBuf> {
    match env::var_os("APPIMAGE").filter(|image| Path::new(image).is_absolute()) {
        Some(image) if cfg!(target_os = "linux") => Ok(image.into()),
        _ => env::current_exe(),
    }
}
