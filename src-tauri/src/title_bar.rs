//! What a title bar does, on macOS, where the page extends under it.

use tauri::AppHandle;

use crate::window;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DoubleClick {
    Zoom,
    Minimize,
    Nothing,
}

impl DoubleClick {
    /// Parses the setting of macOS. Zooming is the default, and has several spellings.
    fn parse(setting: Option<&str>) -> Self {
        match setting {
            Some("Minimize") => Self::Minimize,
            Some("None") => Self::Nothing,
            _ => Self::Zoom,
        }
    }
}

/// Does what the user chose for a double click on a title bar.
///
/// # Errors
/// Those of the system.
pub(crate) fn double_click(app: &AppHandle) -> tauri::Result<()> {
    let Some(window) = window::main(app) else {
        return Ok(());
    };
    match DoubleClick::parse(setting().as_deref()) {
        DoubleClick::Zoom if window.is_maximized()? => window.unmaximize(),
        DoubleClick::Zoom => window.maximize(),
        DoubleClick::Minimize => window.minimize(),
        DoubleClick::Nothing => Ok(()),
    }
}

/// The user's setting for a double click on a title bar.
#[cfg(target_os = "macos")]
fn setting() -> Option<String> {
    use objc2_foundation::{NSUserDefaults, ns_string};

    let setting = ns_string!("AppleActionOnDoubleClick");
    let chosen = NSUserDefaults::standardUserDefaults().stringForKey(setting);
    chosen.map(|chosen| chosen.to_string())
}

/// Windows have a native title bar on other systems.
#[cfg(not(target_os = "macos"))]
fn setting() -> Option<String> {
    None
}

/// Tells the page whether the window is in full screen, where it has no buttons over the page.
#[cfg(target_os = "macos")]
pub(crate) fn show_full_screen(app: &AppHandle, is_full: bool) {
    let script = format!("document.documentElement.toggleAttribute('data-full-screen', {is_full})");
    let shown = window::main(app).map(|window| window.eval(script));
    if let Some(Err(error)) = shown {
        tracing::warn!(%error, "the page could not be told of full screen");
    }
}

/// [`show_full_screen`] for a page that was just loaded.
#[cfg(target_os = "macos")]
pub(crate) fn show_now(app: &AppHandle) {
    let is_full = window::main(app).and_then(|window| window.is_fullscreen().ok());
    show_full_screen(app, is_full.unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use super::DoubleClick;

    #[test]
    fn a_double_click_follows_the_setting_and_zooms_by_default() {
        for (setting, expected) in [
            (None, DoubleClick::Zoom),
            (Some("Maximize"), DoubleClick::Zoom),
            (Some("Fill"), DoubleClick::Zoom),
            (Some("Minimize"), DoubleClick::Minimize),
            (Some("None"), DoubleClick::Nothing),
        ] {
            assert_eq!(DoubleClick::parse(setting), expected, "{setting:?}");
        }
    }
}
