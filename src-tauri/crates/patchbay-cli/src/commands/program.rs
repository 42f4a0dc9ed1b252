//! `patchbay connector add NAME -- PROGRAM …`.

use std::collections::BTreeMap;
use std::path::Path;

use patchbay_model::{Authentication, Connector, ServerCommand, has_secret_query};
use patchbay_ops::{AddProgram, add_program, allow_connector_program, list_wallet};
use url::Url;

use super::authentication::variable_values;
use super::connect;
use crate::args::{ConnectArgs, EditProgramArgs, ProgramArgs};
use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::failure::Failure;
use crate::output::text;

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
        folder: args.folder.as_deref().map(existing_folder).transpose()?,
        variables: variables(&args.variables)?,
    };
    note_relative_path(cli, &command);
    let secrets = variable_values(cli, &args.secrets).await?;
    if !secrets.is_empty() {
        cli.unlock().await?;
    }
    let request = AddProgram {
        command,
        secrets,
        name,
        title,
        ..AddProgram::default()
    };
    Ok(add_program(&cli.cx, request).await?)
}

/// Allows the program of a new connector if `is_allowed`, and saves `--connect-timeout`. The connector stays if that
/// fails.
pub(super) async fn finish_adding(
    cli: &Cli,
    connector: Connector,
    is_allowed: bool,
    how: &ConnectArgs,
) -> Result<Connector, Failure> {
    if is_allowed && connector.command.is_some() {
        let allowed = allow_connector_program(&cli.cx, &connector.id).await;
        allowed.map_err(|error| Failure::about(error, &connector))?;
    }
    let connector = connect::save_connect_timeout(cli, connector, how).await?;
    if holds_secret(&connector) {
        cli.say(
            "Note: the address seems to hold a key, and is shown wherever the connector is. \
             Where the server takes it as a token or header, use --token-from or --header.",
        );
    }
    Ok(connector)
}

/// Whether the URL seems to contain a key.
fn holds_secret(connector: &Connector) -> bool {
    let endpoint = connector.endpoint.as_deref();
    let url = endpoint.and_then(|endpoint| Url::parse(endpoint).ok());
    url.is_some_and(|url| has_secret_query(&url))
}

/// Names of the secret variables of a connector's program.
pub(super) async fn secret_variables(
    cli: &Cli,
    connector: &Connector,
) -> Result<Vec<String>, Failure> {
    let Authentication::Variables { entry } = &connector.authentication else {
        return Ok(Vec::new());
    };
    let wallet = list_wallet(&cli.cx).await?.into_iter();
    let mut entries = wallet.filter(|known| known.id == *entry);
    Ok(entries
        .next()
        .map(|entry| entry.header_names)
        .unwrap_or_default())
}

/// Applies the changes to the command of a connector, except for its secret variables; `None` if there are none.
pub(super) fn updated_command(
    connector: &Connector,
    secrets: &[String],
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
        if command.variables.remove(name).is_none() && !secrets.contains(name) {
            let connector = quoted_name(connector);
            return Err(Failure::usage(
                format!("variable {name} not found"),
                format!("Run `patchbay connector show {connector}`."),
            ));
        }
    }
    command.variables.extend(variables(&args.variables)?);
    if args.own_folder {
        command.folder = None;
    }
    if let Some(folder) = &args.folder {
        command.folder = Some(existing_folder(folder)?);
    }
    Ok((command != before).then_some(command))
}

/// Makes a path to a program absolute, because it will be started in another folder.
pub(super) fn program(word: String) -> Result<String, Failure> {
    match Path::new(&word).components().count() {
        0 | 1 => Ok(word),
        _ => absolute(Path::new(&word)),
    }
}

/// Says of an argument that is a file here that the program won't find it.
pub(super) fn note_relative_path(cli: &Cli, command: &ServerCommand) {
    let is_file_here = |word: &&String| {
        let path = Path::new(word);
        word.contains(['.', '/', '\\']) && path.is_relative() && path.is_file()
    };
    let file = command.arguments.iter().find(is_file_here);
    if let Some(file) = file.filter(|_| command.folder.is_none()) {
        cli.say(format!(
            "Note: {} is a file in this folder, but the server starts in one of its own. Give its full path, or \
             this folder with --cwd .",
            text::quote(file)
        ));
    }
}

pub(super) fn absolute(path: &Path) -> Result<String, Failure> {
    let full = std::path::absolute(path);
    let full =
        full.map_err(|error| Failure::internal(format!("couldn't find the folder: {error}")))?;
    let text = full.into_os_string().into_string();
    text.map_err(|_| Failure::usage("the path isn't valid Unicode", "Use another path."))
}

/// The absolute path of a folder to work in.
pub(super) fn existing_folder(path: &Path) -> Result<String, Failure> {
    match path.is_dir() {
        true => absolute(path),
        false => Err(Failure::usage(
            format!("there is no folder {}", path.display()),
            "Create it, or choose another with --cwd.",
        )),
    }
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
