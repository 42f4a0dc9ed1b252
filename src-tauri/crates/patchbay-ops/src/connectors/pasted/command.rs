//! Command lines as documentation prints them.

use std::collections::BTreeMap;

use patchbay_model::{ServerCommand, clean_text, is_variable_name};

use super::blanks::{Blanks, value};
use super::{Draft, PastedPlace, PastedServer, PastedServers, PastedValue, Unreadable};
use super::{found, settings, words};
use crate::connectors::add_program::title_of;

/// Reads one command; lines before it may set its variables.
///
/// # Errors
/// When it needs a shell, has no end, or is more than one.
pub(super) fn read(text: &str, home: &str) -> Result<PastedServers, Unreadable> {
    let (text, was_changed) = typed(text);
    let mut commands = words::split(&text)?;
    let mut draft = Draft::new(home);
    draft.blanks = Blanks::of_a_shell();
    if was_changed {
        draft.note("Typographic quotation marks, dashes and spaces were replaced");
    }
    let mut variables = Vec::new();
    while commands.len() > 1 && commands[0][0] == "export" {
        let words = commands.remove(0);
        variables.extend(words.iter().skip(1).filter_map(|word| assignment(word)));
    }
    let mut words = match commands.len() {
        0 => return Err(Unreadable::Nothing),
        1 => commands.remove(0),
        _ => return Err(Unreadable::Commands),
    };
    take_variables(&mut words, &mut variables);
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, it)| value(name, it.clone()))
        .collect();
    if let Some(read) = of_another_client(&words, &variables, &draft) {
        return read;
    }
    let place = Command {
        words,
        variables,
        folder: None,
    };
    let server = place.into_server(None, draft)?;
    found(std::iter::once(server))
}

/// A text as it was typed before a word processor or a web page made it nicer.
fn typed(text: &str) -> (String, bool) {
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

fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    is_variable_name(name).then(|| (name.to_owned(), value.to_owned()))
}

/// What stands before a command: variables, and programs that do no more than to set them.
fn take_variables(words: &mut Vec<String>, variables: &mut Vec<(String, String)>) {
    while let Some(first) = words.first() {
        if let Some(pair) = assignment(first) {
            variables.push(pair);
        } else if !(words.len() > 1 && matches!(first.as_str(), "env" | "cross-env")) {
            break;
        }
        words.remove(0);
    }
}

/// The value of an option: in its own word or in the next one.
fn option<'a>(
    word: &'a str,
    names: &[&str],
    rest: &mut std::slice::Iter<'a, String>,
) -> Option<&'a str> {
    for name in names {
        if word == *name {
            return rest.next().map(String::as_str);
        }
        if let Some(value) = word.strip_prefix(name).and_then(|it| it.strip_prefix('='))
            && name.starts_with("--")
        {
            return Some(value);
        }
    }
    None
}

/// What another program is told to add: `claude mcp add …`, `codex mcp add …`, `code --add-mcp JSON`.
fn of_another_client(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Option<Result<PastedServers, Unreadable>> {
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
                return Some(Err(Unreadable::NoServer));
            };
            Some(settings::read_named(json, Some(name), draft.home))
        }
        [
            "claude" | "codex" | "gemini" | "amp" | "copilot" | "qwen",
            "mcp",
            "add",
        ] => Some(added(&words[3..], variables, draft).and_then(|it| found(std::iter::once(it)))),
        _ => None,
    }
}

