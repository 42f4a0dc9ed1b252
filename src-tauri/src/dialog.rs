//! Questions in a window of the system's own: no page can answer them, cover them or change what they say.

use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::{AppHandle, Runtime};
use tokio::sync::oneshot;

use crate::window;

/// What is asked.
pub(crate) struct Question {
    pub(crate) level: MessageLevel,
    pub(crate) title: &'static str,
    pub(crate) text: String,
    pub(crate) buttons: MessageButtons,
}

/// Asks the user; `None` if the dialog went away without an answer.
pub(crate) async fn ask<R: Runtime>(
    app: &AppHandle<R>,
    question: Question,
) -> Option<MessageDialogResult> {
    let (answer, answered) = oneshot::channel();
    let owner = app.clone();
    let asked = app.run_on_main_thread(move || {
        let pressed = dialog(&owner, question).show();
        // Whoever asked may be gone when the user has answered.
        tauri::async_runtime::spawn(async move { answer.send(pressed.await).ok() });
    });
    asked.ok()?;
    answered.await.ok()
}

fn dialog<R: Runtime>(app: &AppHandle<R>, question: Question) -> AsyncMessageDialog {
    let dialog = AsyncMessageDialog::new()
        .set_level(question.level)
        .set_title(question.title)
        .set_description(message_text(&question.text))
        .set_buttons(question.buttons);
    match window::main(app) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// Text as a message dialog takes it: GTK's takes it for a format string.
pub(crate) fn message_text(text: &str) -> String {
    match cfg!(any(windows, target_os = "macos")) {
        true => text.to_owned(),
        false => text.replace('%', "%%"),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn a_percent_sign_is_no_format() {
        assert_eq!(super::message_text("date +%n%s"), "date +%%n%%s");
    }
}
