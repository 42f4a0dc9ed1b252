//! Permission to run programs: by flag, or by the user at the terminal.

use async_trait::async_trait;
use patchbay_model::{SecretReference, inert_word};
use patchbay_ops::{ProgramConsent, ProgramRequest, Purpose};

use crate::output::text;
use crate::prompt;
use crate::stderr::Stderr;

/// Asks at the terminal. `--yes` is not enough, because it was given before the program was known.
pub(crate) struct TerminalConsent {
    /// The references of `--allow-program`.
    pub(crate) allowed: Vec<SecretReference>,
    /// Whether the command allows the program of its connector with `--allow`.
    pub(crate) allows_server: bool,
    pub(crate) no_input: bool,
    pub(crate) stderr: Stderr,
}

#[async_trait]
impl ProgramConsent for TerminalConsent {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        let is_named = match &request.purpose {
            Purpose::Secret(reference) => self.allowed.contains(reference),
            Purpose::Server(_) => self.allows_server,
        };
        if is_named {
            return true;
        }
        if !prompt::is_interactive(self.no_input) {
            return false;
        }
        self.stderr.clear();
        // A terminal that cannot be read means no.
        prompt::confirm_lines(&question(request)).unwrap_or(false)
    }
}

/// Describes the whole program, one argument per line, and what a yes allows.
fn question(request: &ProgramRequest) -> String {
    let program = &request.program;
    let first = match &request.purpose {
        Purpose::Secret(_) => {
            "Patchbay wants to read a secret from the output of this program:".to_owned()
        }
        Purpose::Server(title) => {
            format!("{} is this program on your computer:", text::line(title))
        }
    };
    let mut lines = vec![
        first,
        format!("  program   {}", inert_word(&program.name)),
        format!("  file      {}", inert_word(&program.file)),
    ];
    for (number, argument) in program.arguments.iter().enumerate() {
        let head = if number == 0 { "arguments" } else { "" };
        lines.push(format!("  {head:<9} {}", inert_word(argument)));
    }
    if let Some(server) = &program.server {
        lines.push(format!("  folder    {}", inert_word(&server.folder)));
        for (number, variable) in server.variables.iter().enumerate() {
            let head = if number == 0 { "variables" } else { "" };
            lines.push(format!("  {head:<9} {}", inert_word(variable)));
        }
    }
    lines.push(match &request.purpose {
        Purpose::Secret(_) => "Run it now and whenever the secret is needed?".to_owned(),
        Purpose::Server(_) => {
            "It can do whatever you can. Run it now and whenever it's needed?".to_owned()
        }
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Program, ServerSurroundings};
    use patchbay_ops::Occasion;

    use super::*;

    #[test]
    fn the_question_shows_file_and_every_argument_inertly() {
        let program = Program {
            name: "pass".to_owned(),
            file: "/usr/bin/pass".to_owned(),
            arguments: vec!["show".to_owned(), "mcp\u{1b}[2J".to_owned()],
            server: None,
        };
        let reference = SecretReference::parse("cmd://pass show").unwrap();
        let request = ProgramRequest {
            purpose: Purpose::Secret(reference),
            program,
            occasion: Occasion::Given,
        };
        assert_eq!(
            question(&request),
            "Patchbay wants to read a secret from the output of this program:\n  \
             program   pass\n  \
             file      /usr/bin/pass\n  \
             arguments show\n            \
             mcp\u{fffd}[2J\n\
             Run it now and whenever the secret is needed?"
        );
        let server = ProgramRequest {
            purpose: Purpose::Server("Files".to_owned()),
            program: Program {
                server: Some(ServerSurroundings {
                    folder: "/home/ada/a\nb".to_owned(),
                    variables: vec!["API_KEY".to_owned(), "HOST=a\nb".to_owned()],
                }),
                ..request.program
            },
            occasion: Occasion::Given,
        };
        let shown = question(&server);
        assert!(
            shown.starts_with("Files is this program on your computer:\n"),
            "{shown}"
        );
        assert!(
            shown.contains("\n  folder    /home/ada/a<U+000A>b\n"),
            "{shown}"
        );
        let variables = "\n  variables API_KEY\n            HOST=a<U+000A>b\n";
        assert!(shown.contains(variables), "{shown}");
    }
}
