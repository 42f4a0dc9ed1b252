//! Installs the bundled command line where terminals find it.

#[cfg(any(target_os = "macos", all(test, unix)))]
pub(crate) mod link;
#[cfg(windows)]
pub(crate) mod registry;
#[cfg(any(windows, test))]
mod search_path;

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

/// Returns the command line beside the app's own program.
///
/// # Errors
/// A message for the user, when there is none or the app runs from a temporary place.
pub(crate) fn bundled_program(app: &Path) -> Result<PathBuf, String> {
    refuse_temporary(app)?;
    let program = app.with_file_name(format!("patchbay{EXE_SUFFIX}"));
    match program.is_file() {
        true => Ok(program),
        false => Err(format!("Command line not found at {}.", program.display())),
    }
}

/// Refuses a program in a temporary place: a disk image, or the copy of an app that macOS does not trust yet.
pub(crate) fn refuse_temporary(app: &Path) -> Result<(), String> {
    if app.starts_with("/Volumes") || app.iter().any(|part| part == "AppTranslocation") {
        return Err(
            "Move Patchbay to your Applications folder first, then open it there.".to_owned(),
        );
    }
    Ok(())
}

/// Shows the outcome in a native dialog.
#[cfg(any(target_os = "macos", windows))]
pub(crate) async fn show_message(app: &tauri::AppHandle, level: rfd::MessageLevel, text: String) {
    let question = crate::dialog::Question {
        level,
        title: "Command line tool",
        text,
        buttons: rfd::MessageButtons::Ok,
    };
    // On macOS it is a sheet, which a hidden window would hide too.
    crate::window::raise(app);
    crate::dialog::ask(app, question).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_in_a_temporary_place_has_no_command_line() {
        for app in [
            "/Volumes/Patchbay/Patchbay.app/Contents/MacOS/patchbay-desktop",
            "/private/var/folders/x/AppTranslocation/1/d/Patchbay.app/Contents/MacOS/patchbay-desktop",
        ] {
            let refused = bundled_program(Path::new(app)).unwrap_err();
            assert!(refused.contains("Applications"), "{refused}");
        }
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("patchbay-desktop");
        assert!(bundled_program(&app).is_err());
        let program = folder.path().join(format!("patchbay{EXE_SUFFIX}"));
        std::fs::write(&program, "").unwrap();
        assert_eq!(bundled_program(&app).unwrap(), program);
    }
}
