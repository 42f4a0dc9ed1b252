//! The value in the user's part of the registry of Windows.

use std::io;
use std::path::Path;

use windows_registry::CURRENT_USER;

use super::HIDDEN;

const PLACE: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const NAME: &str = "Patchbay";

pub(super) fn has() -> bool {
    let key = CURRENT_USER.open(PLACE);
    key.is_ok_and(|key| key.get_string(NAME).is_ok())
}

pub(super) fn put(program: &Path) -> io::Result<()> {
    let line = format!("\"{}\" {HIDDEN}", program.display());
    let key = CURRENT_USER.create(PLACE).map_err(io::Error::from)?;
    key.set_string(NAME, line).map_err(io::Error::from)
}

pub(super) fn remove() -> io::Result<()> {
    if !has() {
        return Ok(());
    }
    let key = CURRENT_USER.create(PLACE).map_err(io::Error::from)?;
    key.remove_value(NAME).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_starts_what_was_put_there_until_it_is_removed() {
        // Whoever runs this may start Patchbay with the session.
        let before = CURRENT_USER
            .open(PLACE)
            .and_then(|key| key.get_string(NAME));
        put(Path::new(r"C:\Program Files\Patchbay\patchbay-desktop.exe")).unwrap();
        let key = CURRENT_USER.create(PLACE).unwrap();
        let line = key.get_string(NAME).unwrap();
        assert_eq!(
            line,
            r#""C:\Program Files\Patchbay\patchbay-desktop.exe" --hidden"#
        );
        assert!(has());
        remove().unwrap();
        assert!(!has());
        remove().unwrap();
        if let Ok(line) = before {
            key.set_string(NAME, line).unwrap();
        }
    }
}
