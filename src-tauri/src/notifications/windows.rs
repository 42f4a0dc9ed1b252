//! Toasts, shown under the identifier of the app's Start menu entry.

use tauri::AppHandle;
use tauri_winrt_notification::{Result, Toast};

use super::Notice;

/// As set by the installers.
const IDENTIFIER: &str = "io.patchbay.desktop";

pub(super) fn show(app: &AppHandle, notice: &Notice) -> Result<()> {
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
