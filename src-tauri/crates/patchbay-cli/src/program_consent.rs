//! Who allows programs to be started for secrets: the person at the terminal, or the flag that names one.

use async_trait::async_trait;
use patchbay_model::{Program, SecretReference};
use patchbay_ops::{ProgramConsent, ProgramRequest};

use crate::output::text;
use crate::prompt;
use crate::stderr::Stderr;

/// Asks at the terminal. `--yes` answers other questions: it was given before anybody knew of a program.
pub(crate) struct TerminalConsent {
    /// What `--allow-program` names.
    pub(crate) allowed: Vec<SecretReference>,
    pub(crate) no_input: bool,
    pub(crate) stderr: Stderr,
}

#[async_trait]
impl ProgramConsent for TerminalConsent {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        if self.allowed.contains(&request.reference) {
            return true;
        }
        if !prompt::is_interactive(self.no_input) {
            return false;
        }
        self.stderr.clear();
        // A terminal that cannot be read has said nothing.
        prompt::confirm_lines(&question(&request.program)).unwrap_or(false)
    }
}

/// The whole program, an argument for each line, and what happens after a yes.
fn question(program: &Program) -> String {
    let mut lines = vec![
        "Patchbay wants to read a secret from the output of this program:".to_owned(),
        format!("  program   {}", text::line(&program.name)),
        format!("  file      {}", text::line(&program.file)),
    ];
    for (number, argument) in program.arguments.iter().enumerate() {
        let head = if number == 0 { "arguments" } else { "" };
        lines.push(format!("  {head:<9} {}", text::line(argument)));
    }
    lines.push("Run it now and whenever the secret is needed?".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_shows_file_and_every_argument_inertly() {
        let program = Program {
            name: "pass".to_owned(),
            file: "/usr/bin/pass".to_owned(),
            arguments: vec!["show".to_owned(), "mcp\u{1b}[2J".to_owned()],
        };
        assert_eq!(
            question(&program),
            "Patchbay wants to read a secret from the output of this program:\n  \
             program   pass\n  \
             file      /usr/bin/pass\n  \
             arguments show\n            \
             mcp\u{fffd}[2J\n\
             Run it now and whenever the secret is needed?"
        );
    }
}
