//! Command lines as they appear in documentation.

use patchbay_model::{clean_text, is_variable_name};

use super::blanks::{Blanks, value};
use super::command::{Command, header, option};
use super::{
    Draft, PasteError, PastedPlace, PastedServer, PastedServers, PastedValue, mcp_servers, words,
};

/// Parses one command; others before it may set its variables.
pub(super) fn read(text: &str, home: &str) -> Result<PastedServers, PasteError> {
    let (text, was_changed) = normalize_input(text);
    let mut commands = words::split(&text)?;
    let mut draft = Draft::new(home, Blanks::for_shell());
    if was_changed {
        draft.note("Typographic quotation marks, dashes and spaces were replaced");
    }
    let mut variables = Vec::new();
    while commands.len() > 1 && words::sets_variables(&commands[0]) {
        variables.extend(set_variables(&commands.remove(0)));
    }
    let mut words = match commands.len() {
        0 => return Err(PasteError::Nothing),
        1 => commands.remove(0),
        _ => return Err(PasteError::Commands),
    };
    if words::sets_variables(&words) {
        return Err(not_usable("it only sets variables"));
    }
    let folder = take_variables(&mut words, &mut variables, &mut draft)?;
    if let Some(parsed) = parse_client_command(&words, &variables, &draft) {
        return parsed;
    }
    let command = Command {
        words,
        variables,
        folder,
    };
    Ok(command.into_server(None, draft)?.into())
}

fn not_usable(why: &str) -> PasteError {
    PasteError::NotUsable {
        name: None,
        why: why.to_owned(),
    }
}

/// Returns the variables that a command sets for those after it.
fn set_variables(words: &[String]) -> Vec<PastedValue> {
    if words[0] == "export" {
        let assignments = words[1..].iter();
        return assignments.filter_map(|it| parse_assignment(it)).collect();
    }
    let assignment = match words::strip_env_prefix(&words[0]) {
        // PowerShell allows spaces around the sign.
        Some(_) => words.concat(),
        None => words[1..].join(" "),
    };
    let assignment = words::strip_env_prefix(&assignment).unwrap_or(&assignment);
    parse_assignment(assignment).into_iter().collect()
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
                // The call operator tells PowerShell from `cmd.exe`.
                format!("& {command}")
            }
            _ => line.to_owned(),
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

/// Whether a program sets variables for the command in its arguments.
pub(super) fn is_env_program(program: &str) -> bool {
    matches!(program, "env" | "/usr/bin/env" | "cross-env")
}

/// Moves the variables before a command to `variables`, and drops `env` and `cross-env`. Returns the working folder that
/// `env` sets.
pub(super) fn take_variables(
    words: &mut Vec<String>,
    variables: &mut Vec<PastedValue>,
    draft: &mut Draft<'_>,
) -> Result<Option<String>, PasteError> {
    let mut folder = None;
    let mut is_env = false;
    while let Some(first) = words.first().cloned() {
        if let Some(variable) = parse_assignment(&first) {
            variables.push(variable);
        } else if words.len() > 1 && is_env_program(&first) {
            is_env = first != "cross-env";
        } else if is_env && first.starts_with('-') {
            let mut rest = words[1..].iter();
            if let Some(line) = option(&first, &["-S", "--split-string"], &mut rest) {
                let line = words::split(line)?.concat();
                let rest = rest.cloned();
                *words = line.into_iter().chain(rest).collect();
                continue;
            }
            if let Some(given) = option(&first, &["-C", "--chdir"], &mut rest) {
                folder = Some(given.to_owned());
            } else if let Some(name) = option(&first, &["-u", "--unset"], &mut rest) {
                let name = clean_text(name, 60);
                draft.note(format!(
                    "`env -u {name}` was left out: few of your variables are passed on"
                ));
            } else if matches!(first.as_str(), "-" | "-i" | "--ignore-environment") {
                draft.note("`env -i` was left out: few of your variables are passed on");
            } else if first != "--" {
                let name = clean_text(&first, 60);
                let why = format!("Patchbay doesn't know the option {name} of env");
                return Err(not_usable(&why));
            }
            *words = rest.cloned().collect();
            continue;
        } else {
            break;
        }
        words.remove(0);
    }
    Ok(folder)
}

