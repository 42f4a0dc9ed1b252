//! `patchbay connector add NAME -- PROGRAM …`.

use std::collections::BTreeMap;
use std::path::Path;

use patchbay_model::{Connector, ServerCommand};
use patchbay_ops::{AddProgram, add_program, allow_connector_program};

use super::authentication::variable_values;
use super::connect;
use crate::args::{ConnectArgs, EditProgramArgs, ProgramArgs};
use crate::cli::Cli;
use crate::failure::Failure;

/// Adds a connector whose server is a local program.
pub(super) async fn add(
    cli: &Cli,
    name: Option<String>,
    title: Option<String>,
    words: Vec<String>,
    args: ProgramArgs,
) -> Result<Connector, Failure> {
    let mut words = words.into_iter();
    let command = ServerCommand {
        program: program(words.next().unwrap_or_default())?,
        arguments: words.collect(),
        folder: args.folder.as_deref().map(absolute).transpose()?,
        variables: variables(&args.variables)?,
    };
    let secrets = variable_values(cli, &args.secrets).await?;
    if !secrets.is_empty() {
        cli.unlock().await?;
    }
    let request = AddProgram {
        command,
        secrets,
        name,
        title,
    };
    Ok(add_program(&cli.cx, request).await?)
}

/// Allows the program of a new connector if `is_allowed`, and saves `--connect-timeout`.
pub(super) async fn finish_adding(
    cli: &Cli,
    connector: Connector,
    is_allowed: bool,
    how: &ConnectArgs,
) -> Result<Connector, Failure> {
    if is_allowed && connector.command.is_some() {
        allow_connector_program(&cli.cx, &connector.id).await?;
    }
    connect::save_connect_timeout(cli, connector, how).await
}

/// Applies the changes to the command of a connector; `None` if there are none.
pub(super) fn updated_command(
    connector: &Connector,
    args: EditProgramArgs,
) -> Result<Option<ServerCommand>, Failure> {
    let before = connector.command.clone().unwrap_or_default();
    let mut command = before.clone();
    let mut words = args.command.into_iter();
    if let Some(word) = words.next() {
        command.program = program(word)?;
        command.arguments = words.collect();
    }
    for name in &args.removed_variables {
        if command.variables.remove(name).is_none() {
            return Err(Failure::usage(
                format!("variable {name} not found"),
                "A secret one is in the credential: `patchbay credential list`.",
            ));
        }
    }
    command.variables.extend(variables(&args.variables)?);
    if args.own_folder {
        command.folder = None;
    }
    if let Some(folder) = &args.folder {
        command.folder = Some(absolute(folder)?);
    }
    Ok((command != before).then_some(command))
}

/// Makes a path to a program absolute, because it will be started in another folder.
fn program(word: String) -> Result<String, Failure> {
    match Path::new(&word).components().count() {
        0 | 1 => Ok(word),
        _ => absolute(Path::new(&word)),
    }
}

pub(super) fn absolute(path: &Path) -> Result<String, Failure> {
    let full = std::path::absolute(path);
    let full =
        full.map_err(|error| Failure::internal(format!("couldn't find the folder: {error}")))?;
    let text = full.into_os_string().into_string();
    text.map_err(|_| Failure::usage("the path isn't valid Unicode", "Use another path."))
}

pub(super) fn variables(given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |pair: &String| match pair.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::usage(
            "--env needs a name and a value",
            "Use --env NAME=VALUE.",
        )),
    };
    given.iter().map(pair).collect()
}
