//! The question whether a program may be started for a secret, in a window of the system's own: no page can
//! answer it, cover it or change what it says.

use async_trait::async_trait;
use patchbay_model::Program;
use patchbay_ops::{Occasion, ProgramConsent, ProgramRequest};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind};
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
        let mut dialog = self
            .0
            .dialog()
            .message(message_text(&question(&request.program)))
            .title("Allow Patchbay to run this program?")
            .kind(MessageDialogKind::Warning)
            .buttons(MessageDialogButtons::OkCancelCustom(
                "Allow".to_owned(),
                "Cancel".to_owned(),
            ));
        if let Some(window) = window::main(&self.0) {
            dialog = dialog.parent(&window);
        }
        // Whoever asked may be gone when the user has answered.
        dialog.show(move |allowed| {
            answer.send(allowed).ok();
        });
        // A dialog that went away without a word is a no.
        answered.await.unwrap_or(false)
    }
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
