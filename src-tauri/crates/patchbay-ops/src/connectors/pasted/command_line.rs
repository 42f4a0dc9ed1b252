//! Command lines as they appear in documentation.

use patchbay_model::{clean_text, is_variable_name};

use super::blanks::{Blanks, value};
use super::command::{Command, header, option};
use super::{
    Draft, PasteError, PastedPlace, PastedServer, PastedServers, PastedValue, mcp_servers, words,
};

/// Parses one command; `export` lines before it may set its variables.
pub(super) fn read(text: &str, home: &str) -> Result<PastedServers, PasteError> {
    let (text, was_changed) = normalize_input(text);
    let mut commands = words::split(&text)?;
    let mut draft = Draft::new(home, Blanks::for_shell());
    if was_changed {
        draft.note("Typographic quotation marks, dashes and spaces were replaced");
    }
    let mut variables = Vec::new();
    while commands.len() > 1 && commands[0][0] == "export" {
        let words = commands.remove(0);
        variables.extend(words[1..].iter().filter_map(|word| parse_assignment(word)));
    }
    let mut words = match commands.len() {
        0 => return Err(PasteError::Nothing),
        1 => commands.remove(0),
        _ => return Err(PasteError::Commands),
    };
    take_variables(&mut words, &mut variables);
    if let Some(parsed) = parse_client_command(&words, &variables, &draft) {
        return parsed;
    }
    let command = Command {
        words,
        variables,
        folder: None,
    };
    Ok(command.into_server(None, draft)?.into())
}

/// Removes prompts and replaces typographic characters; returns whether any were replaced.
fn normalize_input(text: &str) -> (String, bool) {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        // Not `# `, which starts a comment.
        let prompts = ["$ ", "> ", "❯ ", "% "];
        let without_prompt = prompts.iter().find_map(|prompt| line.strip_prefix(prompt));
        let line = without_prompt.unwrap_or(line);
        // `PS C:\Users\ada> npx …`
        let line = match line.split_once("> ") {
            Some((before, command)) if before.starts_with("PS ") && before.contains(":\\") => {
                command
            }
            _ => line,
        };
        lines.push(line);
    }
    let joined = lines.join("\n");
    let mut plain = String::with_capacity(joined.len());
    let mut before = ' ';
    for c in joined.chars() {
        let begins_word = before.is_whitespace();
        match c {
            '\u{a0}' | '\u{202f}' => plain.push(' '),
            '“' | '”' | '„' => plain.push('"'),
            '‘' | '’' => plain.push('\''),
            '–' if begins_word => plain.push('-'),
            '—' if begins_word => plain.push_str("--"),
            _ => plain.push(c),
        }
        before = c;
    }
    let was_changed = plain != joined;
    (plain, was_changed)
}

fn parse_assignment(word: &str) -> Option<PastedValue> {
    let (name, text) = word.split_once('=')?;
    is_variable_name(name).then(|| value(name, text.to_owned()))
}

/// Moves the variables before a command to `variables`, and drops `env` and `cross-env`.
fn take_variables(words: &mut Vec<String>, variables: &mut Vec<PastedValue>) {
    while let Some(first) = words.first() {
        if let Some(variable) = parse_assignment(first) {
            variables.push(variable);
        } else if !(words.len() > 1 && matches!(first.as_str(), "env" | "cross-env")) {
            break;
        }
        words.remove(0);
    }
}

/// Parses the commands with which other apps add a server: `claude mcp add …`, `code --add-mcp JSON`.
fn parse_client_command(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Option<Result<PastedServers, PasteError>> {
    let known: Vec<&str> = words.iter().take(3).map(String::as_str).collect();
    match known[..] {
        ["code" | "code-insiders", "--add-mcp", json] => {
            Some(mcp_servers::read(json, None, draft.home))
        }
        [_, "mcp", "add-json"] => {
            let mut rest = words[3..].iter();
            let mut plain = Vec::new();
            while let Some(word) = rest.next() {
                if word.starts_with('-') {
                    option(word, &["-s", "--scope"], &mut rest);
                } else {
                    plain.push(word);
                }
            }
            let [name, json] = plain[..] else {
                return Some(Err(PasteError::NoServer));
            };
            Some(mcp_servers::read(json, Some(name), draft.home))
        }
        [
            "claude" | "codex" | "gemini" | "amp" | "copilot" | "qwen",
            "mcp",
            "add",
        ] => Some(parse_add_command(&words[3..], variables, draft).map(PastedServers::from)),
        _ => None,
    }
}

fn parse_add_command(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Result<PastedServer, PasteError> {
    let mut draft = draft.clone();
    let mut variables = variables.to_vec();
    let mut headers = Vec::new();
    let mut name: Option<&String> = None;
    let mut url: Option<&str> = None;
    let mut left_out = Vec::new();
    let mut rest = words.iter();
    let command = loop {
        let Some(word) = rest.next() else {
            break &[][..];
        };
        if word == "--" {
            break rest.as_slice();
        }
        if let Some(pair) = option(word, &["-e", "--env"], &mut rest) {
            variables.extend(parse_assignment(pair));
        } else if let Some(line) = option(word, &["-H", "--header"], &mut rest) {
            headers.extend(header(line));
        } else if let Some(given) = option(word, &["--url"], &mut rest) {
            url = Some(given);
        } else if let Some(variable) = option(word, &["--bearer-token-env-var"], &mut rest) {
            headers.push(value("Authorization", format!("Bearer ${{{variable}}}")));
        } else if option(word, &["-t", "--transport", "-s", "--scope"], &mut rest).is_some() {
            // Ignored: the transport is detected, and the scope does not apply here.
        } else if word.starts_with('-') && word.len() > 1 {
            left_out.push(clean_text(word, 60));
        } else if name.is_none() {
            name = Some(word);
        } else if word.starts_with("http://") || word.starts_with("https://") {
            url = Some(word);
        } else {
            // The command begins here.
            let at = words.len() - rest.as_slice().len() - 1;
            break &words[at..];
        }
    };
    if !left_out.is_empty() {
        draft.note(format!("Not taken over: {}", left_out.join(", ")));
    }
    let title = name.map(|name| clean_text(name, 100));
    match url {
        Some(url) => draft.finish(title, PastedPlace::address(url, headers)),
        None if command.is_empty() => Err(PasteError::NoServer),
        None => {
            let command = Command {
                words: command.to_vec(),
                variables,
                folder: None,
            };
            command.into_server(title, draft)
        }
    }
}
