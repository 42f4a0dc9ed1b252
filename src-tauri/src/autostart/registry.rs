//! Autostart by a value in the user's Windows registry.

use std::io;
use std::path::Path;

use windows_registry::CURRENT_USER;

use super::HIDDEN;

const KEY_PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const VALUE_NAME: &str = "Patchbay";

/// Where the Task Manager and the Settings of Windows turn values of the other key off, by an odd first byte.
const SWITCHES_PATH: &str =
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

pub(super) fn is_on(program: &Path) -> bool {
    let saved = CURRENT_USER
        .open(KEY_PATH)
        .and_then(|key| key.get_string(VALUE_NAME));
    saved.is_ok_and(|saved| saved == line(program)) && !is_turned_off()
}

fn is_turned_off() -> bool {
    let switch = CURRENT_USER
        .open(SWITCHES_PATH)
        .and_then(|key| key.get_value(VALUE_NAME));
    switch.is_ok_and(|switch| switch.first().is_some_and(|first| first % 2 == 1))
}

pub(super) fn register(program: &Path) -> io::Result<()> {
    if is_turned_off() {
        remove(SWITCHES_PATH)?;
    }
    let key = CURRENT_USER.create(KEY_PATH).map_err(io::Error::from)?;
    key.set_string(VALUE_NAME, line(program))
        .map_err(io::Error::from)
}

pub(super) fn unregister() -> io::Result<()> {
    let key = CURRENT_USER.open(KEY_PATH);
    match key.is_ok_and(|key| key.get_value(VALUE_NAME).is_ok()) {
        true => remove(KEY_PATH),
        false => Ok(()),
    }
}

fn remove(place: &str) -> io::Result<()> {
    let key = CURRENT_USER.create(place).map_err(io::Error::from)?;
    key.remove_value(VALUE_NAME).map_err(io::Error::from)
}

fn line(program: &Path) -> String {
    format!("\"{}\" {HIDDEN}", program.display())
}

#[cfg(test)]
mod tests {
    use windows_registry::Type;

    use super::*;

    #[test]
    fn the_program_starts_with_the_session_until_it_is_unregistered() {
        // Whoever runs this may start Patchbay with the session.
        let before = CURRENT_USER
            .open(KEY_PATH)
            .and_then(|key| key.get_string(VALUE_NAME));
        let program = Path::new(r"C:\Program Files\Patchbay\patchbay-desktop.exe");
        register(program).unwrap();
        let key = CURRENT_USER.create(KEY_PATH).unwrap();
        let line = key.get_string(VALUE_NAME).unwrap();
        assert_eq!(
            line,
            r#""C:\Program Files\Patchbay\patchbay-desktop.exe" --hidden"#
        );
        assert!(is_on(program));
        assert!(!is_on(Path::new(r"D:\Patchbay\patchbay-desktop.exe")));
        let switches = CURRENT_USER.create(SWITCHES_PATH).unwrap();
        for (first, on) in [(3, false), (2, true)] {
            switches
                .set_bytes(VALUE_NAME, Type::Bytes, &[first, 0, 0, 0])
                .unwrap();
            assert_eq!(is_on(program), on);
        }
        switches
            .set_bytes(VALUE_NAME, Type::Bytes, &[3, 0, 0, 0])
            .unwrap();
        register(program).unwrap();
        assert!(is_on(program));
        unregister().unwrap();
        assert!(!is_on(program));
        unregister().unwrap();
        if let Ok(line) = before {
            key.set_string(VALUE_NAME, line).unwrap();
        }
    }
}