fn added(
    words: &[String],
    variables: &[PastedValue],
    draft: &Draft<'_>,
) -> Result<PastedServer, Unreadable> {
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
            variables.extend(assignment(pair).map(|(name, it)| value(&name, it)));
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
        None if command.is_empty() => Err(Unreadable::NoServer),
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

/// `Name: value`, as one types it for curl.
pub(super) fn header(line: &str) -> Option<PastedValue> {
    let (name, text) = line.split_once(':')?;
    Some(value(name.trim(), text.trim().to_owned()))
}

/// What a program is called unless the text says otherwise.
fn own_title(place: &PastedPlace) -> String {
    match place {
        PastedPlace::Program {
            program, arguments, ..
        } => title_of(&ServerCommand {
            program: program.clone(),
            arguments: arguments.clone(),
            folder: None,
            variables: BTreeMap::new(),
        }),
        PastedPlace::Address { .. } => String::new(),
    }
}

/// A command and what it is started with, before it is a proposal.
pub(super) struct Command {
    pub(super) words: Vec<String>,
    pub(super) variables: Vec<PastedValue>,
    pub(super) folder: Option<String>,
}

impl Command {
    /// The server that it starts, or that it only leads to.
    ///
    /// # Errors
    /// When it is over a limit, or no program can be given it.
    pub(super) fn into_server(
        mut self,
        title: Option<String>,
        mut draft: Draft<'_>,
    ) -> Result<PastedServer, Unreadable> {
        if self.words.is_empty() {
            return Err(Unreadable::Nothing);
        }
        let cmd = |word: &str| {
            let name = word.to_ascii_lowercase();
            matches!(name.as_str(), "cmd" | "cmd.exe")
        };
        if self.words.len() > 2 && cmd(&self.words[0]) && self.words[1].eq_ignore_ascii_case("/c") {
            self.words.drain(..2);
            draft.note("`cmd /c` was left out: Patchbay finds the program without it");
        }
        if let Some(place) = self.remote() {
            draft.note("mcp-remote was left out: Patchbay connects to the address itself");
            return draft.finish(title, place);
        }
        self.pass_through_docker();
        let mut words = self.words.iter().map(|word| draft.at_home(word));
        let place = PastedPlace::Program {
            program: words.next().ok_or(Unreadable::Nothing)?,
            arguments: words.collect(),
            folder: self.folder.as_deref().map(|folder| draft.at_home(folder)),
            variables: self
                .variables
                .iter()
                .map(|variable| PastedValue {
                    value: draft.at_home(&variable.value),
                    ..variable.clone()
                })
                .collect(),
        };
        let title = title.filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| own_title(&place));
        draft.finish(Some(title), place)
    }

    /// The address that `mcp-remote` stands before, for programs that speak to programs only.
    fn remote(&self) -> Option<PastedPlace> {
        let is_bridge = |word: &String| {
            let name = word.split_once('@').map_or(word.as_str(), |(name, _)| name);
            name == "mcp-remote"
        };
        let at = self.words.iter().take(4).position(is_bridge)?;
        let mut rest = self.words[at + 1..].iter();
        let url = rest.next().filter(|word| word.starts_with("http"))?;
        let mut headers = Vec::new();
        while let Some(word) = rest.next() {
            if let Some(line) = option(word, &["--header"], &mut rest) {
                // Its variables are a way to write blanks into a header.
                let line = self
                    .variables
                    .iter()
                    .fold(line.to_owned(), |line, variable| {
                        line.replace(&format!("${{{}}}", variable.name), &variable.value)
                    });
                headers.extend(header(&line));
            }
        }
        Some(PastedPlace::Address {
            url: url.clone(),
            headers,
        })
    }

    /// A variable that a container is given by its name alone has to come from the environment of the program that
    /// starts it: it is proposed, to be filled in.
    fn pass_through_docker(&mut self) {
        let is_container = ["docker", "podman", "nerdctl"].contains(&self.words[0].as_str());
        if !is_container || self.words.get(1).is_none_or(|word| word != "run") {
            return;
        }
        let pairs = self.words.windows(2);
        let named = pairs.filter(|pair| pair[0] == "-e" || pair[0] == "--env");
        let names: Vec<_> = named.map(|pair| pair[1].clone()).collect();
        for name in names.into_iter().filter(|name| is_variable_name(name)) {
            if !self.variables.iter().any(|known| known.name == name) {
                self.variables.push(value(&name, String::new()));
            }
        }
    }
}
