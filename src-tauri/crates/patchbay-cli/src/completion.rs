//! Shell completion of the grammar and of names in the local database. It starts no programs and sends no requests.

use clap::{Arg, ArgMatches, Command, CommandFactory as _};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use patchbay_ops::{AppPaths, LATEST_RUN, NameKind, saved_names};

use crate::args::CliArgs;
use crate::failure::Failure;
use crate::output::text;

/// Set by the completion script to the name of its shell.
const VARIABLE: &str = "PATCHBAY_COMPLETE";

const PROGRAM: &str = "patchbay";

/// If zsh loads the script from its `fpath`, it calls it for the first completion and expects candidates.
const ZSH_FIRST_TIME: &[u8] =
    b"if [ \"$funcstack[1]\" = _patchbay ]; then _clap_dynamic_completer_patchbay \"$@\"; fi\n";

/// Answers a completion request of a shell; `false` if the process was not started by one.
pub(crate) fn complete() -> bool {
    let environment = CompleteEnv::with_factory(grammar).var(VARIABLE);
    let folder = std::env::current_dir().ok();
    let completed = environment.try_complete(std::env::args_os(), folder.as_deref());
    // An error message would end up in the user's command line.
    completed.unwrap_or(true)
}

/// The script that makes a shell call [`complete`].
pub(crate) fn script(shell: Shell) -> Result<Vec<u8>, Failure> {
    let name = shell.to_string();
    let shells = Shells::builtins();
    let shell = shells.completer(&name);
    let shell = shell
        .ok_or_else(|| Failure::internal(format!("{name} can't complete Patchbay's words")))?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)
        .map_err(|error| Failure::internal(error.to_string()))?;
    if name == "zsh" {
        script.extend_from_slice(ZSH_FIRST_TIME);
    }
    Ok(script)
}

fn grammar() -> Command {
    add_completers(CliArgs::command())
}

/// Adds name completion to arguments, by their ids.
fn add_completers(command: Command) -> Command {
    command
        .mut_args(add_completer)
        .mut_subcommands(add_completers)
}

fn add_completer(arg: Arg) -> Arg {
    let candidates = match arg.get_id().as_str() {
        "connector" => ArgValueCandidates::new(|| names(&NameKind::Connector)),
        "account" => ArgValueCandidates::new(|| names(&NameKind::Account)),
        "credential" => ArgValueCandidates::new(|| names(&NameKind::Credential)),
        "run" | "first" | "second" => ArgValueCandidates::new(run_ids),
        "tool" => ArgValueCandidates::new(tool_names),
        "arguments" => ArgValueCandidates::new(argument_names),
        "subject" => ArgValueCandidates::new(|| {
            let kinds = [NameKind::Connector, NameKind::Credential];
            kinds.iter().flat_map(names).collect()
        }),
        _ => return arg,
    };
    arg.add(candidates)
}

/// Lists the names of that kind; none if they cannot be read, because an error can't be shown.
fn names(kind: &NameKind) -> Vec<CompletionCandidate> {
    let names = AppPaths::from_environment().and_then(|paths| saved_names(&paths, kind));
    let names = names.unwrap_or_default().into_iter();
    names
        .filter_map(|it| candidate(&it.name, &it.id, &it.title))
        .collect()
}

fn run_ids() -> Vec<CompletionCandidate> {
    let latest = candidate(LATEST_RUN, "", "The newest run");
    latest.into_iter().chain(names(&NameKind::Run)).collect()
}

fn tool_names() -> Vec<CompletionCandidate> {
    let [connector, _] = typed_target();
    connector
        .map(|connector| names(&NameKind::Tool { connector }))
        .unwrap_or_default()
}

/// The arguments of a tool, with the sign that their values follow.
fn argument_names() -> Vec<CompletionCandidate> {
    let [Some(connector), Some(tool)] = typed_target() else {
        return Vec::new();
    };
    let names = names(&NameKind::Argument { connector, tool }).into_iter();
    let with_sign = |name: CompletionCandidate| {
        let mut typed = name.get_value().to_owned();
        typed.push("=");
        CompletionCandidate::new(typed).help(name.get_help().cloned())
    };
    names.map(with_sign).collect()
}

/// The connector and the tool before the word that is completed.
fn typed_target() -> [Option<String>; 2] {
    let matches = typed_matches();
    ["connector", "tool"].map(|name| {
        let typed = matches.as_ref()?.try_get_one::<String>(name).ok()?;
        typed.cloned()
    })
}

/// The arguments of the innermost command before the word that is completed.
fn typed_matches() -> Option<ArgMatches> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let grammar = CliArgs::command().ignore_errors(true);
    let mut matches = grammar.try_get_matches_from(words).ok()?;
    while let Some((_, subcommand)) = matches.remove_subcommand() {
        matches = subcommand;
    }
    Some(matches)
}

/// Completes to the name, or to the id if the name contains characters that a shell interprets. Candidates are inserted
/// unquoted, and names may come from other parties.
fn candidate(name: &str, id: &str, words: &str) -> Option<CompletionCandidate> {
    let typed = [name, id].into_iter().find(|word| is_plain(word))?;
    let help = text::line(words);
    let help = Some(help).filter(|help| help != typed && !help.is_empty());
    Some(CompletionCandidate::new(typed).help(help.map(Into::into)))
}

/// Whether no shell interprets anything in the word.
fn is_plain(word: &str) -> bool {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./@".contains(sign);
    word.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && word.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_with_names_holds_together() {
        grammar().debug_assert();
    }

    #[test]
    fn only_what_a_shell_takes_as_it_is_is_offered() {
        let offered = |name: &str, id: &str| {
            let candidate = candidate(name, id, "A\u{1b}[2J title")?;
            assert!(!candidate.get_help()?.to_string().contains('\u{1b}'));
            Some(candidate.get_value().to_str()?.to_owned())
        };
        assert_eq!(offered("files-2", "con_1").as_deref(), Some("files-2"));
        for name in [
            "x;rm -rf ~",
            "a b",
            "$(id)",
            "`id`",
            "*",
            "a\nb",
            "a\u{1b}b",
            "-rf",
            "a\\b",
            "a'b",
            "",
            "~/x",
            "a|b",
            "a>b",
            "é",
        ] {
            assert_eq!(offered(name, "con_1").as_deref(), Some("con_1"), "{name:?}");
            assert_eq!(offered(name, ""), None, "{name:?}");
        }
    }
}
