//! Parsing pasted text into proposed servers: an address, a command line, settings of another app, or an install link.
//!
//! The user reviews the proposals before any is added. Nothing here contacts a server, starts a program, runs a shell
//! or reads an environment variable: untrusted text stays text.

mod blanks;
mod command;
mod command_line;
mod link;
mod mcp_servers;
mod registry;
mod secret_variables;
#[cfg(test)]
mod tests;
mod words;
mod yaml;

use std::collections::BTreeSet;
use std::fmt;
use std::iter;
use std::path::Path;

use patchbay_model::{TimeLimits, clean_text, is_invisible};
use serde::Serialize;
use serde_json::{Map, Value};
use specta::Type;

use self::blanks::Blanks;
pub use self::link::is_install_link;
use crate::address::{BUNDLE_HINT, is_bundle};
use crate::connectors::add_program::{MAX_WORD_BYTES, MAX_WORDS};
use crate::error::Error;
use crate::home_folder::{home, home_relative};
use crate::secret_detection::{SECRET_ARGUMENT_NOTE, is_secret_argument};
use crate::secrets::programs::has_drive;

/// Maximum length of the pasted text. Settings with a hundred servers take a tenth of it.
const MAX_BYTES: usize = 256 * 1024;

/// Maximum number of servers in one text, as the user reviews each.
pub(super) const MAX_SERVERS: usize = 50;

/// Maximum number of variables, headers and blanks of one server, each.
const MAX_VALUES: usize = 100;

/// The servers found in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedServers {
    /// Never empty.
    pub servers: Vec<PastedServer>,
    /// Corrections, and what was left out and why.
    pub notes: Vec<String>,
    /// Whether the text is a link that installs a server, in Patchbay or another app: others chose what it adds.
    pub is_link: bool,
}

impl From<Vec<PastedServer>> for PastedServers {
    fn from(servers: Vec<PastedServer>) -> Self {
        Self {
            servers,
            notes: Vec::new(),
            is_link: false,
        }
    }
}

impl From<PastedServer> for PastedServers {
    fn from(server: PastedServer) -> Self {
        vec![server].into()
    }
}

/// A proposed server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedServer {
    /// Its name in the text.
    pub title: Option<String>,
    pub place: PastedPlace,
    /// Placeholders that the user has to fill in.
    pub blanks: Vec<PastedBlank>,
    /// Valid time limits in the text.
    pub time_limits: TimeLimits,
    /// Whether it is turned off in the text.
    pub is_off: bool,
    /// Corrections, and what was left out and why.
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
    Address {
        /// As it was pasted.
        url: String,
        headers: Vec<PastedValue>,
    },
    /// A program on this computer.
    Program {
        /// Name or path.
        program: String,
        arguments: Vec<String>,
        /// Working folder.
        folder: Option<String>,
        /// Environment variables.
        variables: Vec<PastedValue>,
    },
}

impl PastedPlace {
    /// Every text of it, in which there may be blanks.
    pub fn texts(&self) -> Vec<&String> {
        match self {
            Self::Address { url, headers } => {
                let values = headers.iter().map(|header| &header.value);
                iter::once(url).chain(values).collect()
            }
            Self::Program {
                program,
                arguments,
                folder,
                variables,
            } => {
                let values = variables.iter().map(|variable| &variable.value);
                let words = iter::once(program).chain(arguments);
                words.chain(folder).chain(values).collect()
            }
        }
    }

    fn address(url: &str, headers: Vec<PastedValue>) -> Self {
        Self::Address {
            url: url.to_owned(),
            headers,
        }
    }
}

/// A header or an environment variable.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedValue {
    pub name: String,
    /// As it was pasted, even if it is a secret.
    pub value: String,
    /// Whether it looks like a secret.
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

/// A placeholder that the user has to fill in, wherever it occurs in the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedBlank {
    /// The text to replace, such as `${input:api-key}`.
    pub text: String,
    /// Label, such as `api-key`.
    pub name: String,
    pub description: Option<String>,
    pub default: Option<String>,
    /// Allowed values; empty for any.
    pub options: Vec<String>,
    /// Whether it looks like a secret.
    pub is_secret: bool,
}

/// Parses pasted text.
///
/// # Errors
/// [`Error::Usage`], which names what was not understood.
pub fn read_pasted(text: &str) -> Result<PastedServers, Error> {
    Ok(read(text, home().as_deref())?)
}

