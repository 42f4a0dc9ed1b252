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

/// Whether the session starts this program: the app may have been moved since, or turned off in the system's settings.
pub(crate) fn is_on() -> bool {
    program().is_ok_and(|program| list::is_on(&program))
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
        _ => lasting(env::current_exe()?),
    }
}

/// The place of the app's program, where it will also be at the next start.
///
/// # Errors
/// When the program is in a temporary place.
fn lasting(program: PathBuf) -> io::Result<PathBuf> {
    #[cfg(target_os = "macos")]
    crate::command_line::refuse_temporary(&program).map_err(io::Error::other)?;
    Ok(installed_again(&program).unwrap_or(program))
}

/// The path without the mark that Linux adds to a program which a package upgrade has replaced.
fn installed_again(program: &Path) -> Option<PathBuf> {
    let path = program.to_str()?.strip_suffix(" (deleted)")?;
    (!program.exists()).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_an_upgrade_replaced_is_started_where_it_was() {
        let program = lasting("/nowhere/patchbay-desktop (deleted)".into()).unwrap();
        assert_eq!(program, Path::new("/nowhere/patchbay-desktop"));
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("patchbay (deleted)");
        std::fs::write(&odd, "").unwrap();
        assert_eq!(lasting(odd.clone()).unwrap(), odd);
    }

    #[cfg(target_os = "macos")]
    #[test]
    fn a_program_in_a_disk_image_does_not_start_with_the_session() {
        let program = "/Volumes/Patchbay/Patchbay.app/Contents/MacOS/patchbay-desktop";
        assert!(lasting(program.into()).is_err());
    }
}
