//! JSON, TOML and YAML settings of other apps: one entry, several, or a whole file.

use std::borrow::Cow;
use std::path::Path;

use jsonc_parser::{ParseOptions, parse_to_serde_value};
use patchbay_model::{TimeLimits, clean_text, is_variable_name};
use serde_json::{Map, Value};

use super::blanks::{Blanks, value};
use super::command::{Command, header};
use super::{
    Draft, MAX_SERVERS, PasteError, PastedPlace, PastedServer, PastedServers, PastedValue,
    registry, words, yaml,
};
use crate::catalogue::registry::is_registry_file;
use crate::json_object::scalar_text;
use crate::secret_detection::is_secret_name;
use crate::secrets::programs::has_drive;
use crate::stored_connectors::time_limits::MAX_WAIT;

/// Members in which apps keep their servers.
const CONTAINERS: [&str; 7] = [
    "mcpServers",
    "servers",
    "context_servers",
    "mcp_servers",
    "amp.mcpServers",
    "extensions",
    "mcp",
];

/// Maximum nesting of containers.
const MAX_DEPTH: usize = 3;

const ADDRESSES: [&str; 5] = ["url", "serverUrl", "httpUrl", "uri", "endpoint"];
const PROGRAMS: [&str; 2] = ["command", "cmd"];
const VARIABLES: [&str; 3] = ["env", "environment", "envs"];

/// Other members that are read, or can be ignored without a note.
const OTHERS: [&str; 17] = [
    "args",
    "bearer_token_env_var",
    "cwd",
    "description",
    "envFile",
    "env_http_headers",
    "env_keys",
    "env_vars",
    "headers",
    "http_headers",
    "inputs",
    "name",
    "requestOptions",
    "source",
    "transport",
    "transportType",
    "type",
];

/// Why a command was left out that only a shell understands.
const NEEDS_SHELL: &str = "its command needs a shell";

/// Why a server was left out that another app unpacks.
const IS_BUNDLE: &str = "it's an MCP bundle";

/// Parses the servers of a JSON text; `name` is the name of a single entry.
pub(super) fn read(
    text: &str,
    name: Option<&str>,
    home: &str,
) -> Result<PastedServers, PasteError> {
    read_value(parse(text)?, name, home)
}

/// Parses TOML settings, as of Codex; `None` for any other text.
pub(super) fn read_toml(text: &str, home: &str) -> Option<Result<PastedServers, PasteError>> {
    let header = text.lines().position(|line| is_table_header(line.trim()))?;
    match toml::from_str::<Map<String, Value>>(text) {
        Ok(settings) => Some(read_value(Value::Object(settings), None, home)),
        // A list in JSON may begin in the same way.
        Err(_) if header > 0 || parse(text).is_ok() => None,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Some(Err(PasteError::Toml { line }))
        }
    }
}

/// Parses YAML settings, as of goose and Continue; `None` for any other text.
pub(super) fn read_yaml(text: &str, home: &str) -> Option<Result<PastedServers, PasteError>> {
    let is_container = |line: &str| {
        let name = line.trim().strip_suffix(':');
        name.is_some_and(|name| CONTAINERS.contains(&name))
    };
    text.lines().any(is_container).then(|| {
        let settings = yaml::parse(text).map_err(|line| PasteError::Yaml { line })?;
        read_value(settings, None, home)
    })
}

/// Whether a line is `[name]` or `[[name]]`.
fn is_table_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim_end();
    let inner = line.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    inner.is_some_and(|inner| {
        let inner = inner.strip_prefix('[').unwrap_or(inner);
        inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    })
}

