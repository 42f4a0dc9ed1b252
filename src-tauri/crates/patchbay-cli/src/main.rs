//! The command line of Patchbay, binary `patchbay`: a thin layer over `patchbay-ops`.
//!
//! It turns arguments into a call of a verb and the answer into a table or one JSON document. Standard output is data,
//! standard error is messages; exit codes come from [`exit::code_of`]. Start reading at [`args`], then [`commands`].

mod args;
mod cli;
mod command_hint;
mod commands;
mod completion;
mod escapes;
mod exit;
mod failure;
mod form_values;
mod input;
mod interrupt;
mod logging;
mod output;
mod program_consent;
mod prompt;
mod questions;
mod secret_source;
mod start_log;
mod stderr;
mod text_file;
mod tool_arguments;
mod unlock;

use std::ffi::OsString;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use args::CliArgs;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};
use failure::Failure;
use patchbay_model::capitalize;
use patchbay_ops::{HOST_SESSIONS, WATCH_PROGRAMS, host_sessions, watch_programs};
#[cfg(windows)]
use patchbay_ops::{START_HOST, start_host};

/// Maximum delay of the exit by blocked threads.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(200);

/// That of main threads on other systems. Windows gives an eighth of it, which deeply nested JSON overflows.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The standard library's exit code for a panic.
const PANICKED: u8 = 101;

fn main() -> ExitCode {
    // Before anything else: the watcher needs none of it.
    if is_first_argument(WATCH_PROGRAMS) {
        watch_programs();
        return ExitCode::SUCCESS;
    }
    // Errors are not reported: the parent process waits for the host itself.
    #[cfg(windows)]
    if is_first_argument(START_HOST) {
        let outcome = std::env::current_exe().and_then(|program| start_host(&program));
        return ExitCode::from(u8::from(outcome.is_err()));
    }
    patchbay_ops::keep_memory_private();
    match thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(command)
    {
        Ok(command) => command.join().unwrap_or(ExitCode::from(PANICKED)),
        Err(error) => Failure::internal(format!("couldn't start: {error}")).report(false),
    }
}

fn is_first_argument(word: &str) -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == word)
}

fn command() -> ExitCode {
    if is_first_argument(HOST_SESSIONS) {
        return exit_code(run_session_host(), false);
    }
    if completion::complete() {
        return ExitCode::SUCCESS;
    }
    let cli = match CliArgs::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report_parse_error(error),
    };
    let settings = cli.settings;
    let outcome = logging::start().and_then(|()| run(cli));
    exit_code(outcome, settings.json)
}

fn exit_code(outcome: Result<(), Failure>, json: bool) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}

fn run(cli: CliArgs) -> Result<(), Failure> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(commands::run(cli));
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    outcome
}

/// Keeps sessions open for other commands.
fn run_session_host() -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::internal(format!("couldn't start: {error}")))?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(host_sessions(program));
    // A blocked thread may read of a process that is stuck.
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    Ok(outcome?)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("couldn't start: {error}")))
}

/// Reports help and version as answers, and any other parse error as a usage failure.
fn report_parse_error(error: clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // The pipe may be closed.
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    // Parsing failed, so what was typed has to be looked at by hand.
    let words: Vec<_> = std::env::args_os().collect();
    let mut ours = words.iter().take_while(|word| *word != "--");
    let json = ours.any(|word| word == "--json");
    if passes_secret(&error, &words) {
        return secret_source::argument_refused().report(json);
    }
    // With an option, as without one: the help instead of a list of names.
    let error = match error.kind() {
        ErrorKind::MissingSubcommand => {
            let named = named_command(&words);
            CliArgs::try_parse_from(named.split(' '))
                .err()
                .unwrap_or(error)
        }
        _ => with_verb_tip(with_adding_tip(error, &words), &words),
    };
    if !json {
        drop(error.print());
        return ExitCode::from(exit::USAGE);
    }
    let help = format!("Run `{} --help`.", named_command(&words));
    let hint = [parse_tips(&error), vec![help]].concat().join(" ");
    Failure::usage(parse_message(&error), hint).report(json)
}

