//! Asks whether a program may be run, in a native dialog: no page can answer it, cover it or change its text.

use async_trait::async_trait;
use patchbay_model::{inert_line, inert_word};
use patchbay_ops::{
    Occasion, ProgramConsent, ProgramRequest, Purpose, has_open_version, runs_in_shell,
};
use rfd::{MessageButtons, MessageLevel};
use tauri::AppHandle;

use crate::dialog::{Question, ask, cautious_buttons, fits};

pub(crate) struct DialogConsent(pub(crate) AppHandle);

#[async_trait]
impl ProgramConsent for DialogConsent {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        // Users answer an unexpected question without reading it, so background work that needs a program fails
        // instead, and its error says why.
        if request.occasion != Occasion::Given {
            return false;
        }
        let text = question(request);
        // A yes would also allow what is cut off.
        if !fits(&text) {
            ask(&self.0, too_long(request)).await;
            return false;
        }
        let (buttons, allow) = cautious_buttons("Cancel", "Allow");
        let question = Question {
            level: MessageLevel::Warning,
            title: "Allow Patchbay to run this program?",
            text,
            buttons,
        };
        // A dialog that ended without an answer means no.
        ask(&self.0, question).await == Some(allow)
    }
}

fn too_long(request: &ProgramRequest) -> Question {
    let name = match &request.purpose {
        Purpose::Server(title) => inert_line(title),
        Purpose::Secret(_) => inert_line(&request.program.name),
    };
    Question {
        level: MessageLevel::Error,
        title: "This program can't be shown whole",
        text: format!(
            "The command of {name} is too long for this dialog, so Patchbay doesn't run it. Run `patchbay connector check` \
             for it in a terminal, which shows all of it, or put the command into a script."
        ),
        buttons: MessageButtons::Ok,
    }
}

/// Describes the whole program, one argument per line, and what a yes allows.
fn question(request: &ProgramRequest) -> String {
    let program = &request.program;
    let mut lines = Vec::new();
    if let Purpose::Server(title) = &request.purpose {
        lines.push(format!("Connector: {}", inert_line(title)));
    }
    lines.push(format!("Program: {}", inert_word(&program.name)));
    lines.push(format!("File: {}", inert_word(&program.file)));
    match program.arguments.as_slice() {
        [] => lines.push("No arguments".to_owned()),
        arguments => {
            lines.push("Arguments:".to_owned());
            let words = arguments.iter();
            lines.extend(words.map(|argument| format!("    {}", inert_word(argument))));
        }
    }
    if let Some(server) = &program.server {
        lines.push(format!("Folder: {}", inert_word(&server.folder)));
        if !server.variables.is_empty() {
            lines.push("Variables:".to_owned());
            let variables = server.variables.iter();
            lines.extend(variables.map(|variable| format!("    {}", inert_word(variable))));
        }
    }
    if runs_in_shell(request) {
        lines.push("Shell: runs the text above".to_owned());
    }
    if has_open_version(request) {
        lines.push("Version: not fixed, so any start may run newer code".to_owned());
    }
    lines.push(String::new());
    lines.push(
        match &request.purpose {
            Purpose::Secret(_) => {
                "A secret is read from its output. Patchbay runs it now, and again whenever the secret is \
                 needed. Allow it only if you entered it yourself."
            }
            Purpose::Server(_) => {
                "It can do whatever you can on this computer. Patchbay runs it now, and again whenever the \
                 connector is used. Allow it only if you trust it."
            }
        }
        .to_owned(),
    );
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Program, SecretReference, ServerSurroundings};

    use super::*;

    #[test]
    fn the_question_shows_file_and_every_argument() {
        let program = Program {
            name: "pass".to_owned(),
            file: "/usr/bin/pass".to_owned(),
            arguments: vec!["show".to_owned(), "mcp/token".to_owned()],
            server: None,
        };
        let reference = SecretReference::parse("cmd://pass show").unwrap();
        let request = ProgramRequest {
            purpose: Purpose::Secret(reference),
            program,
            occasion: Occasion::Given,
        };
        let shown = question(&request);
        let head = "Program: pass\nFile: /usr/bin/pass\nArguments:\n    show\n    mcp/token\n\n";
        assert!(shown.starts_with(head), "{shown}");
    }

    #[test]
    fn what_a_dialog_cannot_show_whole_is_not_asked() {
        let mut program = Program {
            name: "npx".to_owned(),
            file: "/usr/bin/npx".to_owned(),
            arguments: vec!["-y".to_owned(); 20],
            server: None,
        };
        let is_asked = |program: &Program| {
            fits(&question(&ProgramRequest {
                purpose: Purpose::Server("Files".to_owned()),
                program: program.clone(),
                occasion: Occasion::Given,
            }))
        };
        assert!(is_asked(&program));
        program.arguments.push("x".repeat(1_000));
        assert!(!is_asked(&program), "one long word");
        program.arguments = vec!["語".repeat(900)];
        assert!(!is_asked(&program), "wide characters");
        program.arguments = vec!["-y".to_owned(); 40];
        assert!(!is_asked(&program), "many words");
    }

    #[test]
    fn no_text_of_a_server_can_look_like_another_line() {
        let request = ProgramRequest {
            purpose: Purpose::Server("Files".to_owned()),
            program: Program {
                name: "npx".to_owned(),
                file: "/usr/bin/npx".to_owned(),
                arguments: vec!["-y\nFolder: /safe".to_owned()],
                server: Some(ServerSurroundings {
                    folder: "/home/ada".to_owned(),
                    variables: ["API_KEY", "MODE=safe"].map(str::to_owned).to_vec(),
                }),
            },
            occasion: Occasion::Given,
        };
        let mut unfixed = request.clone();
        unfixed.program.arguments = vec!["server".to_owned()];
        let version = "\nVersion: not fixed, so any start may run newer code\n\n";
        assert!(question(&unfixed).contains(version));
        let mut shell = request.clone();
        shell.program.name = "bash".to_owned();
        shell.program.arguments = ["-c", "npx server"].map(str::to_owned).to_vec();
        assert!(question(&shell).contains("\nShell: runs the text above\n\n"));
        let shown = question(&request);
        let head = "Connector: Files\nProgram: npx\nFile: /usr/bin/npx\nArguments:\n    -y<U+000A>Folder: /safe\n\
                    Folder: /home/ada\nVariables:\n    API_KEY\n    MODE=safe\n\n";
        assert!(shown.starts_with(head), "{shown}");
    }
}
