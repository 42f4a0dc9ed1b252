//! Quitting, after asking while something runs.

use patchbay_ops::{Context, count_active_runs};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::window;

/// Quits, after asking if something is running.
pub(crate) fn quit(app: &AppHandle) {
    if !confirm_quit(app) {
        app.exit(0);
    }
}

/// Asks whether to quit although something is running, and quits on a yes. Returns `false` without asking if nothing is
/// running.
pub(crate) fn confirm_quit(app: &AppHandle) -> bool {
    let running = app
        .try_state::<Context>()
        .map_or(0, |cx| count_active_runs(&cx));
    let Some(question) = question(running) else {
        return false;
    };
    let [quit, stay] = ["Quit", "Keep running"].map(str::to_owned);
    let dialog = app
        .dialog()
        .message(question)
        .title("Quit Patchbay?")
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom(quit, stay));
    let dialog = match window::main(app) {
        Some(window) => dialog.parent(&window),
        None => dialog,
    };
    let app = app.clone();
    dialog.show(move |quits| {
        if quits {
            app.exit(0);
        }
    });
    true
}

fn question(running: usize) -> Option<String> {
    match running {
        0 => None,
        1 => Some("Something is still running. Quitting stops it.".to_owned()),
        more => Some(format!(
            "{more} things are still running. Quitting stops them."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_while_nothing_runs() {
        assert_eq!(question(0), None);
        let one = question(1).unwrap();
        assert_eq!(one, "Something is still running. Quitting stops it.");
        assert!(question(2).unwrap().starts_with("2 things"));
    }
}
