//! Adding a connector whose server is a program on this computer.

use std::collections::BTreeMap;
use std::path::Path;

use patchbay_model::{
    AccountId, Authentication, AuthenticationMethod, Code, Connector, ConnectorId, Json,
    ServerCommand, TimeLimits, Transport,
};
use serde::Deserialize;
use serde_json::json;
use specta::Type;

use crate::address::clean_title;
use crate::connectors::add::resolve_name;
use crate::connectors::program_title::title_of;
use crate::context::Context;
use crate::credentials::check::{check_form, check_variable_name};
use crate::credentials::edit::add_derived_entry;
use crate::credentials::forget::discard_unless_ok;
use crate::credentials::secret::{SecretValue, WalletSecret};
use crate::error::Error;
use crate::home_folder::expand_tilde;
use crate::servers;
use crate::servers::steering::check_secret_variables;
use crate::stored_connectors::blank_connector::blank_connector;
use crate::stored_connectors::time_limits::validate_limits;
use crate::stored_connectors::{find_connector, status};
use crate::variable_names::is_same_variable;

/// Maximum number of words of a command, and of bytes of a word: below the limits of every system.
pub(super) const MAX_WORDS: usize = 256;
pub(super) const MAX_WORD_BYTES: usize = 8_000;

const MAX_VARIABLES: usize = 100;

/// A program to add as a connector. Adding it does not start it.
#[derive(Clone, Debug, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddProgram {
    pub command: ServerCommand,
    /// Secret environment variables, saved as a new wallet entry.
    pub secrets: BTreeMap<String, SecretValue>,
    /// Unique short name; `None` derives one from the title.
    pub name: Option<String>,
    /// Display name; `None` derives one from the command.
    pub title: Option<String>,
    #[serde(default)]
    #[specta(optional)]
    pub time_limits: TimeLimits,
    /// Whether it is added turned off.
    #[serde(default)]
    #[specta(optional)]
    pub is_off: bool,
}

/// Checks what [`add_program`] refuses before it saves anything. No reference is resolved.
///
/// # Errors
/// [`Error::Usage`] when the command, a variable or a time limit cannot be used.
pub fn check_add_program(request: &AddProgram) -> Result<(), Error> {
    let secrets = request.secrets.keys().map(String::as_str);
    validate_command(request.command.clone(), secrets.collect())?;
    validate_limits(request.time_limits)?;
    let values = request.secrets.clone();
    match values.is_empty() {
        true => Ok(()),
        false => check_form(WalletSecret::Variables { values }),
    }
}

/// Adds a connector, which is a draft until it first works.
///
/// # Errors
/// [`Error::Usage`] when the command, a variable or a time limit cannot be used; [`Error::Store`] when the name is
/// taken; [`Error::Vault`].
pub async fn add_program(cx: &Context, request: AddProgram) -> Result<Connector, Error> {
    let id = ConnectorId::new(cx.new_id("con"));
    add_program_as(cx, id, request).await
}

/// Like [`add_program`], with the id that the caller chose.
pub(crate) async fn add_program_as(
    cx: &Context,
    id: ConnectorId,
    request: AddProgram,
) -> Result<Connector, Error> {
    let secrets = request.secrets.keys().map(String::as_str);
    let command = validate_command(request.command, secrets.collect())?;
    let time_limits = validate_limits(request.time_limits)?;
    let title = clean_title(request.title)
        .or_else(|| clean_title(request.name.clone()))
        .unwrap_or_else(|| title_of(&command.program, &command.arguments));
    let name = resolve_name(cx, request.name, &title).await?;
    let values = request.secrets;
    let entry = match values.is_empty() {
        true => None,
        false => Some(add_derived_entry(cx, &title, WalletSecret::Variables { values }).await?),
    };
    let authentication = match &entry {
        Some(entry) => Authentication::Variables {
            entry: entry.id.clone(),
        },
        None => Authentication::None,
    };
    let mut connector = Connector {
        id,
        identity: status::identity(entry.as_ref()),
        authentication,
        authentication_methods: vec![AuthenticationMethod::None],
        time_limits,
        draft: true,
        native: native(&command),
        command: Some(command),
        ..blank_connector(cx, AccountId::local(), name.as_str().to_owned(), title)
    };
    status::set_enabled(&mut connector, !request.is_off);
    let added = status::add(cx, connector, name).await;
    discard_unless_ok(cx, entry.as_ref().map(|entry| &entry.id), added).await
}

