//! Source: freedesktop.org, "Desktop Notifications Specification".

use std::collections::HashMap;

use tauri::{AppHandle, Runtime};
use zbus::zvariant::Value;

use super::Notice;

const NAME: &str = "org.freedesktop.Notifications";

pub(super) fn show<R: Runtime>(_: &AppHandle<R>, notice: &Notice) -> zbus::Result<()> {
    let bus = zbus::blocking::Connection::session()?;
    let actions: &[&str] = &[];
    let hints = HashMap::from([("desktop-entry", Value::from("Patchbay"))]);
    let (replaces, as_long_as_usual) = (0_u32, -1_i32);
    bus.call_method(
        Some(NAME),
        "/org/freedesktop/Notifications",
        Some(NAME),
        "Notify",
        &(
            "Patchbay",
            replaces,
            "patchbay-desktop",
            notice.title.as_str(),
            without_markup(&notice.words),
            actions,
            hints,
            as_long_as_usual,
        ),
    )?;
    Ok(())
}

/// The words may hold links and pictures; ours are words.
fn without_markup(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_no_markup() {
        let shown = without_markup(r#"<a href="x">R&D</a>"#);
        assert_eq!(shown, r#"&lt;a href="x"&gt;R&amp;D&lt;/a&gt;"#);
    }
}
