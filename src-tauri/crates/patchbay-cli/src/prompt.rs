//! Prompts at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use patchbay_model::Secret;

use crate::failure::Failure;
use crate::output::{self, text};

pub(crate) fn is_interactive(no_input: bool) -> bool {
    !no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Columns of the terminal where questions are shown.
pub(crate) fn columns() -> usize {
    output::columns(std::io::stderr()).map_or(80, |columns| columns.max(40))
}

/// Asks a yes-or-no question; the default is no.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    ask_yes_no(&text::message(question))
}

/// As [`confirm`], with a question of several lines. Foreign parts of the question must not contain line breaks.
pub(crate) fn confirm_lines(question: &str) -> Result<bool, Failure> {
    ask_yes_no(&text::lines(question))
}

fn ask_yes_no(question: &str) -> Result<bool, Failure> {
    print_prompt(&format!("{question} [y/N] "))?;
    let answer = read_line()?.unwrap_or_default();
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Prints a line that belongs to a question.
pub(crate) fn say(line: &str) {
    // The question that follows fails if the terminal cannot be written.
    drop(print_prompt(&format!("{}\n", text::message(line))));
}

/// Asks for a line; `None` at the end of input.
pub(crate) fn line(question: &str) -> Result<Option<String>, Failure> {
    print_prompt(&text::message(question))?;
    read_line()
}

fn read_line() -> Result<Option<String>, Failure> {
    let mut answer = String::new();
    let read = tokio::task::block_in_place(|| std::io::stdin().lock().read_line(&mut answer))
        .map_err(|error| Failure::internal(format!("couldn't read the answer: {error}")))?;
    let answer = answer.trim_end_matches(['\n', '\r']);
    Ok((read > 0).then(|| answer.to_owned()))
}

/// Asks for a secret without showing it.
pub(crate) fn secret(what: &str) -> Result<Secret, Failure> {
    let prompt = format!("{}: ", text::message(what));
    tokio::task::block_in_place(|| rpassword::prompt_password(&prompt))
        .map(Secret::new)
        .map_err(|error| Failure::internal(format!("couldn't read {what}: {error}")))
}

fn print_prompt(question: &str) -> Result<(), Failure> {
    let mut stderr = std::io::stderr().lock();
    stderr
        .write_all(question.as_bytes())
        .and_then(|()| stderr.flush())
        .map_err(|error| Failure::internal(format!("couldn't prompt: {error}")))
}
