//! A review of what the page can pass to commands: ids and data. Every argument that could be used as a path, a program
//! or a URL is listed here with the check that applies to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use specta_typescript::Typescript;

/// Words in the name of an argument or member that need a review.
const SUSPICIOUS: &str = "
    address command dir endpoint executable file folder host path paths place program redirect reference roots
    settings uri url urls
";

/// The reviewed ones, a line each: command or type, argument or member, and why the page may pass it.
const REVIEWED: &str = include_str!("reviewed.txt");

/// Every command. A new one has to be reviewed before it is added here.
const COMMANDS: &str = include_str!("commands.txt");

/// The inputs of a command, or the members of a type.
struct Inputs {
    names: BTreeSet<String>,
    types: BTreeSet<String>,
}

/// The exported bindings, shared by both tests.
static EXPORTED: LazyLock<String> = LazyLock::new(|| {
    let file = std::env::temp_dir().join(format!("patchbay-bindings-{}.ts", std::process::id()));
    super::builder()
        .export(Typescript::default(), &file)
        .expect("a temporary file can be written");
    let text = std::fs::read_to_string(&file).expect("it was written");
    std::fs::remove_file(&file).expect("it can go");
    text
});

/// The commands, by their Rust names.
fn commands(text: &str) -> BTreeMap<String, Inputs> {
    let lines = text.lines().filter(|line| line.contains("__TAURI_INVOKE"));
    let command = |line: &str| {
        let (_, name) = line.split_once("__TAURI_INVOKE")?;
        let (_, name) = name.split_once("(\"")?;
        let (name, _) = name.split_once('"')?;
        let (_, arguments) = line.split_once('(')?;
        let (arguments, _) = arguments.split_once(") => ")?;
        // The type in a channel goes to the page, not from it.
        let arguments = arguments.split("Channel<").collect::<Vec<_>>();
        let rest = arguments.iter().skip(1);
        let rest = rest.filter_map(|one| Some(one.split_once('>')?.1));
        let arguments: String = arguments.iter().take(1).copied().chain(rest).collect();
        Some((name.to_owned(), parse_inputs(&arguments)))
    };
    lines.filter_map(command).collect()
}

/// The types, by name.
fn types(text: &str) -> BTreeMap<String, Inputs> {
    let definitions = text.split("\nexport type ").skip(1);
    let definition = |one: &str| {
        let (name, body) = one.split_once(" = ")?;
        let body = body.split(";\n\n").next()?;
        Some((name.to_owned(), parse_inputs(&without_comments(body))))
    };
    definitions.filter_map(definition).collect()
}

fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut code = String::new();
    while let Some((before, after)) = rest.split_once("/**") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code + rest
}

fn parse_inputs(text: &str) -> Inputs {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let mut found = Inputs {
        names: BTreeSet::new(),
        types: BTreeSet::new(),
    };
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let word = &rest[start..];
        let end = word.find(|sign| !is_part(sign)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        let is_text = rest[..start].ends_with('"');
        let is_name = after.trim_start_matches('?').starts_with(':');
        if is_name {
            found.names.insert(word.to_owned());
        } else if !is_text && word.starts_with(char::is_uppercase) {
            found.types.insert(word.to_owned());
        }
        rest = after;
    }
    found
}

/// Every type that the page passes to some command, directly or within another type.
fn reachable_types<'a>(
    commands: &'a BTreeMap<String, Inputs>,
    types: &'a BTreeMap<String, Inputs>,
) -> BTreeMap<&'a str, &'a Inputs> {
    let input_types = commands.values().flat_map(|command| &command.types);
    let mut pending: Vec<&str> = input_types.map(String::as_str).collect();
    let mut found = BTreeMap::new();
    while let Some(name) = pending.pop() {
        if let Some(one) = types.get(name)
            && found.insert(name, one).is_none()
        {
            pending.extend(one.types.iter().map(String::as_str));
        }
    }
    found
}

fn is_suspicious(name: &str) -> bool {
    let suspicious: Vec<&str> = SUSPICIOUS.split_whitespace().collect();
    let words = words(name);
    words.iter().any(|word| suspicious.contains(&word.as_str()))
}

/// Splits `authorizeUrl` and `authorize_url` into `authorize` and `url`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for sign in name.chars() {
        if sign == '_' || sign.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign != '_') {
            word.extend(sign.to_lowercase());
        }
    }
    words
}

#[test]
fn every_command_of_the_page_was_reviewed() {
    let found = commands(&EXPORTED);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let reviewed: Vec<&str> = COMMANDS.split_whitespace().collect();
    assert_eq!(names, reviewed, "look at what it takes, then add it");
}

#[test]
fn every_suspicious_input_of_the_page_was_reviewed() {
    let (commands, types) = (commands(&EXPORTED), types(&EXPORTED));
    assert!(types.len() > 100, "{}", types.len());
    let of_types = reachable_types(&commands, &types);
    let of_commands = commands.iter().map(|(name, one)| (name.as_str(), one));
    let mut found = BTreeSet::new();
    for (owner, one) in of_commands.chain(of_types) {
        let names = one.names.iter().filter(|name| is_suspicious(name));
        found.extend(names.map(|name| (owner.to_owned(), name.clone())));
    }
    let reviewed = REVIEWED.lines().map(|row| {
        let (input, judge) = row.split_once(": ").expect("each row says why");
        assert!(!judge.is_empty(), "{input}");
        let (owner, name) = input.split_once('.').expect("each row names an owner");
        (owner.to_owned(), name.to_owned())
    });
    let reviewed: BTreeSet<_> = reviewed.collect();
    assert_eq!(
        found, reviewed,
        "say who judges it, or give it another meaning"
    );
}
