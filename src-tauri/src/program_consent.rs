//! The question whether a program may be started for a secret, in a window of the system's own: no page can
//! answer it, cover it or change what it says.

use async_trait::async_trait;
use patchbay_model::Program;
use patchbay_ops::{Occasion, ProgramConsent, ProgramRequest};
use rfd::{MessageButtons, MessageDialogResult, MessageLevel};
use tauri::AppHandle;

use crate::dialog::{Question, ask};

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
        let (buttons, allow) = buttons();
        let question = Question {
            level: MessageLevel::Warning,
            title: "Allow Patchbay to run this program?",
            text: question(&request.program),
            buttons,
        };
        // A dialog that went away without a word is a no.
        ask(&self.0, question).await == Some(allow)
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
}
