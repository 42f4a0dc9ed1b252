//! Quitting, with a question before it while something runs.

use patchbay_ops::{Context, count_active_runs};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::window;

/// Ends Patchbay, once the user agrees to what ends with it.
pub(crate) fn quit<R: Runtime>(app: &AppHandle<R>) {
    if !confirm_quit(app) {
        app.exit(0);
    }
}

/// Asks whether to end although something runs, and ends on a yes; `false` where there is nothing to ask.
pub(crate) fn confirm_quit<R: Runtime>(app: &AppHandle<R>) -> bool {
    let under_way = app
        .try_state::<Context>()
        .map_or(0, |cx| count_active_runs(&cx));
    let Some(words) = question(under_way) else {
        return false;
    };
    let buttons = ["Quit", "Keep running"].map(str::to_owned);
    let [quit, stay] = buttons;
    let dialog = app
        .dialog()
        .message(words)
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

fn question(under_way: usize) -> Option<String> {
    match under_way {
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
