//! Command lines as documentation prints them.

use patchbay_model::{clean_text, is_variable_name};

use super::blanks::{Blanks, value};
use super::command::{Command, header, option};
use super::{Draft, PasteError, PastedPlace, PastedServer, PastedServers, PastedValue};
use super::{collect_servers, settings, words};

/// Reads one command; lines before it may set its variables.
///
/// # Errors
/// When it needs a shell, has no end, or is more than one.
pub(super) fn read(text: &str, home: &str) -> Result<PastedServers, PasteError> {
    let (text, was_changed) = normalize_input(text);
    let mut commands = words::split(&text)?;
    let mut draft = Draft::new(home);
    draft.blanks = Blanks::for_shell();
    if was_changed {
        draft.note("Typographic quotation marks, dashes and spaces were replaced");
    }
    let mut variables = Vec::new();
    while commands.len() > 1 && commands[0][0] == "export" {
        let words = commands.remove(0);
        variables.extend(
            words
                .iter()
                .skip(1)
                .filter_map(|word| parse_assignment(word)),
        );
    }
    let mut words = match commands.len() {
        0 => return Err(PasteError::Nothing),
        1 => commands.remove(0),
        _ => return Err(PasteError::Commands),
    };
    take_variables(&mut words, &mut variables);
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, it)| value(name, it.clone()))
        .collect();
    if let Some(read) = parse_client_command(&words, &variables, &draft) {
        return read;
    }
    let place = Command {
        words,
        variables,
        folder: None,
    };
    let server = place.into_server(None, draft)?;
    collect_servers(std::iter::once(server))
}

/// A text as it was typed before a word processor or a web page made it nicer.
fn normalize_input(text: &str) -> (String, bool) {
    let mut lines = Vec::new();
    let mut was_changed = false;
    for line in text.lines() {
        let line = line.trim();
        let prompts = ["$ ", "> ", "❯ ", "% ", "# "];
        // A comment stays one.
        let is_prompt = |prompt: &&&str| **prompt != "# " && line.starts_with(**prompt);
        let line = match prompts.iter().find(is_prompt) {
            Some(prompt) => &line[prompt.len()..],
            None => line,
        };
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
    for sign in joined.chars() {
        let begins_word = before.is_whitespace();
        let typed = match sign {
            '\u{a0}' | '\u{202f}' => " ",
            '“' | '”' | '„' => "\"",
            '‘' | '’' => "'",
            '–' if begins_word => "-",
            '—' if begins_word => "--",
            _ => "",
        };
        match typed {
            "" => plain.push(sign),
            typed => {
                was_changed = true;
                plain.push_str(typed);
            }
        }
        before = sign;
    }
    (plain, was_changed)
}

fn parse_assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    is_variable_name(name).then(|| (name.to_owned(), value.to_owned()))
}

/// What stands before a command: variables, and programs that do no more than to set them.
fn take_variables(words: &mut Vec<String>, variables: &mut Vec<(String, String)>) {
    while let Some(first) = words.first() {
        if let Some(pair) = parse_assignment(first) {
            variables.push(pair);
        } else if !(words.len() > 1 && matches!(first.as_str(), "env" | "cross-env")) {
            break;
        }
        words.remove(0);
    }
}

/// What another program is told to add: `claude mcp add …`, `codex mcp add …`, `code --add-mcp JSON`.
fn parse_client_command(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Option<Result<PastedServers, PasteError>> {
    let known: Vec<&str> = words.iter().take(3).map(String::as_str).collect();
    match known[..] {
        ["code" | "code-insiders", "--add-mcp", json] => Some(settings::read(json, draft.home)),
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
            Some(settings::read_named(json, Some(name), draft.home))
        }
        [
            "claude" | "codex" | "gemini" | "amp" | "copilot" | "qwen",
            "mcp",
            "add",
        ] => Some(
            parse_add_command(&words[3..], variables, draft)
                .and_then(|it| collect_servers(std::iter::once(it))),
        ),
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
            variables.extend(parse_assignment(pair).map(|(name, it)| value(&name, it)));
        } else if let Some(line) = option(word, &["-H", "--header"], &mut rest) {
            headers.extend(header(line));
        } else if let Some(given) = option(word, &["--url"], &mut rest) {
            url = Some(given);
        } else if let Some(variable) = option(word, &["--bearer-token-env-var"], &mut rest) {
            headers.push(value("Authorization", format!("Bearer ${{{variable}}}")));
        } else if option(word, &["-t", "--transport", "-s", "--scope"], &mut rest).is_some() {
            // How an address is spoken to is found out, and whose it is there does not matter here.
        } else if word.starts_with('-') && word.len() > 1 {
            left_out.push(clean_text(word, 60));
        } else if name.is_none() {
            name = Some(word);
        } else if word.starts_with("http://") || word.starts_with("https://") {
            url = Some(word);
        } else {
            // The command itself: what follows belongs to it.
            let at = words.len() - rest.as_slice().len() - 1;
            break &words[at..];
        }
    };
    if !left_out.is_empty() {
        draft.note(format!("Not taken over: {}", left_out.join(", ")));
    }
    let title = name.map(|name| clean_text(name, 100));
    match url {
        Some(url) => draft.finish(
            title,
            PastedPlace::Address {
                url: url.to_owned(),
                headers,
            },
        ),
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