/// Whether a word that is one too many may be a secret, which must not be repeated.
fn passes_secret(error: &clap::Error, words: &[OsString]) -> bool {
    const TAKE_SECRETS: [&str; 6] = [
        "patchbay account add",
        "patchbay account replace-key",
        "patchbay credential add",
        "patchbay credential replace",
        "patchbay credential rotate",
        "patchbay vault passphrase",
    ];
    let given = error.get(ContextKind::InvalidArg);
    let is_word = matches!(given, Some(ContextValue::String(word)) if !word.starts_with('-'));
    is_word
        && error.kind() == ErrorKind::UnknownArgument
        && TAKE_SECRETS.contains(&named_command(words).as_str())
}

/// The command that the words name, as far as they do.
fn named_command(words: &[OsString]) -> String {
    let grammar = CliArgs::command();
    let (mut command, mut name) = (&grammar, "patchbay".to_owned());
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    for word in words.filter(|word| !word.starts_with('-')) {
        let Some(found) = command.find_subcommand(word) else {
            break;
        };
        command = found;
        name.push_str(&format!(" {}", found.get_name()));
    }
    name
}

/// Says where the name of a server goes, or the command of a local program, if they seem to follow `connector add` as
/// they are.
fn with_adding_tip(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    let mut pairs = words.windows(2);
    let added = pairs.position(|pair| pair == ["connector", "add"]);
    let added = added.map_or(&[][..], |at| &words[at + 2..]);
    let word = |at: usize| added.get(at).and_then(|word| word.to_str());
    let is_address = |at| word(at).is_some_and(|word| word.contains("://"));
    let is_value = |at| word(at).is_some_and(|word| !word.starts_with('-'));
    let tip = if is_value(0) && is_value(1) && (is_address(0) || is_address(1)) {
        "give a server its short name with --name, as in 'connector add URL --name NAME'"
    } else if is_value(0) && !is_address(0) {
        "write the command of a local program after --, as in 'connector add -- npx -y PACKAGE'"
    } else {
        return error;
    };
    if error.kind() == ErrorKind::UnknownArgument
        && error.get(ContextKind::SuggestedArg).is_none()
        && !added.iter().any(|word| word == "--")
    {
        let tip = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tip);
    }
    error
}

/// Names the commands that have the unknown word as their verb, or the one that runs a tool, instead of words that are
/// spelled like it.
fn with_verb_tip(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(verb)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let grammar = CliArgs::command();
    let commands: Vec<_> = match named_command(words).as_str() {
        "patchbay" => grammar
            .get_subcommands()
            .filter(|noun| noun.find_subcommand(verb).is_some())
            .map(|noun| format!("'{} {verb}'", noun.get_name()))
            .collect(),
        "patchbay run" if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            vec!["'tool run CONNECTOR TOOL' to run a tool".to_owned()]
        }
        _ => Vec::new(),
    };
    if commands.is_empty() {
        return without_aliases(error, &grammar);
    }
    error.remove(ContextKind::SuggestedSubcommand);
    let tip = format!("use {}", commands.join(" or "));
    let tip = ContextValue::StyledStrs(vec![tip.into()]);
    error.insert(ContextKind::Suggested, tip);
    error
}

/// Suggests a noun once, and not its plural.
fn without_aliases(mut error: clap::Error, grammar: &clap::Command) -> clap::Error {
    if let Some(ContextValue::Strings(similar)) = error.get(ContextKind::SuggestedSubcommand) {
        let noun = |word: &String| {
            let noun = grammar.find_subcommand(word);
            noun.map_or_else(|| word.clone(), |noun| noun.get_name().to_owned())
        };
        let mut similar: Vec<_> = similar.iter().map(noun).collect();
        similar.dedup();
        let similar = ContextValue::Strings(similar);
        error.insert(ContextKind::SuggestedSubcommand, similar);
    }
    error
}

/// The message of a parse error on one line, with the arguments or values that it lists, but without the usage.
fn parse_message(error: &clap::Error) -> String {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
    ) {
        return "no command given".to_owned();
    }
    let text = error.render().to_string();
    let message = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = message.lines().map(str::trim).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

