//! Commands that hints and messages name can be run as they are printed, with their placeholders filled in.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use clap::error::ErrorKind;
use patchbay_model::{Code, Connector, OauthDeviation, Platform, Problem};
use patchbay_ops::{
    BUNDLE_HINT, CERTIFICATE_NEEDED_HINT, CHECK_APP_HINT, ClientFeature, LACKS_SETTING_HINT,
    NO_ACCESS_HINT, NO_FOLDER_HINT, NO_KEYCHAIN_HINT, NO_SECRET_HINT, OTHER_CLIENT_HINT, TimeLimit,
    UNTRUSTED_HINT, USE_TOKEN_HINT, deviation_hint, platform_abilities,
};
use serde_json::{Value, json};

use super::wiki;
use crate::args::CliArgs;
use crate::command_hint::{command_hint, with_command_hint};

/// Asserts that the command line takes every command that the text names.
#[track_caller]
pub(crate) fn assert_runnable(text: &str) {
    for command in commands(text) {
        let parsed = CliArgs::try_parse_from(split(&command.replace(" PORT", " 1")));
        let is_refused = |error: &clap::Error| error.kind() != ErrorKind::DisplayHelp;
        if let Err(error) = parsed.map(drop)
            && is_refused(&error)
        {
            panic!("{command}\n{error}");
        }
    }
}

/// The commands in backticks, and those that a colon announces, without a remark in brackets after them.
fn commands(text: &str) -> Vec<&str> {
    let quoted = text.match_indices(concat!("`", "patchbay "));
    let quoted = quoted.map(|(at, _)| text[at + 1..].split('`').next());
    let announced = text.match_indices(concat!(": ", "patchbay "));
    let announced = announced.map(|(at, _)| text[at + 2..].split(" (").next());
    quoted.chain(announced).flatten().collect()
}

/// Splits a command as a shell does.
fn split(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut signs = command.chars();
    while let Some(sign) = signs.next() {
        let last = words.len() - 1;
        match (quote, sign) {
            (None, ' ') => words.push(String::new()),
            (None, '\'' | '"') => quote = Some(sign),
            (None, '\\') => words[last].extend(signs.next()),
            (Some(open), _) if open == sign => quote = None,
            _ => words[last].push(sign),
        }
    }
    words
}

/// All sources in a folder, without comments and with each text on one line.
fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let lines = source.lines().map(str::trim_start);
            let lines = lines.filter(|line| !line.starts_with("//"));
            let code: Vec<_> = lines.collect();
            found.push(code.join("\n").replace("\\\n", ""));
        }
    }
    found
}

/// Fills in the placeholders of a format string, and ends it where its quotation mark is.
fn fill(format: &str) -> String {
    let mut filled = format
        .replace("\\\"", "'")
        .replace("--platform {}", "--platform mistral")
        .replace("{flag} {longer}", "--run-timeout 9")
        .replace("{deviation}", "no-resource")
        .replace("{reference}", "cmd://x");
    filled.truncate(filled.find('"').unwrap_or(filled.len()));
    while let Some((before, rest)) = filled.split_once('{') {
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        filled = format!("{before}x{after}");
    }
    filled
}

#[test]
fn a_text_of_the_sources_names_no_command_that_is_refused() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folders = ["patchbay-cli/src", "patchbay-ops/src"];
    let sources = folders.map(|folder| sources(&crates.join(folder)));
    let mut checked = 0;
    for source in sources.iter().flatten() {
        // Whole commands are checked where they are made.
        let fixed = commands(source).into_iter();
        let fixed = fixed.filter(|command| !command.starts_with("patchbay {"));
        for command in fixed.map(fill).filter(|command| command != "patchbay ") {
            assert_runnable(&format!("`{command}`"));
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn the_examples_of_the_readme_are_taken() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = fs::read_to_string(crates.join("../../README.md")).unwrap();
    let mut checked = 0;
    for line in readme.lines() {
        let line = line.rsplit(" | ").next().unwrap_or_default();
        if line.starts_with(concat!("patchbay", " ")) {
            let command = line.split("  #").next().unwrap_or_default();
            assert_runnable(&format!("`{}`", command.trim()));
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
}

#[test]
fn every_problem_of_a_connector_names_commands_that_are_taken() {
    let hosted = Platform::ALL.into_iter();
    let hosted = hosted.filter(|platform| platform_abilities(*platform).has_accounts);
    let command = json!({ "program": "npx", "arguments": [], "folder": null, "variables": {} });
    let (none, key) = (
        json!({ "kind": "none" }),
        json!({ "kind": "headers", "entry": "c" }),
    );
    let mut connectors = vec![wiki()];
    let mut with = |members: Value| {
        let mut connector = serde_json::to_value(wiki()).unwrap();
        let own = connector.as_object_mut().unwrap();
        own.extend(members.as_object().cloned().unwrap());
        connectors.push(serde_json::from_value::<Connector>(connector).unwrap());
    };
    with(json!({ "name": "my wiki; $(id)", "authentication": none, "authenticationMethods": [] }));
    with(json!({ "authentication": key, "authenticationMethods": ["headers"] }));
    with(json!({ "authentication": none, "authenticationMethods": [], "command": command }));
    for platform in hosted {
        let mut identity = serde_json::to_value(wiki().identity).unwrap();
        identity["platform"] = json!(platform);
        for methods in [json!(["oauth"]), json!(["bearer"]), json!([])] {
            with(json!({ "identity": identity, "authenticationMethods": methods }));
        }
    }
    let known = [
        "Try again.",
        BUNDLE_HINT,
        NO_FOLDER_HINT,
        NO_KEYCHAIN_HINT,
        NO_SECRET_HINT,
        OTHER_CLIENT_HINT,
        CHECK_APP_HINT,
        USE_TOKEN_HINT,
        LACKS_SETTING_HINT,
        NO_ACCESS_HINT,
        UNTRUSTED_HINT,
        CERTIFICATE_NEEDED_HINT,
        ClientFeature::Sampling.hint(),
        ClientFeature::Roots.hint(),
    ];
    let mut hints = vec![None];
    hints.extend(known.map(|hint| Some(hint.to_owned())));
    hints.extend(TimeLimit::ALL.map(|limit| Some(limit.hint().to_owned())));
    hints.extend(OauthDeviation::ALL.map(|one| Some(deviation_hint(one))));
    for code in Code::ALL {
        for hint in &hints {
            let mut problem = Problem::new(code, "it failed");
            problem.hint.clone_from(hint);
            for connector in &connectors {
                assert_runnable(&command_hint(&problem, connector).unwrap_or_default());
            }
            assert_runnable(&with_command_hint(problem).hint.unwrap_or_default());
        }
    }
}

#[test]
fn a_command_is_split_as_a_shell_does() {
    assert_eq!(split(r#"a "b c" 'd'\''e' f=-"#), ["a", "b c", "d'e", "f=-"]);
    let text = concat!(
        "Next: ",
        "patchbay doctor (soon). See `",
        "patchbay status`."
    );
    assert_eq!(commands(text), ["patchbay status", "patchbay doctor"]);
}
