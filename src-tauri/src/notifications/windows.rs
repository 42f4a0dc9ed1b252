//! Toasts. They are shown under the identifier that the installers give to the app's entry in the Start menu.

use tauri::{AppHandle, Runtime};
use tauri_winrt_notification::{Result, Toast};

use super::Notice;

/// As the installers name the app to Windows.
const IDENTIFIER: &str = "io.patchbay.desktop";

pub(super) fn show<R: Runtime>(app: &AppHandle<R>, notice: &Notice) -> Result<()> {
    let (app, page) = (app.clone(), notice.page.clone());
    Toast::new(IDENTIFIER)
        .title(&notice.title)
        .text1(&notice.words)
        .on_activated(move |_| {
            super::open_page(&app, page.as_deref());
            Ok(())
        })
        .show()
}
