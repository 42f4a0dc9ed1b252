//! Commands: removes wrappers such as `cmd /c` and `mcp-remote` and builds the proposal.

use patchbay_model::{clean_text, is_variable_name};

use super::blanks::value;
use super::command_line::{is_env_program, take_variables};
use super::mcp_servers::is_command_line;
use super::words::{self, Dialect};
use super::{Draft, PasteError, PastedPlace, PastedServer, PastedValue, drop_inherited_path};
use crate::connectors::program_title::title_of;
use crate::processes::containers;
use crate::servers::steering::steers_programs;

/// A parsed command.
pub(super) struct Command {
    pub(super) words: Vec<String>,
    pub(super) variables: Vec<PastedValue>,
    pub(super) folder: Option<String>,
}

impl Command {
    /// Builds the server that the command starts, or the one at the address it connects to.
    pub(super) fn into_server(
        mut self,
        title: Option<String>,
        mut draft: Draft<'_>,
    ) -> Result<PastedServer, PasteError> {
        let is_cmd =
            |word: &str| word.eq_ignore_ascii_case("cmd") || word.eq_ignore_ascii_case("cmd.exe");
        if let [program, option, _, ..] = self.words.as_slice()
            && is_cmd(program)
            && option.eq_ignore_ascii_case("/c")
        {
            self.words.drain(..2);
            if let [line] = self.words.as_slice()
                && is_command_line(line)
            {
                let mut commands = words::split_for(Dialect::Windows, line)?;
                self.words = commands.pop().unwrap_or_default();
                if !commands.is_empty() {
                    return Err(words::needs_shell_error("&&"));
                }
            }
            let operators = ["&&", "&", "||", "|", ">", "<"];
            let mut words = self.words.iter();
            if let Some(operator) = words.find(|word| operators.contains(&word.as_str())) {
                return Err(words::needs_shell_error(operator));
            }
            draft.note("`cmd /c` was left out: Patchbay finds the program without it");
        }
        if self.words.first().is_some_and(|word| is_env_program(word)) {
            let folder = take_variables(&mut self.words, &mut self.variables, &mut draft)?;
            self.folder = folder.or(self.folder);
        }
        if let Some((place, left_out)) = self.remote() {
            draft.note("mcp-remote was left out: Patchbay connects to the address itself");
            if !left_out.is_empty() {
                draft.note(format!("Not taken over: {}", left_out.join(", ")));
            }
            return draft.finish(title, place);
        }
        self.pass_through_docker();
        let mut words = self.words.iter().map(|word| draft.expand_home(word));
        let program = words.next().ok_or(PasteError::Nothing)?;
        let arguments: Vec<_> = words.collect();
        let title = title.filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| title_of(&program, &arguments));
        self.variables.retain_mut(|variable| {
            let is_to_fill_in = variable.value.is_empty();
            variable.value = draft.expand_home(&variable.value);
            if variable.name.eq_ignore_ascii_case("PATH") {
                variable.value = drop_inherited_path(&variable.value);
            }
            is_to_fill_in || !variable.value.is_empty()
        });
        let place = PastedPlace::Program {
            program,
            arguments,
            folder: self.folder.map(|folder| draft.expand_home(&folder)),
            variables: self.variables,
        };
        draft.finish(Some(title), place)
    }

    /// Returns the address that an `mcp-remote` command connects to, and the options that have no meaning here.
    fn remote(&self) -> Option<(PastedPlace, Vec<String>)> {
        let is_bridge = |word: &String| {
            let name = word.split_once('@').map_or(word.as_str(), |(name, _)| name);
            name == "mcp-remote"
        };
        let at = self.words.iter().take(4).position(is_bridge)?;
        let mut rest = self.words[at + 1..].iter();
        let url = rest.next().filter(|word| word.starts_with("http"))?;
        let mut headers = Vec::new();
        let mut left_out = Vec::new();
        while let Some(word) = rest.next() {
            if option(word, &["--transport"], &mut rest).is_some() || word == "--allow-http" {
                // The transport is detected, and plain http is confirmed in the review.
            } else if word.starts_with("--") && !word.starts_with("--header") {
                left_out.push(clean_text(word, 60));
            } else if let Some(line) = option(word, &["--header"], &mut rest) {
                let mut line = line.to_owned();
                for PastedValue { name, value, .. } in &self.variables {
                    line = line.replace(&format!("${{{name}}}"), value);
                }
                headers.extend(header(&line));
            }
        }
        Some((PastedPlace::address(url, headers), left_out))
    }

    /// Proposes the variables that `docker run -e NAME` takes from the environment of `docker`. A secret value of
    /// `-e NAME=value` becomes such a variable, as arguments are no place for it.
    fn pass_through_docker(&mut self) {
        let Some((program, arguments)) = self.words.split_first_mut() else {
            return;
        };
        let Some(options) = containers::run_options(program, arguments) else {
            return;
        };
        let mut is_named = false;
        for word in &mut arguments[options] {
            let option = if std::mem::take(&mut is_named) {
                ""
            } else if word == "-e" || word == "--env" {
                is_named = true;
                continue;
            } else {
                let mut options = ["--env=", "-e=", "-e"].into_iter();
                match options.find(|option| word.starts_with(option)) {
                    Some(option) => option,
                    None => continue,
                }
            };
            let given = &word[option.len()..];
            let (name, text) = match given.split_once('=') {
                Some((name, text)) => (name, Some(text)),
                None => (given, None),
            };
            if !is_variable_name(name) {
                continue;
            }
            let variable = value(name, text.unwrap_or_default().to_owned());
            if text.is_some() && (!variable.is_secret || steers_programs(name)) {
                continue;
            }
            let passed = format!("{option}{name}");
            let mut known = self.variables.iter_mut();
            match known.find(|known| known.name == variable.name) {
                Some(known) if text.is_some() => *known = variable,
                Some(_) => {}
                None => self.variables.push(variable),
            }
            *word = passed;
        }
    }
}

/// Parses `Name: value`, or `Name=value` as for Amp. No name has either sign in it.
pub(super) fn header(line: &str) -> Option<PastedValue> {
    let (name, text) = line.split_once([':', '='])?;
    Some(value(name.trim(), text.trim().to_owned()))
}

/// Returns the value of an option: `--name=value`, or the next word.
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
