//! What somebody pasted to add: an address, a command line, the settings of another program, or a link that installs.
//!
//! It becomes proposals, which a person looks through before any of them is added. Nothing here asks a server, starts
//! a program, runs a shell or reads a variable of our environment; text from outside stays text.

pub(super) mod blanks;
mod command;
mod command_line;
mod link;
mod settings;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use patchbay_model::is_invisible;
use serde::Serialize;
use serde_json::{Map, Value};
use specta::Type;
use url::Url;

use self::blanks::Blanks;
use crate::error::Error;

/// The most bytes that are read; settings with a hundred servers have a tenth of it.
const MAX_BYTES: usize = 256 * 1024;

/// The most servers of one text: each is looked through by a person.
const MAX_SERVERS: usize = 50;

/// The most variables, headers and values to fill in, of one server each.
const MAX_VALUES: usize = 100;

/// The most words of a command, as when it is added.
const MAX_WORDS: usize = 256;

/// The most bytes of a word, an address or a value.
const MAX_BYTES_OF_ONE: usize = 8_000;

/// The servers that were found in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedServers {
    /// At least one.
    pub servers: Vec<PastedServer>,
    /// What was put right, and what was left out and why.
    pub notes: Vec<String>,
}

/// A server as it could be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedServer {
    /// What the text calls it.
    pub title: Option<String>,
    /// Where it is.
    pub place: PastedPlace,
    /// What a person has to fill in: never read from our environment.
    pub blanks: Vec<PastedBlank>,
    /// What was put right, and what was left out and why.
    pub notes: Vec<String>,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum PastedPlace {
    /// At an address.
    Address {
        /// The address as it was given.
        url: String,
        /// What is sent with each request.
        headers: Vec<PastedValue>,
    },
    /// It is a program of this computer.
    Program {
        /// Name of the program, or its path.
        program: String,
        /// Its arguments, one by one.
        arguments: Vec<String>,
        /// The folder in which it works, where one is named.
        folder: Option<String>,
        /// What its environment is to have.
        variables: Vec<PastedValue>,
    },
}

/// A header or a variable.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedValue {
    /// Its name.
    pub name: String,
    /// Its value as it was pasted, for whoever pasted it.
    pub value: String,
    /// Whether it seems to be a secret.
    pub is_secret: bool,
}

impl fmt::Debug for PastedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.is_secret {
            "<redacted>"
        } else {
            &self.value
        };
        write!(f, "{}={value}", self.name)
    }
}

/// What stands for something that a person has to fill in, wherever it stands in the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedBlank {
    /// The text that is replaced, such as `${input:api-key}`.
    pub text: String,
    /// What to call it, such as `api-key`.
    pub name: String,
    /// What the text says of it.
    pub description: Option<String>,
    /// What it is unless somebody says otherwise.
    pub default: Option<String>,
    /// What it can be; empty for anything.
    pub options: Vec<String>,
    /// Whether it seems to be a secret.
    pub is_secret: bool,
}

/// Reads what was pasted.
///
/// # Errors
/// [`Error::Usage`], which names what was not understood.
pub fn read_pasted(text: &str) -> Result<PastedServers, Error> {
    Ok(read(text, home().as_deref())?)
}

/// The members of the settings of another app, which may have comments; `None` for anything else.
pub(super) fn parse_settings(text: &str) -> Option<Map<String, Value>> {
    settings::parse(text).ok()?.as_object().cloned()
}

/// Whether a link that the system handed over proposes a server: [`read_pasted`] reads it then.
pub fn is_install_link(link: &Url) -> bool {
    link::is_install_link(link)
}

/// The folder that `~` means.
fn home() -> Option<String> {
    let folders = directories::BaseDirs::new()?;
    folders.home_dir().to_str().map(str::to_owned)
}

/// A text with blanks, with what was filled in for them; `None` for a blank that nothing was filled in for.
pub fn fill_in<'a>(
    text: &str,
    blanks: &'a [PastedBlank],
    filled: impl Fn(&'a PastedBlank) -> Option<String>,
) -> Option<String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    // In one pass: what is filled in is not looked through again.
    while !rest.is_empty() {
        let begins = blanks.iter().filter(|blank| rest.starts_with(&blank.text));
        if let Some(blank) = begins.max_by_key(|blank| blank.text.len()) {
            whole.push_str(&filled(blank)?);
            rest = &rest[blank.text.len()..];
        } else {
            let mut letters = rest.chars();
            whole.extend(letters.next());
            rest = letters.as_str();
        }
    }
    Some(whole)
}

