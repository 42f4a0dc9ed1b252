//! What a shell completes while one types: the words of the grammar, and the names that Patchbay knows on this
//! computer. Nothing is started for it, and nobody else is asked.

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use patchbay_ops::{
    AppPaths, Context, ContextOptions, list_accounts, list_connectors, list_tools, list_wallet,
    resolve_connector,
};

use crate::args::CliArgs;
use crate::failure::Failure;
use crate::output::text;
use crate::runtime;

/// Names the shell that asks.
const VARIABLE: &str = "PATCHBAY_COMPLETE";

const PROGRAM: &str = "patchbay";

/// Where zsh finds the script as a function of its `fpath`, it calls that for the first completion and expects words.
const ZSH_FIRST_TIME: &[u8] =
    b"if [ \"$funcstack[1]\" = _patchbay ]; then _clap_dynamic_completer_patchbay \"$@\"; fi\n";

/// Answers a shell that asks what may follow; `false` where none does.
pub(crate) fn complete() -> bool {
    let environment = CompleteEnv::with_factory(grammar).var(VARIABLE);
    let folder = std::env::current_dir().ok();
    let answered = environment.try_complete(std::env::args_os(), folder.as_deref());
    // What a shell is told in the middle of a line would stand in the line.
    answered.unwrap_or(true)
}

/// What a shell has to run to ask [`complete`].
///
/// # Errors
/// [`Failure`] for a shell that cannot.
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

/// The same command; an argument that is called after what it names offers the names of that.
fn add_completers(command: Command) -> Command {
    command
        .mut_args(add_completer)
        .mut_subcommands(add_completers)
}

fn add_completer(arg: Arg) -> Arg {
    let candidates = match arg.get_id().as_str() {
        "connector" => ArgValueCandidates::new(|| names(Kind::Connector)),
        "account" => ArgValueCandidates::new(|| names(Kind::Account)),
        "credential" => ArgValueCandidates::new(|| names(Kind::Credential)),
        "tool" => ArgValueCandidates::new(|| names(Kind::Tool)),
        "subject" => ArgValueCandidates::new(|| {
            let kinds = [Kind::Connector, Kind::Credential];
            kinds.into_iter().flat_map(names).collect()
        }),
        _ => return arg,
    };
    arg.add(candidates)
}

#[derive(Clone, Copy)]
enum Kind {
    Connector,
    Account,
    Credential,
    Tool,
}

/// The names of that kind; none where they cannot be read, for there is nowhere to say so.
fn names(kind: Kind) -> Vec<CompletionCandidate> {
    let Ok(paths) = AppPaths::from_environment() else {
        return Vec::new();
    };
    // A shell that completes makes no home.
    if !paths.database().exists() {
        return Vec::new();
    }
    let read = async {
        let cx = Context::open(ContextOptions::of_system(paths)).await.ok()?;
        let names = list(&cx, kind).await;
        cx.close().await;
        names
    };
    let runtime = runtime().ok();
    let names = runtime.and_then(|runtime| runtime.block_on(read));
    names.unwrap_or_default()
}

async fn list(cx: &Context, kind: Kind) -> Option<Vec<CompletionCandidate>> {
    let names: Vec<_> = match kind {
        Kind::Connector => {
            let all = list_connectors(cx).await.ok()?;
            let all = all.into_iter();
            all.filter_map(|it| candidate(&it.name, it.id.as_str(), &it.title))
                .collect()
        }
        Kind::Account => {
            let all = list_accounts(cx).await.ok()?;
            let all = all.into_iter();
            all.filter_map(|it| candidate(&it.label, it.id.as_str(), &it.label))
                .collect()
        }
        Kind::Credential => {
            let all = list_wallet(cx).await.ok()?;
            let all = all.into_iter();
            all.filter_map(|it| candidate(&it.name, it.id.as_str(), &it.name))
                .collect()
        }
        Kind::Tool => {
            let connector = resolve_connector(cx, &connector_argument()?).await.ok()?;
            let all = list_tools(cx, Some(&connector.id)).await.ok()?;
            let all = all.into_iter();
            // A tool has no other name that could be typed in its place.
            all.filter_map(|it| {
                candidate(
                    &it.tool.name,
                    "",
                    it.tool.title.as_deref().unwrap_or_default(),
                )
            })
            .collect()
        }
    };
    Some(names)
}

/// The connector that stands before the word that is completed.
fn connector_argument() -> Option<String> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let grammar = CliArgs::command().ignore_errors(true);
    let matches = grammar.try_get_matches_from(words).ok()?;
    let mut matches = &matches;
    while let Some((_, below)) = matches.subcommand() {
        matches = below;
    }
    let typed = matches.try_get_one::<String>("connector").ok()?;
    typed.cloned()
}

/// A completion: the name, or the id where a shell would misread the name. Candidates are inserted into the line as
/// they are, and the name may come from others.
fn candidate(name: &str, id: &str, words: &str) -> Option<CompletionCandidate> {
    let typed = [name, id].into_iter().find(|word| is_plain(word))?;
    let help = text::line(words);
    let help = Some(help).filter(|help| help != typed && !help.is_empty());
    Some(CompletionCandidate::new(typed).help(help.map(Into::into)))
}

/// Whether every shell takes a word as it is.
fn is_plain(word: &str) -> bool {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./@".contains(sign);
    let begins = word.starts_with(|sign: char| sign.is_ascii_alphanumeric());
    begins && word.chars().all(is_plain)
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
