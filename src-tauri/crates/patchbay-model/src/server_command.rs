//! MCP servers that are programs of this computer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

/// How an MCP server is started, as a person gave it: directly, without a shell, word by word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerCommand {
    /// Name of the program, looked for at each start, or its absolute path.
    pub program: String,
    /// Its arguments, one by one.
    pub arguments: Vec<String>,
    /// Absolute path of the folder in which it works; `None` for one of its own.
    pub folder: Option<String>,
    /// What its environment has besides what every program is given, without secrets.
    pub variables: BTreeMap<String, String>,
}

impl ServerCommand {
    /// All of it on one line, for people: words that a shell would not read as one are put in quotes.
    pub fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|word| quote(word)).collect::<Vec<_>>().join(" ")
    }
}

/// Whether every system takes this as the name of an environment variable: letters, digits and underscores, no digit
/// first.
pub fn is_variable_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let begins_well = !name.starts_with(|first: char| first.is_ascii_digit());
    (1..=128).contains(&name.len()) && begins_well && name.chars().all(fits)
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
