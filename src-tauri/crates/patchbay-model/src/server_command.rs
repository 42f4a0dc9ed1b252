//! Commands of local MCP servers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

/// The command of a local MCP server, which is run directly, without a shell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerCommand {
    /// Name of the program, which is looked up at each start, or its absolute path.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Absolute path of its working folder; `None` for a folder of its own.
    pub folder: Option<String>,
    /// Its additional environment variables, without secrets.
    pub variables: BTreeMap<String, String>,
}

impl ServerCommand {
    /// Renders the command on one line, with words quoted as in a shell.
    pub fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|word| quote(word)).collect::<Vec<_>>().join(" ")
    }
}

/// Whether this is a valid name of an environment variable on every system: letters, digits and underscores, not
/// starting with a digit.
pub fn is_variable_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let starts_with_digit = name.starts_with(|first: char| first.is_ascii_digit());
    (1..=128).contains(&name.len()) && !starts_with_digit && name.chars().all(fits)
}

fn quote(word: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "-_./:@%+=,~\\".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_apart_on_the_line() {
        let command = ServerCommand {
            program: "npx".to_owned(),
            arguments: ["-y", "@a/b@1.2", "my files", "", "it's"]
                .map(str::to_owned)
                .to_vec(),
            folder: None,
            variables: BTreeMap::new(),
        };
        assert_eq!(command.line(), r"npx -y @a/b@1.2 'my files' '' 'it'\''s'");
    }
}