fn read_value(root: Value, name: Option<&str>, home: &str) -> Result<PastedServers, PasteError> {
    if is_registry_file(&root) {
        return registry::read(root, home);
    }
    let mut notes = Vec::new();
    let entries = find_entries(&root, name, 0, &mut notes).ok_or(PasteError::NoServer)?;
    if entries.list.len() > MAX_SERVERS {
        return Err(PasteError::LONG_LIST);
    }
    let mut inputs = entries.inputs;
    inputs.extend(root.get("inputs"));
    let draft = Draft::new(home, Blanks::from_inputs(inputs));
    let mut servers = Vec::new();
    let mut first_refused = None;
    // Those that goose brings itself are no servers.
    let is_builtin =
        |entry: &Map<String, Value>| matches!(text(entry, "type"), Some("builtin" | "platform"));
    for (name, entry) in entries
        .list
        .into_iter()
        .filter(|(_, entry)| !is_builtin(entry))
    {
        let name = name.map(|name| clean_text(name, 100));
        match parse_server(name, entry, draft.clone()) {
            Ok(server) => servers.push(server),
            Err(PasteError::NotUsable { name, why }) => {
                let shown = name.as_deref().unwrap_or("one");
                notes.push(format!("{shown} was left out: {why}"));
                first_refused.get_or_insert(PasteError::NotUsable { name, why });
            }
            Err(error) => return Err(error),
        }
    }
    if servers.is_empty() {
        return Err(first_refused.unwrap_or(PasteError::NoServer));
    }
    Ok(PastedServers {
        notes,
        ..servers.into()
    })
}

/// Parses JSON that may have comments, trailing commas or typographic quotes, or lack its outer braces.
pub(super) fn parse(text: &str) -> Result<Value, PasteError> {
    let options = ParseOptions::default();
    // An entry may have been copied with the comma after it.
    let text = text.trim_end_matches(|c: char| c == ',' || c.is_whitespace());
    let parsed = |text: &str| parse_to_serde_value::<Value>(text, &options);
    let failed = match parsed(text) {
        Ok(value) if value.is_object() || value.is_array() => return Ok(value),
        Ok(_) => PasteError::NoServer,
        Err(error) => PasteError::Json {
            line: error.line_display(),
        },
    };
    if text.starts_with('"')
        && let Ok(value) = parsed(&format!("{{{text}}}"))
        && value.is_object()
    {
        return Ok(value);
    }
    // Web pages and word processors replace quotation marks, and Windows escapes those in arguments.
    let plain = match text.starts_with("{\\\"") {
        true => text.replace("\\\"", "\""),
        false => text.replace(['“', '”', '„'], "\""),
    };
    match parsed(&plain) {
        Ok(value) if plain != text && value.is_object() => Ok(value),
        _ => Err(failed),
    }
}

struct Entries<'a> {
    list: Vec<(Option<&'a str>, &'a Map<String, Value>)>,
    /// Lists of inputs that VS Code settings declare.
    inputs: Vec<&'a Value>,
}