/// Asks the user to allow the program of a connector, and clears a failure for lack of it. Nothing is started.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when it has none; [`Error::ProgramMissing`],
/// [`Error::ServerNotAllowed`], [`Error::Store`], [`Error::Vault`].
pub async fn allow_connector_program(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    let command = connector.command.as_ref();
    let command = command.ok_or_else(|| no_program(&connector))?;
    servers::allow(cx, &connector, command).await?;
    let clear = |connector: &mut Connector| {
        if connector.status.code == Some(Code::ProgramNotAllowed) {
            status::clear_failure(connector);
        }
    };
    Ok(status::update(cx, id, clear).await?.after)
}

/// JSON that describes the program, for display.
pub(crate) fn native(command: &ServerCommand) -> Json {
    Json(json!({ "command": command.line(), "transport": Transport::Stdio }))
}

pub(crate) fn no_program(connector: &Connector) -> Error {
    let what = format!(
        "connector {} has an address, not a program",
        connector.title
    );
    Error::usage(what, "Add the program as another connector.")
}

/// Refuses a command that could not be started, and expands `~` in its program and folder. `secrets` are the names of its
/// secret variables.
pub(crate) fn validate_command(
    mut command: ServerCommand,
    secrets: Vec<&str>,
) -> Result<ServerCommand, Error> {
    command.program = expand_tilde(&command.program);
    command.folder = command.folder.map(|folder| expand_tilde(&folder));
    let words = || std::iter::once(&command.program).chain(&command.arguments);
    if command.program.trim().is_empty() {
        return Err(Error::usage("enter a command", "Such as npx -y PACKAGE."));
    }
    if command.arguments.len() >= MAX_WORDS || words().any(|word| word.len() > MAX_WORD_BYTES) {
        return Err(Error::usage(
            "the command is too long",
            "Save it as a script and add that.",
        ));
    }
    if words().any(|word| word.chars().any(|c| c.is_control() && c != '\n')) {
        return Err(Error::usage(
            "the command contains control characters",
            "Type it instead of pasting it.",
        ));
    }
    if command.variables.len() + secrets.len() > MAX_VARIABLES {
        return Err(Error::usage(
            "there are too many variables",
            "Use up to 100.",
        ));
    }
    for name in command.variables.keys() {
        check_variable_name(name)?;
    }
    check_secret_variables(&secrets)?;
    let plain = command.variables.keys().map(String::as_str);
    let mut names: Vec<&str> = plain.chain(secrets).collect();
    while let Some(name) = names.pop() {
        if names.iter().any(|other| is_same_variable(other, name)) {
            return Err(Error::usage(
                format!("variable {name} is given twice"),
                "Give it once, as a plain value or as a secret.",
            ));
        }
    }
    if let Some(folder) = &command.folder
        && !Path::new(folder).is_absolute()
    {
        return Err(Error::usage(
            "the working folder isn't a full path",
            "Enter its full path.",
        ));
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Explain as _, Secret, Status};

    use super::*;
    use crate::connectors::edit::{ConnectorChanges, update_connector};
    use crate::stored_connectors::time_limits::MAX_WAIT;
    use crate::testing;

    fn command(words: &[&str]) -> ServerCommand {
        let (program, arguments) = words.split_first().unwrap();
        ServerCommand {
            program: (*program).to_owned(),
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            folder: None,
            variables: BTreeMap::new(),
        }
    }

    fn request(words: &[&str]) -> AddProgram {
        AddProgram {
            command: command(words),
            ..AddProgram::default()
        }
    }

    fn request_with_secret() -> AddProgram {
        let mut request = request(&["npx", "-y", "server-files"]);
        let secret = Secret::new("hunter2-hunter2");
        request.secrets.insert("API_KEY".to_owned(), secret.into());
        request
    }

    #[tokio::test]
    async fn invalid_commands_are_refused() {
        let (_home, cx) = testing::open_temporary().await;
        let long = "x".repeat(MAX_WORD_BYTES + 1);
        let secret = || SecretValue::from(Secret::new("hunter2-hunter2"));
        let mut relative = request(&["npx"]);
        relative.command.folder = Some("here".to_owned());
        let mut named = request(&["npx"]);
        named.secrets.insert("A=B".to_owned(), secret());
        let mut twice = request(&["npx"]);
        twice.secrets.insert("A".to_owned(), secret());
        twice
            .command
            .variables
            .insert("A".to_owned(), "b".to_owned());
        let mut hidden = request(&["uvx", "server"]);
        hidden
            .secrets
            .insert("UV_DEFAULT_INDEX".to_owned(), secret());
        let mut endless = request(&["npx"]);
        endless.time_limits.run_seconds = Some(MAX_WAIT + 1);
        for refused in [
            endless,
            hidden,
            request(&[" "]),
            request(&["npx", &long]),
            request(&["npx", "\u{1b}[2J"]),
            relative,
            named,
            twice,
        ] {
            let error = add_program(&cx, refused).await.unwrap_err();
            assert_eq!(error.code(), Code::UsageInvalid, "{error}");
        }
    }

    #[test]
    fn the_home_folder_is_expanded_in_the_program_and_the_folder() {
        let mut command = command(&["~/bin/server", "~/notes"]);
        command.folder = Some("~".to_owned());
        let validated = validate_command(command, Vec::new()).unwrap();
        let home = directories::BaseDirs::new().unwrap();
        let home = home.home_dir().to_str().unwrap().to_owned();
        assert_eq!(validated.program, format!("{home}/bin/server"));
        assert_eq!(validated.arguments, ["~/notes"]);
        assert_eq!(validated.folder, Some(home));
    }

    #[test]
    fn names_that_differ_in_case_are_one_variable_on_windows_only() {
        let mut command = command(&["npx"]);
        command
            .variables
            .insert("MODE".to_owned(), "fast".to_owned());
        let validated = validate_command(command, vec!["mode"]);
        assert_eq!(validated.is_err(), cfg!(windows));
    }

    #[tokio::test]
    async fn a_program_has_no_address_and_cannot_get_one() {
        let (_home, cx) = testing::open_temporary().await;
        let added = add_program(&cx, request_with_secret()).await.unwrap();
        assert_eq!((added.name.as_str(), added.endpoint), ("files", None));
        assert!(matches!(
            added.authentication,
            Authentication::Variables { .. }
        ));
        let saved = find_connector(&cx, &added.id).await.unwrap();
        assert_eq!(saved.command.unwrap().line(), "npx -y server-files");
        assert!(!saved.native.0.to_string().contains("hunter2"));
        let moved = ConnectorChanges {
            url: Some("https://a.example/mcp".to_owned()),
            ..ConnectorChanges::default()
        };
        let refused = update_connector(&cx, &added.id, moved).await.unwrap_err();
        assert_eq!(refused.code(), Code::UsageInvalid);
    }

    #[tokio::test]
    async fn a_program_is_added_turned_off_and_with_its_time_limits() {
        let (_home, cx) = testing::open_temporary().await;
        let time_limits = TimeLimits {
            connect_seconds: Some(20),
            run_seconds: Some(90),
        };
        let request = AddProgram {
            time_limits,
            is_off: true,
            ..request(&["npx", "-y", "server-files"])
        };
        let added = add_program(&cx, request).await.unwrap();
        assert_eq!(added.time_limits, time_limits);
        assert_eq!(added.status.status, Status::Disabled);
        let on = ConnectorChanges {
            enabled: Some(true),
            ..ConnectorChanges::default()
        };
        let on = update_connector(&cx, &added.id, on).await.unwrap();
        assert_eq!(on.status.status, Status::Unknown);
    }

    #[tokio::test]
    async fn a_new_command_is_validated() {
        let (_home, cx) = testing::open_temporary().await;
        let id = add_program(&cx, request_with_secret()).await.unwrap().id;
        let change = |command| ConnectorChanges {
            command: Some(command),
            ..ConnectorChanges::default()
        };
        let changed = change(command(&["npx", "-y", "server-files", "/tmp"]));
        let changed = update_connector(&cx, &id, changed).await.unwrap();
        assert_eq!(changed.native.0["command"], "npx -y server-files /tmp");
        assert_eq!(changed.status.status, Status::Unknown);
        let mut twice = command(&["npx"]);
        twice
            .variables
            .insert("API_KEY".to_owned(), "in the open".to_owned());
        for wrong in [command(&[" "]), twice] {
            let refused = update_connector(&cx, &id, change(wrong)).await.unwrap_err();
            assert_eq!(refused.code(), Code::UsageInvalid, "{refused}");
        }
        let elsewhere = testing::add(&cx, testing::UNREACHABLE_URL).await;
        let changed = change(command(&["npx"]));
        let refused = update_connector(&cx, &elsewhere.id, changed).await;
        assert_eq!(refused.unwrap_err().code(), Code::UsageInvalid);
    }
}
