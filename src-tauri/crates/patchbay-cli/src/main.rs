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
        Err(error) => return report_parse_error(&error),
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
    Ok(runtime()?.block_on(host_sessions(program))?)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("couldn't start: {error}")))
}

/// Reports help and version as answers, and any other parse error as a usage failure.
fn report_parse_error(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // The pipe may be closed.
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    // Parsing failed, so the flag has to be found by hand.
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