/// Finds the server entries in a value.
fn find_entries<'a>(
    value: &'a Value,
    name: Option<&'a str>,
    depth: usize,
    notes: &mut Vec<String>,
) -> Option<Entries<'a>> {
    let all = |list| Entries {
        list,
        inputs: Vec::new(),
    };
    let object = match value {
        Value::Array(list) => {
            let objects = list.iter().filter_map(Value::as_object);
            let entries = objects.filter(|entry| is_entry(entry));
            let list: Vec<_> = entries.map(|entry| (text(entry, "name"), entry)).collect();
            return (!list.is_empty()).then(|| all(list));
        }
        Value::Object(object) => object,
        _ => return None,
    };
    if is_entry(object) {
        let name = name.or_else(|| text(object, "name"));
        return Some(all(vec![(name, object)]));
    }
    let is_server = |member: &Value| member.as_object().is_some_and(is_entry);
    let mut members = object
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "inputs" | "$schema"));
    let has_servers_only = members.all(|(_, member)| is_server(member));
    let containers = CONTAINERS.iter().filter(|_| depth < MAX_DEPTH);
    let inner = containers.filter_map(|container| object.get(*container));
    // A server may be named like a container.
    let inner = inner.filter(|inner| !is_server(inner) || depth == 0 && !has_servers_only);
    let found = inner.filter_map(|inner| find_entries(inner, None, depth + 1, notes));
    // A file for several apps has its servers more than once.
    let joined = found.reduce(|mut all, found| {
        for entry in found.list {
            if !all.list.contains(&entry) {
                all.list.push(entry);
            }
        }
        all.inputs.extend(found.inputs);
        all
    });
    if let Some(mut found) = joined {
        found.inputs.extend(object.get("inputs"));
        let others = object.keys().filter(|key| {
            !CONTAINERS.contains(&key.as_str()) && !matches!(key.as_str(), "inputs" | "$schema")
        });
        notes.extend(names_of(others).map(|names| format!("Not read: {names}")));
        return Some(found);
    }
    // Entries by name, without a container.
    let named: Vec<_> = object
        .iter()
        .filter_map(|(name, entry)| Some((name.as_str(), entry.as_object()?)))
        .collect();
    let are_entries = match depth {
        // Other files have members with an address too, such as `bugs` in a `package.json`.
        0 => !named.is_empty() && has_servers_only,
        _ => named.iter().any(|(_, entry)| is_entry(entry)),
    };
    if !are_entries {
        return None;
    }
    let others = object.iter().filter(|(_, entry)| !entry.is_object());
    let others = others
        .map(|(name, _)| name)
        .filter(|name| *name != "inputs");
    notes.extend(names_of(others).map(|names| format!("Not read: {names}")));
    let named = named.into_iter().map(|(name, entry)| (Some(name), entry));
    Some(all(named.collect()))
}

/// Joins the first names and counts the rest; `None` for no names.
fn names_of<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    const SHOWN: usize = 10;
    let names: Vec<_> = names.collect();
    let shown = names.iter().take(SHOWN).map(|name| clean_text(name, 60));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        _ if names.is_empty() => None,
        0 => Some(shown),
        more => Some(format!("{shown}, {more} more")),
    }
}

fn text<'a>(entry: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    entry.get(key).and_then(Value::as_str)
}

fn first<'a>(entry: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|key| entry.get(*key))
}

/// Returns the first of these members that says something.
fn given<'a>(entry: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    let mut members = keys.iter().filter_map(|key| entry.get(*key));
    members.find(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    })
}

fn is_entry(entry: &Map<String, Value>) -> bool {
    let is_place =
        |value: &Value| value.is_string() || value.is_array() || value.get("path").is_some();
    let program = first(entry, &PROGRAMS).is_some_and(is_place);
    program || first(entry, &ADDRESSES).is_some_and(Value::is_string)
}

/// Moves the members of `command: { path, args, env }`, as in older settings of Zed, into the entry.
fn flatten(entry: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    let Some(Value::Object(command)) = entry.get("command") else {
        return Cow::Borrowed(entry);
    };
    let mut flat = entry.clone();
    flat.remove("command");
    flat.extend(command.clone());
    if let Some(path) = flat.remove("path") {
        flat.insert("command".to_owned(), path);
    }
    Cow::Owned(flat)
}

/// Whether a member with this value says nothing.
fn is_usual(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Number(_) => false,
    }
}

