//! Autostart by a value in the user's Windows registry.

use std::io;
use std::path::Path;

use windows_registry::CURRENT_USER;

use super::HIDDEN;

const KEY_PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const VALUE_NAME: &str = "Patchbay";

pub(super) fn is_registered() -> bool {
    let key = CURRENT_USER.open(KEY_PATH);
    key.is_ok_and(|key| key.get_string(VALUE_NAME).is_ok())
}

pub(super) fn register(program: &Path) -> io::Result<()> {
    let line = format!("\"{}\" {HIDDEN}", program.display());
    let key = CURRENT_USER.create(KEY_PATH).map_err(io::Error::from)?;
    key.set_string(VALUE_NAME, line).map_err(io::Error::from)
}

pub(super) fn unregister() -> io::Result<()> {
    if !is_registered() {
        return Ok(());
    }
    let key = CURRENT_USER.create(KEY_PATH).map_err(io::Error::from)?;
    key.remove_value(VALUE_NAME).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_starts_with_the_session_until_it_is_unregistered() {
        // Whoever runs this may start Patchbay with the session.
        let before = CURRENT_USER
            .open(KEY_PATH)
            .and_then(|key| key.get_string(VALUE_NAME));
        register(Path::new(r"C:\Program Files\Patchbay\patchbay-desktop.exe")).unwrap();
        let key = CURRENT_USER.create(KEY_PATH).unwrap();
        let line = key.get_string(VALUE_NAME).unwrap();
        assert_eq!(
            line,
            r#""C:\Program Files\Patchbay\patchbay-desktop.exe" --hidden"#
        );
        assert!(is_registered());
        unregister().unwrap();
        assert!(!is_registered());
        unregister().unwrap();
        if let Ok(line) = before {
            key.set_string(VALUE_NAME, line).unwrap();
        }
    }
}