/// Parses the commands with which other apps add a server: `claude mcp add …`, `code --add-mcp JSON`.
fn parse_client_command(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Option<Result<PastedServers, PasteError>> {
    let known: Vec<&str> = words.iter().take(3).map(String::as_str).collect();
    match known[..] {
        [
            "code" | "code-insiders" | "codium" | "cursor" | "windsurf",
            "--add-mcp",
            json,
        ] => Some(mcp_servers::read(json, None, draft.home)),
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
        [_, "mcp", "add"] => {
            Some(parse_add_command(&words[3..], variables, draft).map(PastedServers::from))
        }
        _ => None,
    }
}

/// Options of `mcp add` with a value that does not apply here, and those whose value is left out.
const IGNORED: &[&str] = &["-t", "--transport", "--type", "-s", "--scope"];
const LEFT_OUT: &[&str] = &[
    "--timeout",
    "--description",
    "--include-tools",
    "--exclude-tools",
    "--client-id",
    "--callback-port",
];

fn parse_add_command(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Result<PastedServer, PasteError> {
    let mut draft = draft.clone();
    let mut variables = variables.to_vec();
    let mut headers = Vec::new();
    let mut named: Option<&str> = None;
    let mut url: Option<&str> = None;
    let mut left_out = Vec::new();
    let mut named_words = Vec::new();
    // Claude Code takes several variables after one option.
    let mut may_be_variable = false;
    let mut rest = words.iter();
    let command = loop {
        let Some(word) = rest.next() else {
            break named_words;
        };
        if word == "--" {
            break rest.as_slice().to_vec();
        }
        let follows_variable = std::mem::take(&mut may_be_variable);
        if let Some(pair) = option(word, &["-e", "--env"], &mut rest) {
            variables.extend(parse_assignment(pair));
            may_be_variable = true;
        } else if let Some(variable) = parse_assignment(word).filter(|_| follows_variable) {
            variables.push(variable);
            may_be_variable = true;
        } else if let Some(line) = option(word, &["--command", "--args"], &mut rest) {
            // As Auggie and Kiro name the command.
            named_words.extend(words::split(line)?.concat());
        } else if let Some(line) = option(word, &["-H", "--header"], &mut rest) {
            headers.extend(header(line));
        } else if let Some(given) = option(word, &["--url"], &mut rest) {
            url = Some(given);
        } else if let Some(variable) = option(word, &["--bearer-token-env-var"], &mut rest) {
            headers.push(value("Authorization", format!("Bearer ${{{variable}}}")));
        } else if let Some(given) = option(word, &["--name"], &mut rest) {
            named = Some(given);
        } else if option(word, IGNORED, &mut rest).is_some() {
            // The transport is detected, and the scope does not apply here.
        } else if option(word, LEFT_OUT, &mut rest).is_some()
            || (word.starts_with('-') && word.len() > 1)
        {
            left_out.push(clean_text(word, 60));
        } else if word.starts_with("http://") || word.starts_with("https://") {
            url = Some(word);
        } else if named.is_none() {
            named = Some(word);
        } else if named_words.is_empty() && mcp_servers::is_command_line(word) {
            // Factory takes the whole command as one word, and options after it.
            named_words = words::split(word)?.concat();
        } else {
            // The command begins here.
            let at = words.len() - rest.as_slice().len() - 1;
            named_words.extend_from_slice(&words[at..]);
            break named_words;
        }
    };
    if !left_out.is_empty() {
        draft.note(format!("Not taken over: {}", left_out.join(", ")));
    }
    let title = named.map(|name| clean_text(name, 100));
    match url {
        Some(url) => draft.finish(title, PastedPlace::address(url, headers)),
        None if command.is_empty() => Err(PasteError::NoServer),
        None => {
            let command = Command {
                words: command,
                variables,
                folder: None,
            };
            command.into_server(title, draft)
        }
    }
}
