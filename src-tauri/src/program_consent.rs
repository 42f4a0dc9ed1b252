//! The question whether a program may be started for a secret, in a window of the system's own: no page can
//! answer it, cover it or change what it says.

use async_trait::async_trait;
use patchbay_model::Program;
use patchbay_ops::{Occasion, ProgramConsent, ProgramRequest};
use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::{AppHandle, Runtime};
use tokio::sync::oneshot;

use crate::window;

/// Asks whoever sits in front of the app.
pub(crate) struct DialogConsent(pub(crate) AppHandle);

#[async_trait]
impl ProgramConsent for DialogConsent {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        // A question that nobody expects is answered without being read: what needs a program in the
        // background fails, and says what it needs.
        if request.occasion != Occasion::Given {
            return false;
        }
        let (answer, answered) = oneshot::channel();
        let (app, text) = (self.0.clone(), message_text(&question(&request.program)));
        let (buttons, allow) = buttons();
        let asked = self.0.run_on_main_thread(move || {
            let pressed = dialog(&app, &text, buttons).show();
            // Whoever asked may be gone when the user has answered.
            tauri::async_runtime::spawn(async move { answer.send(pressed.await).ok() });
        });
        // A dialog that went away without a word is a no.
        asked.is_ok() && answered.await.is_ok_and(|pressed| pressed == allow)
    }
}

fn dialog<R: Runtime>(
    app: &AppHandle<R>,
    text: &str,
    buttons: MessageButtons,
) -> AsyncMessageDialog {
    let dialog = AsyncMessageDialog::new()
        .set_level(MessageLevel::Warning)
        .set_title("Allow Patchbay to run this program?")
        .set_description(text)
        .set_buttons(buttons);
    match window::main(app) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// The buttons, and which of them is a yes: the one that has not the focus at first, for a key that was meant
/// for the window must not be a yes. GTK puts its no first, and takes closing for the second of buttons with
/// words of one's own; the others put what is named first first. The dialog plugin knows no difference
/// between closing and the second button on any system.
fn buttons() -> (MessageButtons, MessageDialogResult) {
    if cfg!(target_os = "linux") {
        return (MessageButtons::YesNo, MessageDialogResult::Yes);
    }
    let [cancel, allow] = ["Cancel", "Allow"].map(str::to_owned);
    (
        MessageButtons::OkCancelCustom(cancel, allow.clone()),
        MessageDialogResult::Custom(allow),
    )
}

/// The whole program, an argument for each line, and what happens after a yes.
fn question(program: &Program) -> String {
    let mut lines = vec![
        format!("Program: {}", program.name),
        format!("File: {}", program.file),
    ];
    match program.arguments.as_slice() {
        [] => lines.push("No arguments".to_owned()),
        arguments => {
            lines.push("Arguments:".to_owned());
            lines.extend(arguments.iter().map(|argument| format!("    {argument}")));
        }
    }
    lines.push(String::new());
    lines.push(
        "A secret is read from its output. Patchbay runs it now, and again whenever the secret is needed. \
         Allow it only if you entered it yourself."
            .to_owned(),
    );
    lines.join("\n")
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
    use super::*;

    #[test]
    fn the_question_shows_file_and_every_argument() {
        let program = Program {
            name: "pass".to_owned(),
            file: "/usr/bin/pass".to_owned(),
            arguments: vec!["show".to_owned(), "mcp/token".to_owned()],
        };
        let shown = question(&program);
        let head = "Program: pass\nFile: /usr/bin/pass\nArguments:\n    show\n    mcp/token\n\n";
        assert!(shown.starts_with(head), "{shown}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_percent_sign_is_no_format() {
        assert_eq!(message_text("date +%n%s"), "date +%%n%%s");
    }
}
