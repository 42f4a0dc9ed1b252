//! A command before it is a proposal: what others write around it is taken off.

use std::collections::BTreeMap;

use patchbay_model::{ServerCommand, is_variable_name};

use super::blanks::value;
use super::{Draft, PasteError, PastedPlace, PastedServer, PastedValue};
use crate::connectors::add_program::title_of;

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
    ) -> Result<PastedServer, PasteError> {
        if self.words.is_empty() {
            return Err(PasteError::Nothing);
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
            program: words.next().ok_or(PasteError::Nothing)?,
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

/// `Name: value`, as one types it for curl.
pub(super) fn header(line: &str) -> Option<PastedValue> {
    let (name, text) = line.split_once(':')?;
    Some(value(name.trim(), text.trim().to_owned()))
}

/// The value of an option: in its own word or in the next one.
pub(super) fn option<'a>(
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
