//! The command line of Patchbay, binary `patchbay`: a thin door over `patchbay-ops`.
//!
//! It turns words into one call of a verb and the answer into a table or one JSON document. Standard
//! output is data, standard error is for people; exit codes come from [`exit::code_of`]. It refuses to know
//! how anything is done. Start reading at [`args`], then [`commands`].

mod args;
mod cli;
mod command_hint;
mod commands;
mod completion;
mod escapes;
mod exit;
mod failure;
mod form_values;
mod interrupt;
mod logging;
mod output;
mod program_consent;
mod prompt;
mod questions;
mod secret_source;
mod stderr;
mod tool_arguments;
mod unlock;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use args::CliArgs;
use clap::Parser as _;
use clap::error::ErrorKind;
use failure::Failure;
use patchbay_ops::{HOST_SESSIONS, WATCH_PROGRAMS, host_sessions, watch_programs};
#[cfg(windows)]
use patchbay_ops::{START_HOST, start_host};

/// How long blocked threads may delay the exit.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(200);

/// Stack size: that of main threads elsewhere. On Windows it is an eighth of it, which deep documents overflow.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// As the standard library says it of a panic.
const PANICKED: u8 = 101;

fn main() -> ExitCode {
    // Before anything else: it holds nothing of ours.
    if is_first_argument(WATCH_PROGRAMS) {
        watch_programs();
        return ExitCode::SUCCESS;
    }
    // Nobody hears it: whoever started it waits for what comes of it.
    #[cfg(windows)]
    if is_first_argument(START_HOST) {
        let started = std::env::current_exe().and_then(|program| start_host(&program));
        return ExitCode::from(u8::from(started.is_err()));
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
        return match run_session_host() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(false),
        };
    }
    if completion::complete() {
        return ExitCode::SUCCESS;
    }
    let cli = match CliArgs::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report_parse_error(&error),
    };
    let settings = cli.settings;
    let ended = logging::start().and_then(|()| run(cli));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(settings.json),
    }
}

fn run(cli: CliArgs) -> Result<(), Failure> {
    let runtime = runtime()?;
    let ended = runtime.block_on(commands::run(cli));
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    ended
}

/// Holds sessions for other commands.
fn run_session_host() -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::internal(format!("couldn't start: {error}")))?;
    Ok(runtime()?.block_on(host_sessions(program))?)
}

/// What commands run on.
///
/// # Errors
/// When no threads can be started.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("couldn't start: {error}")))
}

/// Help and version are answers; anything else that clap says is a usage failure.
fn report_parse_error(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // Nobody is left to tell when the reader has gone.
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    // The settings could not be read, so the flag is looked for by hand.
    let json = std::env::args_os().any(|argument| argument == "--json");
    if !json {
        drop(error.print());
        return ExitCode::from(exit::USAGE);
    }
    let text = error.render().to_string();
    let message = text.lines().next().unwrap_or_default();
    let message = message.trim_start_matches("error: ");
    Failure::usage(message, "See --help.").report(json)
}