/// Returns a time limit in seconds; `None` if there is none that a connector can have.
fn time_limit(entry: &Map<String, Value>, key: &str) -> Option<u32> {
    let number = entry.get(key)?.as_f64()?;
    // Some apps give it in milliseconds. Cline gives it in seconds, up to an hour.
    let is_in_milliseconds = key == "timeout" && number > 3600.0;
    let seconds = if is_in_milliseconds {
        number / 1000.0
    } else {
        number
    };
    let seconds = seconds.ceil();
    (1.0..=f64::from(MAX_WAIT))
        .contains(&seconds)
        .then_some(seconds as u32)
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

fn parse_server(
    name: Option<String>,
    entry: &Map<String, Value>,
    mut draft: Draft<'_>,
) -> Result<PastedServer, PasteError> {
    let entry = &*flatten(entry);
    let refused = |why: &str| PasteError::NotUsable {
        name: name.clone(),
        why: why.to_owned(),
    };
    let flag = |key: &str| entry.get(key).and_then(Value::as_bool);
    draft.is_off = flag("disabled") == Some(true)
        || flag("enabled") == Some(false)
        || flag("isActive") == Some(false);
    let limit = |key: &str| time_limit(entry, key);
    // That of OpenCode is for listing tools.
    let is_opencode =
        entry.get("command").is_some_and(Value::is_array) || text(entry, "type") == Some("remote");
    let (listing, running) = match is_opencode {
        true => (limit("timeout"), None),
        false => (None, limit("timeout")),
    };
    draft.time_limits = TimeLimits {
        connect_seconds: limit("startup_timeout_sec").or(listing),
        run_seconds: limit("tool_timeout_sec").or(running),
    };
    if let Some(file) = text(entry, "envFile").filter(|file| !file.is_empty()) {
        let file = clean_text(file, 100);
        draft.note(format!(
            "The variables in {file} weren't read: enter those it needs as variables of the connector"
        ));
    }
    let known = [&ADDRESSES[..], &PROGRAMS, &VARIABLES, &OTHERS].concat();
    let is_read = |key: &str| match key {
        "disabled" | "enabled" | "isActive" => flag(key).is_some(),
        "timeout" | "startup_timeout_sec" | "tool_timeout_sec" => limit(key).is_some(),
        _ => known.contains(&key),
    };
    let unknown = entry
        .iter()
        .filter(|(key, value)| !is_read(key) && !is_usual(value));
    if let Some(names) = names_of(unknown.map(|(key, _)| key)) {
        draft.note(format!("Not taken over: {names}"));
    }
    let title = text(entry, "name")
        .map(|name| clean_text(name, 100))
        .or(name.clone());
    let (command, address) = (given(entry, &PROGRAMS), given(entry, &ADDRESSES));
    let command = match address {
        Some(_) => command,
        None => command.or_else(|| first(entry, &PROGRAMS)),
    };
    if let Some(command) = command {
        if address.is_some() {
            draft.note("Its address was left out, because it has a command too");
        }
        let mut command = Command {
            words: command_words(command, entry.get("args")).map_err(refused)?,
            variables: parse_pairs(first(entry, &VARIABLES), variable, &mut draft),
            folder: text(entry, "cwd").map(str::to_owned),
        };
        command.variables.retain(|variable| {
            let fits = is_variable_name(&variable.name);
            if !fits {
                let name = clean_text(&variable.name, 60);
                draft.note(format!(
                    "{name:?} was left out: it can't be the name of a variable"
                ));
            }
            fits
        });
        // Names of secrets that Goose keeps in its own keychain, and of variables that Codex passes on.
        let secret = texts(entry.get("env_keys")).map(|key| (key, true));
        let passed_on = texts(entry.get("env_vars")).map(|key| (key, is_secret_name(key)));
        for (key, is_secret) in secret.chain(passed_on) {
            if is_variable_name(key) && !command.variables.iter().any(|known| known.name == key) {
                command.variables.push(PastedValue {
                    name: key.to_owned(),
                    value: String::new(),
                    is_secret,
                });
            }
        }
        return match command.into_server(title, draft) {
            Err(PasteError::Nothing) => Err(refused("it has no command")),
            Err(PasteError::Control) => Err(refused("its command contains control characters")),
            Err(PasteError::TooMuch { .. }) => Err(refused("its command is too long")),
            Err(PasteError::NotUsable { why, .. }) => Err(refused(&why)),
            Err(PasteError::Shell { .. } | PasteError::OpenQuote) => Err(refused(NEEDS_SHELL)),
            Err(PasteError::Bundle { .. }) => Err(refused(IS_BUNDLE)),
            done => done,
        };
    }
    let Some(url) = address.and_then(Value::as_str) else {
        return Err(refused("it has neither an address nor a command"));
    };
    let url = url.trim();
    if !(url.starts_with("http://") || url.starts_with("https://") || url.starts_with("${")) {
        return Err(refused("its address isn't http or https"));
    }
    let of_options = entry.get("requestOptions").and_then(|it| it.get("headers"));
    let given = first(entry, &["headers", "http_headers"]).or(of_options);
    let mut headers = parse_pairs(given, header, &mut draft);
    if let Some(variable) = text(entry, "bearer_token_env_var") {
        headers.extend(header(&format!("Authorization: Bearer ${{{variable}}}")));
    }
    let of_variables = entry.get("env_http_headers").and_then(Value::as_object);
    for (name, variable) in of_variables.into_iter().flatten() {
        // Codex takes their values from its environment.
        if let Some(variable) = variable.as_str() {
            headers.push(value(name, format!("${{{variable}}}")));
        }
    }
    match draft.finish(title, PastedPlace::address(url, headers)) {
        Err(PasteError::Control) => Err(refused("its address contains control characters")),
        Err(PasteError::TooMuch { .. }) => Err(refused("its address is too long")),
        Err(PasteError::Bundle { .. }) => Err(refused(IS_BUNDLE)),
        done => done,
    }
}

/// Returns the words of a command that is one word, a list of words, or a whole line.
fn command_words(command: &Value, arguments: Option<&Value>) -> Result<Vec<String>, &'static str> {
    let texts = |list: &[Value]| -> Result<Vec<String>, &'static str> {
        let word = |value: &Value| scalar_text(value).ok_or("an argument isn't text");
        list.iter().map(word).collect()
    };
    let has_no_arguments = arguments.is_none_or(|list| list.as_array().is_some_and(Vec::is_empty));
    let mut words = match command {
        Value::String(line) if has_no_arguments && is_command_line(line) => {
            let mut commands = words::split(line).map_err(|_| NEEDS_SHELL)?;
            match commands.len() {
                1 => commands.remove(0),
                _ => return Err("it has no command"),
            }
        }
        Value::String(word) => vec![word.clone()],
        Value::Array(list) => texts(list)?,
        _ => return Err("its command isn't text"),
    };
    match arguments {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) => words.extend(texts(list)?),
        Some(_) => return Err("its arguments aren't a list"),
    }
    match words.first() {
        Some(program) if !program.trim().is_empty() => Ok(words),
        _ => Err("it has no command"),
    }
}

