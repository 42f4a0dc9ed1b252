//! The command line in the user's `Path` on Windows. Most programs read it when the session starts; those that read the
//! registry themselves, such as Windows Terminal for a new tab, see it at once.

use std::env;
use std::io;

use rfd::MessageLevel;
use tauri::AppHandle;
use windows_registry::{CURRENT_USER, Key, Type};

use super::{bundled_program, search_path, show_message};

const KEY_PATH: &str = "Environment";
const VALUE_NAME: &str = "Path";

/// `ERROR_FILE_NOT_FOUND`: there is no such value.
const NOT_FOUND: i32 = 0x8007_0002_u32.cast_signed();

/// Maximum length of a variable; Windows ignores longer ones.
const MAX_UTF16_UNITS: usize = 32_766;

const ADDED: &str = "The command `patchbay` is ready in new terminals. If a terminal doesn't find it, sign out of \
                     Windows and in again.";

/// Whether the folder of the command line is in the `Path`.
pub(crate) fn is_on() -> bool {
    folder().is_ok_and(|folder| has(KEY_PATH, &folder).unwrap_or(false))
}

/// Adds the folder of the command line to the `Path`, or removes it.
///
/// # Errors
/// When there is no command line beside the app, or the registry value cannot be changed.
pub(crate) fn set_enabled(on: bool) -> io::Result<()> {
    set_in(KEY_PATH, &folder()?, on)
}

/// Shows the outcome, unless the user sees it anyway.
pub(crate) fn report(app: &AppHandle, on: bool, outcome: &io::Result<()>) {
    let (level, text) = match outcome {
        Ok(()) if !on => return,
        Ok(()) => (MessageLevel::Info, ADDED.to_owned()),
        Err(error) => {
            let text = format!("Your PATH couldn't be changed: {error}.");
            (MessageLevel::Error, text)
        }
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move { show_message(&app, level, text).await });
}

fn folder() -> io::Result<String> {
    let program = bundled_program(&env::current_exe()?)
        .map_err(|_| io::Error::other("command line not found beside the app"))?;
    let folder = program.parent().and_then(|folder| folder.to_str());
    // These have a special meaning in the value.
    let folder = folder.filter(|folder| !folder.contains([';', '%', '"']));
    let folder =
        folder.ok_or_else(|| io::Error::other("the name of Patchbay's folder can't be in it"))?;
    Ok(folder.to_owned())
}

fn has(place: &str, folder: &str) -> io::Result<bool> {
    let (_, path) = read(&CURRENT_USER.open(place)?)?;
    Ok(search_path::contains(&path, folder, variable))
}

fn set_in(place: &str, folder: &str, on: bool) -> io::Result<()> {
    let key = CURRENT_USER.create(place)?;
    let (kind, path) = read(&key)?;
    let changed = match on {
        true => search_path::add(&path, folder, variable),
        false => search_path::remove(&path, folder, variable),
    };
    match changed {
        None => {}
        Some(path) if path.is_empty() => key.remove_value(VALUE_NAME)?,
        Some(path) if path.encode_utf16().count() > MAX_UTF16_UNITS => {
            return Err(io::Error::other("it would be longer than Windows allows"));
        }
        Some(path) if kind == Type::String => key.set_string(VALUE_NAME, path)?,
        Some(path) => key.set_expand_string(VALUE_NAME, path)?,
    }
    Ok(())
}

/// Returns the value and its type; an empty one with variables if there is none.
///
/// # Errors
/// Those of the system, and when the value is not text, which could not be restored.
fn read(key: &Key) -> io::Result<(Type, String)> {
    match key.get_value(VALUE_NAME) {
        Ok(value) => Ok((value.ty(), value.try_into()?)),
        Err(error) if error.code().0 == NOT_FOUND => Ok((Type::ExpandString, String::new())),
        Err(error) => Err(error.into()),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that Windows ignores.
    const TRIED: &str = r"Software\Patchbay test of Path";
    const FOLDER: &str = r"C:\Program Files\Patchbay";

    #[test]
    fn a_folder_is_added_to_the_registry_and_removed_and_the_rest_is_unchanged() {
        let key = CURRENT_USER.create(TRIED).unwrap();
        let set_enabled = |on| set_in(TRIED, FOLDER, on).unwrap();
        let now = || {
            let (kind, path) = read(&key).unwrap();
            assert_eq!(has(TRIED, FOLDER).unwrap(), path.contains(FOLDER));
            (kind, path)
        };
        let usual = r"%USERPROFILE%\bin;D:\ä";
        let added = format!("{usual};{FOLDER}");
        key.set_expand_string(VALUE_NAME, usual).unwrap();
        for (on, expected) in [
            (true, added.as_str()),
            (true, added.as_str()),
            (false, usual),
            (false, usual),
        ] {
            set_enabled(on);
            assert_eq!(now(), (Type::ExpandString, expected.to_owned()));
        }
        key.set_string(VALUE_NAME, r"D:\b").unwrap();
        set_enabled(true);
        assert_eq!(now(), (Type::String, format!(r"D:\b;{FOLDER}")));
        key.remove_value(VALUE_NAME).unwrap();
        set_enabled(true);
        assert_eq!(now(), (Type::ExpandString, FOLDER.to_owned()));
        set_enabled(false);
        assert!(key.get_value(VALUE_NAME).is_err());

        let long = "a".repeat(MAX_UTF16_UNITS);
        key.set_expand_string(VALUE_NAME, &long).unwrap();
        assert!(set_in(TRIED, FOLDER, true).is_err());
        assert_eq!(now(), (Type::ExpandString, long));
        key.set_u32(VALUE_NAME, 7).unwrap();
        assert!(set_in(TRIED, FOLDER, true).is_err());
        assert_eq!(key.get_u32(VALUE_NAME).unwrap(), 7);
        CURRENT_USER.remove_tree(TRIED).unwrap();
    }
}