fn read(text: &str, home: Option<&str>) -> Result<PastedServers, PasteError> {
    if text.len() > MAX_BYTES {
        return Err(PasteError::TooMuch {
            what: "text",
            most: "256 kB",
        });
    }
    let text =
        strip_fence(text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}'));
    let home = home.unwrap_or("~");
    if text.is_empty() {
        return Err(PasteError::Nothing);
    }
    if text.starts_with(['{', '['])
        || is_member(text)
        || text.starts_with("//")
        || text.starts_with("/*")
    {
        return settings::read(text, home);
    }
    if let Some(linked) = link::read(text, home) {
        return linked;
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    if lines.clone().all(is_address) {
        return collect_servers(lines.by_ref().map(|url| address(url, Vec::new())));
    }
    command_line::read(text, home)
}

/// Whether a text begins with a name and a colon, as an entry that was copied without the braces around it.
fn is_member(text: &str) -> bool {
    let name = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    name.is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

/// Whether a line is the address of a server, perhaps without its scheme. A path or a variable is a command.
fn is_address(line: &str) -> bool {
    let begins_a_path = line.starts_with(['/', '.', '~', '\\', '$', '%']);
    let mut letters = line.chars();
    let has_drive = letters.next().is_some_and(|it| it.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && letters.next() == Some('\\');
    !begins_a_path && !has_drive && !line.contains(char::is_whitespace)
}

fn address(url: &str, headers: Vec<PastedValue>) -> PastedServer {
    PastedServer {
        title: None,
        place: PastedPlace::Address {
            url: url.to_owned(),
            headers,
        },
        blanks: Vec::new(),
        notes: Vec::new(),
    }
}

fn collect_servers(
    servers: impl Iterator<Item = PastedServer>,
) -> Result<PastedServers, PasteError> {
    let servers: Vec<_> = servers.take(MAX_SERVERS + 1).collect();
    if servers.len() > MAX_SERVERS {
        return Err(PasteError::TooMuch {
            what: "list of servers",
            most: "50 servers",
        });
    }
    Ok(PastedServers {
        servers,
        notes: Vec::new(),
    })
}

/// What a page with Markdown puts around a text.
fn strip_fence(text: &str) -> &str {
    let inner = text.strip_prefix("```").and_then(|text| {
        // With the name of its language.
        let (language, text) = text.split_once('\n')?;
        let is_name = language
            .trim()
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-+_".contains(it));
        text.trim_end().strip_suffix("```").filter(|_| is_name)
    });
    let ticks = |text: &'_ str| text.len() > 2 && !text[1..text.len() - 1].contains('`');
    match inner {
        Some(inner) => inner.trim(),
        None if text.starts_with('`') && text.ends_with('`') && ticks(text) => {
            text.trim_matches('`').trim()
        }
        None => text,
    }
}

/// Why nothing was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PasteError {
    /// It is empty.
    Nothing,
    /// It has more than is read.
    TooMuch {
        what: &'static str,
        most: &'static str,
    },
    /// It begins like JSON and is none.
    Json { line: usize },
    /// It has no server in it.
    NoServer,
    /// None of its servers can be used: the first, and why.
    NotUsable { name: Option<String>, why: String },
    /// A sign that only a shell understands.
    Shell { sign: String },
    /// A quote that does not end.
    OpenQuote,
    /// More commands than one.
    Commands,
    /// A link that installs something, of another shape.
    Link { why: &'static str },
    /// It has signs that no command has.
    Control,
}

impl From<PasteError> for Error {
    fn from(error: PasteError) -> Self {
        let (what, hint) = match error {
            PasteError::Nothing => ("nothing was pasted".to_owned(), EXAMPLES),
            PasteError::TooMuch { what, most } => (
                format!("the {what} is too long"),
                match most {
                    "50 servers" => "Paste up to 50 servers at a time.",
                    "256 kB" => "Paste up to 256 kB at a time.",
                    _ => "Save the command as a script and add that.",
                },
            ),
            PasteError::Json { line } => (
                format!("this isn't valid JSON (line {line})"),
                "Copy the whole entry, with its braces.",
            ),
            PasteError::NoServer => ("no server in this JSON".to_owned(), EXAMPLES),
            PasteError::NotUsable { name, why } => (
                match name {
                    Some(name) => format!("can't add {name}: {why}"),
                    None => format!("can't add this: {why}"),
                },
                EXAMPLES,
            ),
            PasteError::Shell { sign } => (
                format!("{sign} needs a shell, and Patchbay runs none"),
                "Save the command as a script and add that.",
            ),
            PasteError::OpenQuote => (
                "a quotation mark has no end".to_owned(),
                "Copy the whole command.",
            ),
            PasteError::Commands => (
                "there is more than one command".to_owned(),
                "Paste one command at a time.",
            ),
            PasteError::Link { why } => (format!("this link can't be used: {why}"), EXAMPLES),
            PasteError::Control => (
                "the command contains control characters".to_owned(),
                "Type it instead of pasting it.",
            ),
        };
        Self::Usage {
            what,
            hint: hint.to_owned(),
        }
    }
}

const EXAMPLES: &str =
    "Paste an address, a command such as npx -y PACKAGE, or JSON of another app.";

/// What is found in a text beside where its server is: the folder of `~`, what has to be filled in, what to tell.
#[derive(Clone)]
struct Draft<'a> {
    home: &'a str,
    blanks: Blanks,
    notes: Vec<String>,
}

