//! `patchbay exec …`: runs a program with secrets in its environment.
//!
//! The program inherits the terminal, and its exit code becomes ours. On Unix it replaces this process, so that it
//! receives signals directly; on Windows, which can't do that, this process waits for it.

use std::process::Command;

use patchbay_ops::{
    Error, VariableSource, own_program, program_environment, withhold_own_variables,
};

use crate::args::ExecArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::secret_source::Source;

/// Prepares the program and its environment, without starting it.
pub(super) async fn prepare(cli: &Cli, args: ExecArgs) -> Result<Command, Failure> {
    let variables = args.variables.iter().map(|given| variable(given));
    let variables = variables.collect::<Result<Vec<_>, _>>()?;
    let mut words = args.command.into_iter();
    let name = words.next().and_then(|word| word.into_string().ok());
    let name = name
        .ok_or_else(|| Failure::usage("the name of the program isn't text", "Use another name."))?;
    let file = own_program(&name)?;
    let is_of_wallet =
        |(_, from): &(_, VariableSource)| matches!(from, VariableSource::Credential(_));
    if args.subject.is_some() || variables.iter().any(is_of_wallet) {
        cli.unlock().await?;
    }
    let subject = args.subject.as_deref();
    let environment = program_environment(&cli.cx, subject, &variables).await;
    if let Err(Error::ServerNotAllowed { .. }) = &environment {
        // For the hint, which names the connector as it was given.
        cli.optional_connector(subject).await?;
    }
    let environment = environment?;
    let mut command = Command::new(file);
    command.args(words);
    withhold_own_variables(&mut command);
    for (name, secret) in &environment {
        command.env(name, secret.expose());
    }
    Ok(command)
}

/// Parses a variable and the source of its value. An error does not repeat the text, which may be the value itself.
fn variable(given: &str) -> Result<(String, VariableSource), Failure> {
    let Some((name, from)) = given.split_once('=') else {
        return Ok((given.to_owned(), VariableSource::Subject));
    };
    let takes = "Use wallet:NAME or env://NAME.";
    let from = Source::parse("--env", from).map_err(|failure| failure.with_hint(takes))?;
    let from = match from {
        Source::Reference(reference) => VariableSource::Reference(reference),
        Source::Wallet(name) => VariableSource::Credential(name),
        Source::Input => {
            return Err(Failure::usage("--env: stdin belongs to the program", takes));
        }
    };
    Ok((name.to_owned(), from))
}

/// Replaces this process by the program.
#[cfg(unix)]
pub(super) async fn run(mut command: Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(start_failure(&command, &error))
}

/// Waits for the program and exits with its code. Console signals such as Ctrl-C reach both processes; the program
/// decides what to do.
#[cfg(windows)]
pub(super) async fn run(mut command: Command) -> Result<(), Failure> {
    let _interrupts = crate::interrupt::Interrupts::listen();
    let started = command.spawn();
    let mut child = started.map_err(|error| start_failure(&command, &error))?;
    let ended = tokio::task::block_in_place(|| child.wait());
    let status = ended.map_err(|error| start_failure(&command, &error))?;
    std::process::exit(status.code().unwrap_or(1))
}

fn start_failure(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    let message = format!("couldn't start {program}: {error}");
    let problem = patchbay_model::Problem::new(patchbay_model::Code::ProgramNotStarted, message);
    problem
        .with_hint("Check that it's a program for this system.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_typed_on_the_command_line() {
        for given in ["KEY=hunter2", "KEY=", "KEY=https://hunter2", "KEY=-"] {
            let failure = variable(given).unwrap_err();
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
        let (name, from) = variable("KEY").unwrap();
        assert_eq!((name.as_str(), from), ("KEY", VariableSource::Subject));
        let from = variable("KEY=wallet:My key").unwrap().1;
        assert_eq!(from, VariableSource::Credential("My key".to_owned()));
    }
}