/// Whether a command without a list of arguments is a whole line rather than a path with spaces.
pub(super) fn is_command_line(command: &str) -> bool {
    let is_path = command.starts_with(['/', '~']) || has_drive(Path::new(command));
    command.trim().contains(char::is_whitespace) && !is_path
}

/// Parses `NAME=value`.
fn variable(line: &str) -> Option<PastedValue> {
    match line.split_once('=') {
        Some((name, text)) => Some(value(name, text.to_owned())),
        None => header(line),
    }
}

/// Parses variables or headers: an object of scalars, or a list of lines.
fn parse_pairs(
    values: Option<&Value>,
    parse_line: fn(&str) -> Option<PastedValue>,
    draft: &mut Draft<'_>,
) -> Vec<PastedValue> {
    let mut found = Vec::new();
    match values {
        Some(Value::Object(values)) => {
            for (name, given) in values {
                match scalar_text(given) {
                    Some(text) => found.push(value(name, text)),
                    None => {
                        let name = clean_text(name, 60);
                        draft.note(format!("{name} was left out: its value isn't text"));
                    }
                }
            }
        }
        Some(Value::Array(lines)) => {
            for line in lines.iter().filter_map(Value::as_str) {
                found.extend(parse_line(line));
            }
        }
        _ => {}
    }
    found
}