impl<'a> Draft<'a> {
    fn new(home: &'a str) -> Self {
        Self {
            home,
            blanks: Blanks::default(),
            notes: Vec::new(),
        }
    }

    /// The text with `~` and the names of the home folder as the folder itself.
    fn at_home(&self, text: &str) -> String {
        let text = match text.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
                format!("{}{rest}", self.home)
            }
            _ => text.to_owned(),
        };
        let text = match text.strip_prefix("$HOME") {
            Some(rest)
                if self.blanks.has_shell_variables
                    && (rest.is_empty() || rest.starts_with('/')) =>
            {
                format!("{}{rest}", self.home)
            }
            _ => text,
        };
        ["${HOME}", "${env:HOME}", "${userHome}"]
            .iter()
            .fold(text, |text, name| text.replace(name, self.home))
    }

    fn note(&mut self, note: impl Into<String>) {
        const MAX_NOTES: usize = 20;
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note.into());
        }
    }

    /// Puts together what was found.
    fn finish(
        mut self,
        title: Option<String>,
        mut place: PastedPlace,
    ) -> Result<PastedServer, PasteError> {
        check(&place)?;
        if has_invisible(&place) {
            self.note("It contains hidden characters, which are shown by name");
        }
        let blanks = self.blanks.finish(&mut place)?;
        if let PastedPlace::Program { arguments, .. } = &place
            && arguments.iter().any(|word| is_secret_word(word, &blanks))
        {
            self.note(
                "A secret seems to be a part of the command. It is saved and shown with it, and other programs of \
                 this computer can read it",
            );
        }
        Ok(PastedServer {
            title: title.filter(|title| !title.is_empty()),
            place,
            blanks,
            notes: self.notes,
        })
    }
}

/// Whether a word of a command seems to be a secret, or is to have one filled in.
fn is_secret_word(word: &str, blanks: &[PastedBlank]) -> bool {
    let mut secrets = blanks.iter().filter(|blank| blank.is_secret);
    secrets.any(|blank| word.contains(&blank.text)) || blanks::is_secret_argument(word)
}

/// Whether a place is within the limits, and has nothing that no program or request can be given.
fn check(place: &PastedPlace) -> Result<(), PasteError> {
    let too_long = Err(PasteError::TooMuch {
        what: "command",
        most: "a command",
    });
    let mut texts = texts_of(place);
    if texts.any(|text| text.len() > MAX_BYTES_OF_ONE) {
        return too_long;
    }
    let is_wild = |text: &str| text.chars().any(|sign| sign.is_control() && sign != '\n');
    match place {
        PastedPlace::Address { url, headers } => {
            if headers.len() > MAX_VALUES {
                return too_long;
            }
            if url.chars().any(char::is_control) {
                return Err(PasteError::Control);
            }
        }
        PastedPlace::Program {
            program,
            arguments,
            variables,
            ..
        } => {
            if arguments.len() >= MAX_WORDS || variables.len() > MAX_VALUES {
                return too_long;
            }
            if is_wild(program) || arguments.iter().any(|word| is_wild(word)) {
                return Err(PasteError::Control);
            }
        }
    }
    Ok(())
}

fn has_invisible(place: &PastedPlace) -> bool {
    texts_of(place).any(|text| text.chars().any(is_invisible))
}

/// Every text of a place.
fn texts_of(place: &PastedPlace) -> Box<dyn Iterator<Item = &str> + '_> {
    match place {
        PastedPlace::Address { url, headers } => Box::new(
            std::iter::once(url.as_str()).chain(headers.iter().map(|header| header.value.as_str())),
        ),
        PastedPlace::Program {
            program,
            arguments,
            folder,
            variables,
        } => Box::new(
            std::iter::once(program.as_str())
                .chain(arguments.iter().map(String::as_str))
                .chain(folder.as_deref())
                .chain(variables.iter().map(|variable| variable.value.as_str())),
        ),
    }
}
