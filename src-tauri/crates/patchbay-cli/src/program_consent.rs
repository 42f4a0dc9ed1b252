//! Permission to run programs: by flag, or by the user at the terminal.

use async_trait::async_trait;
use patchbay_model::{SecretReference, inert_word};
use patchbay_ops::{ProgramConsent, ProgramRequest, Purpose, has_open_version, runs_in_shell};

use crate::output::text;
use crate::prompt;
use crate::stderr::Stderr;

/// Asks at the terminal. `--yes` is not enough, because it was given before the program was known.
pub(crate) struct TerminalConsent {
    /// The references of `--allow-program`.
    pub(crate) allowed: Vec<SecretReference>,
    /// Whether the command allows the program of its connector with `--allow`.
    pub(crate) allows_server: bool,
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
        if !prompt::is_interactive() {
            return false;
        }
        // Another program may be starting.
        let _paused = self.stderr.pause();
        // A terminal that cannot be read means no.
        prompt::confirm_lines(&question(request, prompt::columns())).unwrap_or(false)
    }
}

/// Columns before the further rows of a word: none begins a line, or where another word begins.
const FURTHER_INDENT: usize = 14;

/// What is said of a server whose command doesn't fix its version.
const OPEN_VERSION: &str = "not fixed, so any start may run newer code";

/// Number of rows that a terminal surely shows at once.
const SHOWN_ROWS: usize = 20;

fn push_word(lines: &mut Vec<String>, head: &str, word: &str, columns: usize) {
    let word = inert_word(word);
    for (number, row) in text::wrap(&word, columns - FURTHER_INDENT)
        .iter()
        .enumerate()
    {
        lines.push(match number {
            0 => format!("  {head:<9} {row}"),
            _ => format!("{:FURTHER_INDENT$}{row}", ""),
        });
    }
}

/// Describes the whole program, one argument per line, and what a yes allows.
fn question(request: &ProgramRequest, columns: usize) -> String {
    let program = &request.program;
    let first = match &request.purpose {
        Purpose::Secret(_) => {
            "Patchbay wants to read a secret from the output of this program:".to_owned()
        }
        Purpose::Server(title) => {
            format!(
                "The server \"{}\" is this program on your computer:",
                text::line(title)
            )
        }
    };
    let mut lines = vec![first];
    let mut say = |head: &str, word: &str| push_word(&mut lines, head, word, columns);
    say("program", &program.name);
    say("file", &program.file);
    for (number, argument) in program.arguments.iter().enumerate() {
        say(if number == 0 { "arguments" } else { "" }, argument);
    }
    if let Some(server) = &program.server {
        say("folder", &server.folder);
        for (number, variable) in server.variables.iter().enumerate() {
            say(if number == 0 { "variables" } else { "" }, variable);
        }
    }
    if runs_in_shell(request) {
        push_word(&mut lines, "shell", "runs the text above", columns);
    }
    if has_open_version(request) {
        push_word(&mut lines, "version", OPEN_VERSION, columns);
    }
    if lines.len() > SHOWN_ROWS {
        lines.push(format!(
            "These are {} lines. Scroll up to read all of them.",
            lines.len()
        ));
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
            question(&request, 80),
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
        let shown = question(&server, 80);
        assert!(
            shown.starts_with("The server \"Files\" is this program on your computer:\n"),
            "{shown}"
        );
        assert!(
            shown.contains("\n  folder    /home/ada/a<U+000A>b\n"),
            "{shown}"
        );
        let variables = "\n  variables API_KEY\n            HOST=a<U+000A>b\n";
        assert!(shown.contains(variables), "{shown}");
        assert!(!shown.contains("version"), "{shown}");

        let mut open = server;
        open.program.name = "npx".to_owned();
        let version = "\n  version   not fixed, so any start may run newer code\nIt can do";
        assert!(
            question(&open, 80).contains(version),
            "{}",
            question(&open, 80)
        );

        let mut shell = open;
        shell.program.name = "bash".to_owned();
        shell.program.arguments = vec!["-c".to_owned(), "npx server".to_owned()];
        let shown = question(&shell, 80);
        let line = "\n  shell     runs the text above\nIt can do";
        assert!(shown.contains(line), "{shown}");
    }

    #[test]
    fn no_word_moves_another_out_of_sight_or_looks_like_a_line_of_ours() {
        let hidden = format!("a{}Run it now? {}", " ".repeat(300), "x ".repeat(200));
        let program = Program {
            name: "npx".to_owned(),
            file: "/usr/bin/npx".to_owned(),
            arguments: vec![hidden, "語".repeat(100)],
            server: None,
        };
        let request = ProgramRequest {
            purpose: Purpose::Server("Patchbay".to_owned()),
            program,
            occasion: Occasion::Given,
        };
        let shown = question(&request, 60);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(
            lines[0],
            "The server \"Patchbay\" is this program on your computer:"
        );
        assert!(
            lines[3].starts_with("  arguments a<300 spaces>Run"),
            "{shown}"
        );
        let last = lines.len() - 1;
        for line in &lines[1..last] {
            assert!(text::width(line) <= 60, "{line}");
            assert!(line.starts_with("  "), "{line}");
        }
        assert_eq!(shown.matches('語').count(), 100);

        let request = ProgramRequest {
            program: Program {
                arguments: vec!["x".repeat(2_000)],
                ..request.program
            },
            ..request
        };
        let shown = question(&request, 60);
        assert!(
            shown.contains(" lines. Scroll up to read all of them.\n"),
            "{shown}"
        );
    }
}
