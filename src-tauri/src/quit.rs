//! Quitting, after asking while something runs.

use std::sync::atomic::{AtomicBool, Ordering};

use patchbay_model::{Problem, capitalize};
use patchbay_ops::{Context, count_active_runs, unsaved_problem};
use rfd::MessageLevel;
use tauri::{AppHandle, Manager};

use crate::dialog::{Question, ask, cautious_buttons};
use crate::window;

/// Quits, after asking if something would be lost.
pub(crate) fn quit(app: &AppHandle) {
    if !confirm_quit(app) {
        app.exit(0);
    }
}

/// Asks whether to quit although something is running or unsaved, and quits on a yes. Returns `false` without asking if
/// there is nothing to lose.
pub(crate) fn confirm_quit(app: &AppHandle) -> bool {
    let losses = app
        .try_state::<Context>()
        .map(|cx| (count_active_runs(&cx), unsaved_problem(&cx)));
    let (running, unsaved) = losses.unwrap_or_default();
    let Some(text) = question(running, unsaved) else {
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

/// Quits without asking at a signal that ends the process, as at a shutdown of the system, so that what is being received
/// is saved. A second one ends it at once.
#[cfg(unix)]
pub(crate) async fn quit_at_signals(app: AppHandle) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next =
        async || tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} };
    next().await;
    app.exit(0);
    next().await;
    std::process::exit(1)
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

fn question(running: usize, unsaved: Option<Problem>) -> Option<String> {
    let running = match running {
        0 => None,
        1 => Some("Something is still running. Quitting stops it.".to_owned()),
        more => Some(format!(
            "{more} things are still running. Quitting stops them."
        )),
    };
    let unsaved = unsaved.map(|problem| {
        let what = capitalize(&problem.message);
        format!("{what}. Quitting loses it, and you have to sign in again.")
    });
    let reasons: Vec<String> = [unsaved, running].into_iter().flatten().collect();
    (!reasons.is_empty()).then(|| reasons.join(" "))
}

#[cfg(test)]
mod tests {
    use patchbay_model::Code;

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
        assert_eq!(question(0, None), None);
        let one = question(1, None).unwrap();
        assert_eq!(one, "Something is still running. Quitting stops it.");
        assert!(question(2, None).unwrap().starts_with("2 things"));
    }

    #[test]
    fn sign_ins_that_are_only_in_memory_are_not_lost_without_a_question() {
        let problem = Problem::new(Code::VaultUnsaved, "couldn't save a renewed sign-in");
        let asked = question(1, Some(problem)).unwrap();
        assert_eq!(
            asked,
            "Couldn't save a renewed sign-in. Quitting loses it, and you have to sign in again. Something is still running. Quitting stops it."
        );
    }
}