/// Reads the servers in the settings of another app; `None` if there are none.
pub(super) fn read_settings(settings: &Value) -> Option<Result<PastedServers, Error>> {
    match read(&settings.to_string(), home().as_deref()) {
        Err(PasteError::NoServer) => None,
        found => Some(found.map_err(Error::from)),
    }
}

/// Parses the settings of another app in a file with this extension; `None` unless they are an object.
pub(super) fn parse_settings(text: &str, extension: &str) -> Option<Map<String, Value>> {
    // Editors of Windows begin a file with a mark.
    let text = text.trim_start_matches('\u{feff}');
    let parsed = match extension {
        "toml" => return toml::from_str(text).ok(),
        "yaml" => yaml::parse(text).ok(),
        _ => mcp_servers::parse(text).ok(),
    };
    match parsed {
        Some(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// Checks a value for the blanks of that name in the servers; `None` stands for one that is not known yet.
///
/// # Errors
/// [`Error::Usage`] if there is no such blank, or it offers other values to choose from.
pub fn check_filled(
    servers: &[PastedServer],
    name: &str,
    value: Option<&str>,
) -> Result<(), Error> {
    let all = || servers.iter().flat_map(|server| &server.blanks);
    let mut named = all().filter(|blank| blank.name == name).peekable();
    if named.peek().is_none() {
        let names: BTreeSet<&str> = all().map(|blank| blank.name.as_str()).collect();
        let hint = match names.is_empty() {
            true => "Leave it out.".to_owned(),
            false => format!("Choose one of: {}.", Vec::from_iter(names).join(", ")),
        };
        let what = format!("there is no placeholder {}", clean_text(name, 200));
        return Err(Error::usage(what, hint));
    }
    let refuses = |blank: &&PastedBlank| {
        let is_offered = |value: &str| blank.options.iter().any(|option| option == value);
        !blank.options.is_empty() && value.is_some_and(|value| !is_offered(value))
    };
    match named.find(refuses) {
        None => Ok(()),
        Some(blank) => Err(Error::usage(
            format!("placeholder {name} can't have this value"),
            format!("Choose one of: {}.", blank.options.join(", ")),
        )),
    }
}

/// Replaces the blanks in a text by what `filled` returns; `None` if it returns `None` for one.
pub fn fill_in<'a>(
    text: &str,
    blanks: &'a [PastedBlank],
    filled: impl Fn(&'a PastedBlank) -> Option<String>,
) -> Option<String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    // In one pass, so that replacements are not searched for blanks.
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
        return Err(PasteError::LONG_TEXT);
    }
    let text = plain_text(text);
    let home = home.unwrap_or("~");
    if text.is_empty() {
        return Err(PasteError::Nothing);
    }
    let other = mcp_servers::read_toml(text, home);
    if let Some(settings) = other.or_else(|| mcp_servers::read_yaml(text, home)) {
        return settings;
    }
    if text.starts_with(['{', '['])
        || is_member(text)
        || text.starts_with("//")
        || text.starts_with("/*")
    {
        return mcp_servers::read(text, None, home);
    }
    if let Some(linked) = link::read(text, home) {
        return linked.map(|found| PastedServers {
            is_link: true,
            ..found
        });
    }
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    if lines.clone().next().is_none() {
        return Err(PasteError::Nothing);
    }
    if !lines.clone().all(is_address) {
        return command_line::read(text, home);
    }
    let servers = lines.take(MAX_SERVERS + 1).map(|url| {
        if is_bundle(url) {
            return Err(PasteError::Bundle { name: None });
        }
        let mut place = PastedPlace::address(url, Vec::new());
        Ok(PastedServer {
            title: None,
            blanks: Blanks::default().finish(&mut place)?,
            place,
            time_limits: TimeLimits::default(),
            is_off: false,
            notes: Vec::new(),
        })
    });
    let servers = servers.collect::<Result<Vec<_>, _>>()?;
    if servers.len() > MAX_SERVERS {
        return Err(PasteError::LONG_LIST);
    }
    Ok(servers.into())
}

/// Whether a text begins with a name and a colon, like an entry that was copied without its braces.
fn is_member(text: &str) -> bool {
    let name = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    name.is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

/// Whether a line is an address, perhaps without its scheme; paths and variables are commands.
fn is_address(line: &str) -> bool {
    let begins_a_path = line.starts_with(['/', '.', '~', '\\', '$', '%']);
    !begins_a_path && !has_drive(Path::new(line)) && !line.contains(char::is_whitespace)
}

/// The text without what may surround it.
fn plain_text(text: &str) -> &str {
    strip_fence(text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}'))
}

/// Removes the backquotes of Markdown around a text.
fn strip_fence(text: &str) -> &str {
    let inner = text.strip_prefix("```").and_then(|text| {
        // The fence may name a language.
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

/// Why a text was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum PasteError {
    #[error("nothing was pasted")]
    Nothing,
    /// A limit is exceeded.
    #[error("{what}")]
    TooMuch {
        what: &'static str,
        hint: &'static str,
    },
    #[error("this isn't valid JSON (line {line})")]
    Json { line: usize },
    #[error("this isn't valid TOML (line {line})")]
    Toml { line: usize },
    #[error("this isn't valid YAML (line {line})")]
    Yaml { line: usize },
    #[error("there is no server in this text")]
    NoServer,
    /// None of the servers can be used; this is the first.
    #[error("can't add {}: {why}", name.as_deref().unwrap_or("this"))]
    NotUsable { name: Option<String>, why: String },
    /// A server, or the whole text, is an MCP bundle, which is read from its file only.
    #[error("{} is an MCP bundle, not an address or a command", name.as_deref().unwrap_or("this"))]
    Bundle { name: Option<String> },
    #[error("{operator} needs a shell, and Patchbay runs none")]
    Shell { operator: String },
    #[error("a quotation mark has no end")]
    OpenQuote,
    #[error("there is more than one command")]
    Commands,
    #[error("this link can't be used: {why}")]
    Link { why: &'static str },
    #[error("the command contains control characters")]
    Control,
}

impl PasteError {
    const LONG_TEXT: Self = Self::TooMuch {
        what: "the text is too long",
        hint: "Paste up to 256 kB at a time.",
    };
    const LONG_LIST: Self = Self::TooMuch {
        what: "the list of servers is too long",
        hint: "Paste up to 50 servers at a time.",
    };
    const LONG_COMMAND: Self = Self::TooMuch {
        what: "the command is too long",
        hint: "Save the command as a script and add that.",
    };
}

impl From<PasteError> for Error {
    fn from(error: PasteError) -> Self {
        let hint = match error {
            PasteError::Nothing
            | PasteError::NoServer
            | PasteError::NotUsable { .. }
            | PasteError::Link { .. } => {
                "Paste an address, a command such as npx -y PACKAGE, or settings of another app."
            }
            PasteError::TooMuch { hint, .. } => hint,
            PasteError::Bundle { .. } => BUNDLE_HINT,
            PasteError::Json { .. } => "Copy the whole entry, with its braces.",
            PasteError::Yaml { .. } => "Copy the whole entry, with its indentation.",
            PasteError::Toml { .. } => "Copy the whole entry, from its name in brackets.",
            PasteError::Shell { .. } => "Save the command as a script and add that.",
            PasteError::OpenQuote => "Copy the whole command.",
            PasteError::Commands => "Paste one command at a time.",
            PasteError::Control => "Type it instead of pasting it.",
        };
        Self::usage(error.to_string(), hint)
    }
}

/// Parser state of one server.
#[derive(Clone)]
struct Draft<'a> {
    home: &'a str,
    blanks: Blanks,
    time_limits: TimeLimits,
    is_off: bool,
    notes: Vec<String>,
}

impl<'a> Draft<'a> {
    fn new(home: &'a str, blanks: Blanks) -> Self {
        Self {
            home,
            blanks,
            time_limits: TimeLimits::default(),
            is_off: false,
            notes: Vec::new(),
        }
    }

    /// Expands `~` and the variables that name the home folder.
    fn expand_home(&self, text: &str) -> String {
        let mut names = vec!["${HOME}", "${env:HOME}", "${userHome}"];
        if self.blanks.has_shell_variables {
            names.extend(["$HOME", "$env:HOME", "$env:USERPROFILE", "%USERPROFILE%"]);
        }
        let text = match home_relative(text, &["~"]) {
            Some(rest) => format!("{}{rest}", self.home),
            None => text.to_owned(),
        };
        let replaced = |text: String, name| replace_variable(&text, name, self.home);
        names.into_iter().fold(text, replaced)
    }

    fn note(&mut self, note: impl Into<String>) {
        const MAX_NOTES: usize = 20;
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note.into());
        }
    }

    /// Checks the limits, finds the blanks and builds the proposal.
    fn finish(
        mut self,
        title: Option<String>,
        mut place: PastedPlace,
    ) -> Result<PastedServer, PasteError> {
        check(&place)?;
        if place
            .texts()
            .iter()
            .any(|text| text.chars().any(is_invisible))
        {
            self.note("It contains hidden characters, which are shown by name");
        }
        let blanks = self.blanks.finish(&mut place)?;
        if let PastedPlace::Program {
            arguments,
            variables,
            ..
        } = &mut place
        {
            for variable in variables {
                let note = secret_variables::review(variable, &blanks);
                note.into_iter().for_each(|note| self.note(note));
            }
            if arguments.iter().any(|word| word.contains('\n')) {
                self.note("A word of its command contains a line break");
            }
            if arguments.iter().any(|word| is_secret_word(word, &blanks)) {
                self.note(SECRET_ARGUMENT_NOTE);
            }
        }
        let mut secrets = blanks.iter().filter(|blank| blank.is_secret);
        if let PastedPlace::Address { url, .. } = &place
            && secrets.any(|blank| url.contains(&blank.text))
        {
            self.note("A secret seems to be a part of the address. It is saved and shown with it");
        }
        Ok(PastedServer {
            title: title.filter(|title| !title.is_empty()),
            place,
            blanks,
            time_limits: self.time_limits,
            is_off: self.is_off,
            notes: self.notes,
        })
    }
}

/// Replaces a variable, unless it's the beginning of another name.
fn replace_variable(text: &str, variable: &str, value: &str) -> String {
    let mut parts = text.split(variable);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let has_end = variable.ends_with(['}', '%']);
        let goes_on = part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        whole.push_str(if goes_on && !has_end { variable } else { value });
        whole.push_str(part);
    }
    whole
}

/// Drops what a search path takes from the `PATH` of the user, which follows it at each start anyway.
fn drop_inherited_path(path: &str) -> String {
    let path = path.replace("${env:PATH}", "${PATH}");
    let separator = if path.contains(';') { ";" } else { ":" };
    let is_inherited = |part: &str| {
        let mut names = ["${PATH}", "$PATH", "$env:PATH", "%PATH%"].iter();
        names.any(|name| part.eq_ignore_ascii_case(name))
    };
    let parts = path.split(separator).filter(|part| !is_inherited(part));
    parts.collect::<Vec<_>>().join(separator)
}

/// Whether a word of a command looks like a secret or contains a blank for one.
fn is_secret_word(word: &str, blanks: &[PastedBlank]) -> bool {
    let mut secrets = blanks.iter().filter(|blank| blank.is_secret);
    secrets.any(|blank| word.contains(&blank.text)) || is_secret_argument(word)
}

/// Refuses what exceeds a limit and what cannot be passed to a program or sent in a request.
fn check(place: &PastedPlace) -> Result<(), PasteError> {
    let (PastedPlace::Address { url: target, .. }
    | PastedPlace::Program {
        program: target, ..
    }) = place;
    if is_bundle(target) {
        return Err(PasteError::Bundle { name: None });
    }
    let has_control = |text: &String| text.chars().any(|c| c.is_control() && c != '\n');
    let (is_too_long, has_control) = match place {
        PastedPlace::Address { url, headers } => {
            let has_control = url.chars().any(char::is_control);
            (headers.len() > MAX_VALUES, has_control)
        }
        PastedPlace::Program {
            program,
            arguments,
            variables,
            ..
        } => (
            arguments.len() >= MAX_WORDS || variables.len() > MAX_VALUES,
            iter::once(program).chain(arguments).any(has_control),
        ),
    };
    if is_too_long || place.texts().iter().any(|text| text.len() > MAX_WORD_BYTES) {
        return Err(PasteError::LONG_COMMAND);
    }
    match has_control {
        true => Err(PasteError::Control),
        false => Ok(()),
    }
}
