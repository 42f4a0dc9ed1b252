//! Native message dialogs: no page can answer them, cover them or change their text.

use patchbay_model::{Problem, sentence};
use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::AppHandle;
use tokio::sync::oneshot;

use crate::window;

pub(crate) struct Question {
    pub(crate) level: MessageLevel,
    pub(crate) title: &'static str,
    pub(crate) text: String,
    pub(crate) buttons: MessageButtons,
}

/// Returns the pressed button; `None` if the dialog ended without an answer.
pub(crate) async fn ask(app: &AppHandle, question: Question) -> Option<MessageDialogResult> {
    let (sender, receiver) = oneshot::channel();
    let owner = app.clone();
    let shown = app.run_on_main_thread(move || {
        let pressed = dialog(&owner, question).show();
        // The receiver may be gone by then.
        tauri::async_runtime::spawn(async move { sender.send(pressed.await).ok() });
    });
    shown.ok()?;
    receiver.await.ok()
}

/// Buttons that do nothing or `act`, and the result that means the act. Its button is not focused first, so that a key
/// press meant for the window does not press it. GTK focuses No, and reports closing as the second custom button; other
/// systems focus the first button. The dialog plugin can't tell closing from the second button on any system, hence
/// `rfd`.
pub(crate) fn cautious_buttons(leave: &str, act: &str) -> (MessageButtons, MessageDialogResult) {
    if cfg!(target_os = "linux") {
        return (MessageButtons::YesNo, MessageDialogResult::Yes);
    }
    let [leave, act] = [leave, act].map(str::to_owned);
    (
        MessageButtons::OkCancelCustom(leave, act.clone()),
        MessageDialogResult::Custom(act),
    )
}

fn dialog(app: &AppHandle, question: Question) -> AsyncMessageDialog {
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

/// Whether a dialog can show the whole text. Native dialogs don't scroll: more would leave their buttons off the screen.
pub(crate) fn fits(text: &str) -> bool {
    let rows = text.lines().map(|line| 1 + columns(line) / ROW_COLUMNS);
    rows.sum::<usize>() <= MAX_ROWS
}

/// Counts every character outside ASCII as a wide one, as those of Chinese, Japanese and Korean are.
fn columns(line: &str) -> usize {
    let columns = line.chars().map(|sign| if sign.is_ascii() { 1 } else { 2 });
    columns.sum()
}

/// Size of a dialog on a small screen.
const ROW_COLUMNS: usize = 60;
const MAX_ROWS: usize = 30;

/// The message of a problem as a sentence, and its hint.
pub(crate) fn problem_text(problem: &Problem) -> String {
    let message = sentence(&problem.message, problem.code);
    match &problem.hint {
        Some(hint) => format!("{message}\n\n{hint}"),
        None => message,
    }
}

/// Escapes the text of a message dialog: GTK uses it as a format string.
pub(crate) fn message_text(text: &str) -> String {
    match cfg!(any(windows, target_os = "macos")) {
        true => text.to_owned(),
        false => text.replace('%', "%%"),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Problem};

    #[test]
    fn a_message_begins_with_a_capital_unless_it_is_an_address() {
        let text = |message: &str| super::problem_text(&Problem::new(Code::Internal, message));
        assert_eq!(text("couldn't start"), "Couldn't start.");
        assert_eq!(text("mistral.ai is down"), "mistral.ai is down.");
        let hinted = Problem::new(Code::Internal, "it failed").with_hint("Try again.");
        assert_eq!(super::problem_text(&hinted), "It failed.\n\nTry again.");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_percent_sign_is_no_format() {
        assert_eq!(super::message_text("date +%n%s"), "date +%%n%%s");
    }
}