/// The tips of a parse error as sentences.
fn parse_tips(error: &clap::Error) -> Vec<String> {
    let text = error.render().to_string();
    let tips = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("tip: "));
    tips.map(|tip| format!("{}.", capitalize(tip))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_parse_error_names_what_is_missing() {
        let message = |words: &[&str]| {
            let words = std::iter::once(&"patchbay").chain(words);
            parse_message(&CliArgs::try_parse_from(words).unwrap_err())
        };
        assert_eq!(
            message(&["tool", "run"]),
            "the following required arguments were not provided: <CONNECTOR> <TOOL>"
        );
        assert_eq!(message(&["tool"]), "no command given");
        let value = message(&["run", "list", "--status", "x"]);
        assert!(value.contains("[possible values: "), "{value}");
    }

    #[test]
    fn the_tips_of_a_parse_error_are_sentences() {
        let words = ["patchbay", "connector", "add", "npx", "--titles"];
        let tips = parse_tips(&CliArgs::try_parse_from(words).unwrap_err());
        assert_eq!(tips[0], "A similar argument exists: '--title'.");
    }

    #[test]
    fn a_word_that_may_be_a_secret_is_not_repeated() {
        for (typed, expected) in [
            ("patchbay credential add github hunter2", true),
            ("patchbay --json credential replace github hunter2", true),
            ("patchbay account add mistral hunter2", true),
            ("patchbay vault passphrase hunter2", true),
            ("patchbay credential add github --tken", false),
            ("patchbay connector show wiki wiki", false),
        ] {
            let words: Vec<OsString> = typed.split(' ').map(Into::into).collect();
            let error = CliArgs::try_parse_from(&words).unwrap_err();
            assert_eq!(passes_secret(&error, &words), expected, "{typed}");
        }
    }

    #[test]
    fn the_help_of_what_was_typed_is_named() {
        for (typed, expected) in [
            ("patchbay tool run --json", "patchbay tool run"),
            ("pb --json run ls x --nope", "patchbay run list"),
            ("patchbay nonsense", "patchbay"),
        ] {
            let words: Vec<OsString> = typed.split(' ').map(Into::into).collect();
            assert_eq!(named_command(&words), expected);
        }
    }

    #[test]
    fn a_verb_without_its_noun_is_told_where_it_belongs() {
        for (typed, tip) in [
            (&["run", "files", "read"][..], "'tool run CONNECTOR TOOL'"),
            (&["connectr", "list"], "'connector'"),
            (&["connect"], "use 'connector connect'"),
            (&["rename"], "use 'account rename' or 'credential rename'"),
        ] {
            let words = [&["patchbay"][..], typed].concat();
            let error = CliArgs::try_parse_from(&words).unwrap_err();
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            let text = with_verb_tip(error, &words).render().to_string();
            assert!(text.contains(tip), "{text}");
            assert!(!text.contains("connectors"), "{text}");
        }
    }

    #[test]
    fn a_name_beside_an_address_is_told_where_it_goes() {
        let url = "https://wiki.example/mcp";
        for (added, is_told) in [
            ([url, "wiki"], true),
            (["wiki", url], true),
            (["npx", "mcp-remote"], false),
            ([url, "--nope"], false),
        ] {
            let words = [&["patchbay", "connector", "add"][..], &added].concat();
            let error = CliArgs::try_parse_from(&words).unwrap_err();
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            let text = with_adding_tip(error, &words).render().to_string();
            assert_eq!(text.contains("with --name"), is_told, "{text}");
        }
    }

    #[test]
    fn a_command_without_its_dashes_is_told_where_it_goes() {
        let tip = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            let error = CliArgs::try_parse_from(&words).unwrap_err();
            let text = with_adding_tip(error, &words).render().to_string();
            text.contains("after --")
        };
        assert!(tip(&["patchbay", "connector", "add", "npx", "-y", "x"]));
        assert!(tip(&["patchbay", "--json", "connector", "add", "npx", "x"]));
        let url = "https://wiki.example/mcp";
        assert!(!tip(&["patchbay", "connector", "add", url, "x"]));
        // An option that is nearly right is suggested.
        assert!(!tip(&["patchbay", "connector", "add", "npx", "--titles"]));
        assert!(!tip(&["patchbay", "connector", "show", "npx", "x"]));
    }
}
