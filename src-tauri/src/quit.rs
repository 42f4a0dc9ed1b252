//! Quitting, after asking while something runs.

use std::sync::atomic::{AtomicBool, Ordering};

use patchbay_ops::{Context, count_active_runs};
use rfd::MessageLevel;
use tauri::{AppHandle, Manager};

use crate::dialog::{Question, ask, cautious_buttons};
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
    let Some(text) = question(running) else {
        return false;
    };
    // On macOS the dialog is a sheet, which a hidden window would hide too.
    window::raise(app);
    let Some(asking) = Asking::begin() else {
        return true;
    };
    let (buttons, quit) = cautious_buttons("Keep running", "Quit");
    let question = Question {
        level: MessageLevel::Warning,
        title: "Quit Patchbay?",
        text,
        buttons,
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let pressed = ask(&app, question).await;
        drop(asking);
        if pressed == Some(quit) {
            app.exit(0);
        }
    });
    true
}

static IS_ASKING: AtomicBool = AtomicBool::new(false);

/// Held while the question is shown, which each Quit would show once more.
struct Asking;

impl Asking {
    fn begin() -> Option<Self> {
        let was_asking = IS_ASKING.swap(true, Ordering::AcqRel);
        (!was_asking).then(|| Self)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        IS_ASKING.store(false, Ordering::Release);
    }
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
    fn it_is_asked_once_at_a_time() {
        let asking = Asking::begin();
        assert!(asking.is_some());
        assert!(Asking::begin().is_none());
        drop(asking);
        assert!(Asking::begin().is_some());
    }

    #[test]
    fn nothing_is_asked_while_nothing_runs() {
        assert_eq!(question(0), None);
        let one = question(1).unwrap();
        assert_eq!(one, "Something is still running. Quitting stops it.");
        assert!(question(2).unwrap().starts_with("2 things"));
    }
}
