//! Secret environment variables of a local program.

use std::collections::BTreeMap;

use patchbay_model::{
    Authentication, Connector, ConnectorId, Secret, ServerCommand, WalletEntry, WalletEntryId,
};

use crate::connectors::add_program::{no_program, validate_command};
use crate::connectors::edit::{ConnectorChanges, set_command, update_connector};
use crate::context::Context;
use crate::credentials::check::check_variable_values;
use crate::credentials::edit::{add_derived_entry, remove_wallet_entry, replace_wallet_secret};
use crate::credentials::forget::discard_unless_ok;
use crate::credentials::secret::{SecretValue, WalletSecret};
use crate::error::Error;
use crate::servers;
use crate::stored_connectors::{find_connector, status};
use crate::variable_names::is_same_variable;

/// Saves secret environment variables of a local program: in its credential, or in a new one if it has none. Its other
/// secret variables stay; plain ones of the same names are removed.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when the connector has no program, or a name or value cannot be used;
/// [`Error::Reference`]; [`Error::Store`], [`Error::Vault`].
pub async fn set_secret_variables(
    cx: &Context,
    id: &ConnectorId,
    values: BTreeMap<String, SecretValue>,
) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    let Some(mut command) = connector.command.clone() else {
        return Err(no_program(&connector));
    };
    let is_kept = |name: &String| !values.keys().any(|given| is_same_variable(given, name));
    command.variables.retain(|name, _| is_kept(name));
    let (saved, names) = saved_entry(cx, &connector).await?;
    let kept: Vec<String> = names.into_iter().filter(is_kept).collect();
    let secrets = kept.iter().chain(values.keys()).map(String::as_str);
    let command = validate_command(command, secrets.collect())?;
    let entry = match &saved {
        Some(entry) => {
            let values = saved_values(kept).chain(values).collect();
            replace_wallet_secret(cx, entry, WalletSecret::Variables { values }).await?
        }
        None => {
            let secret = WalletSecret::Variables { values };
            add_derived_entry(cx, &connector.title, secret).await?
        }
    };
    let created = saved.is_none().then(|| entry.id.clone());
    let used = use_entry(cx, id, Some(entry), command).await;
    discard_unless_ok(cx, created.as_ref(), used).await
}

/// Checks what [`set_secret_variables`] refuses before it saves anything. Also resolves references.
///
/// # Errors
/// [`Error::Usage`] when the connector has no program, or a name or value cannot be used; [`Error::Reference`].
pub async fn check_secret_values(
    cx: &Context,
    connector: &Connector,
    values: &BTreeMap<String, SecretValue>,
) -> Result<(), Error> {
    let Some(command) = connector.command.clone() else {
        return Err(no_program(connector));
    };
    let command = ServerCommand {
        // Those of the same names are replaced.
        variables: BTreeMap::new(),
        ..command
    };
    validate_command(command, values.keys().map(String::as_str).collect())?;
    check_variable_values(cx.references(), values.clone()).await
}

/// Removes the secret environment variables of these names from a local program, and changes its command with them:
/// there they may be plain ones. Those that it hasn't are ignored. Its credential is deleted with the last one, unless
/// something else uses it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when the connector has no program, or the command cannot be used;
/// [`Error::Store`], [`Error::Vault`].
pub async fn remove_secret_variables(
    cx: &Context,
    id: &ConnectorId,
    names: &[String],
    command: Option<ServerCommand>,
) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    let Some(former) = connector.command.clone() else {
        return Err(no_program(&connector));
    };
    let is_kept = |name: &String| !names.iter().any(|given| is_same_variable(given, name));
    let (entry, saved) = saved_entry(cx, &connector).await?;
    let kept = saved
        .iter()
        .filter(|&name| is_kept(name))
        .map(String::as_str);
    // Before a secret is gone for it.
    let command = validate_command(command.unwrap_or(former), kept.collect())?;
    let Some(entry) = entry.as_ref().filter(|_| !saved.iter().all(is_kept)) else {
        let changes = ConnectorChanges {
            command: Some(command),
            ..ConnectorChanges::default()
        };
        return update_connector(cx, id, changes).await;
    };
    let values: BTreeMap<_, _> = saved_values(saved.into_iter().filter(is_kept)).collect();
    if !values.is_empty() {
        let secret = WalletSecret::Variables { values };
        let kept = replace_wallet_secret(cx, entry, secret).await?;
        return use_entry(cx, id, Some(kept), command).await;
    }
    let changed = use_entry(cx, id, None, command).await?;
    match remove_wallet_entry(cx, entry, false).await {
        Err(Error::InUse { .. }) => {}
        removed => removed?,
    }
    Ok(changed)
}

/// Returns the credential of a program and the names in it; `None` also when it was deleted.
async fn saved_entry(
    cx: &Context,
    connector: &Connector,
) -> Result<(Option<WalletEntryId>, Vec<String>), Error> {
    let saved = match connector.authentication.entry() {
        Some(id) => cx.store().find_wallet_entry(id).await?,
        None => None,
    };
    Ok(match saved {
        Some(entry) => (Some(entry.id), cx.tokens().header_names(connector).await?),
        None => (None, Vec::new()),
    })
}

/// Values that keep the saved ones: an empty value stands for it.
fn saved_values(
    names: impl IntoIterator<Item = String>,
) -> impl Iterator<Item = (String, SecretValue)> {
    let names = names.into_iter();
    names.map(|name| (name, SecretValue::from(Secret::new(""))))
}

async fn use_entry(
    cx: &Context,
    id: &ConnectorId,
    entry: Option<WalletEntry>,
    command: ServerCommand,
) -> Result<Connector, Error> {
    let now = cx.now();
    let change = move |connector: &mut Connector| {
        connector.authentication = match &entry {
            Some(entry) => Authentication::Variables {
                entry: entry.id.clone(),
            },
            None => Authentication::None,
        };
        connector.identity = status::identity(entry.as_ref());
        set_command(connector, command);
        connector.updated_at = now;
    };
    let changed = status::update(cx, id, change).await?;
    servers::sessions::end_session(cx, id).await;
    Ok(changed.after)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Explain, ServerCommand};

    use super::*;
    use crate::connectors::add_program::{AddProgram, add_program};
    use crate::credentials::list_wallet;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    fn values(values: &[(&str, &str)]) -> BTreeMap<String, SecretValue> {
        let values = values.iter();
        let values = values.map(|(name, value)| ((*name).to_owned(), Secret::new(*value).into()));
        values.collect()
    }

    #[tokio::test]
    async fn a_program_whose_credential_was_deleted_gets_another() {
        let (_home, cx) = open_temporary().await;
        let command = ServerCommand {
            program: "server".to_owned(),
            arguments: Vec::new(),
            folder: None,
            variables: [].into(),
        };
        let request = AddProgram {
            command,
            secrets: values(&[("KEY", "k3y-of-it")]),
            ..AddProgram::default()
        };
        let connector = add_program(&cx, request).await.unwrap();
        let former = connector.authentication.entry().unwrap();
        remove_wallet_entry(&cx, former, true).await.unwrap();
        let given = values(&[("KEY", "k3y-again")]);
        let changed = set_secret_variables(&cx, &connector.id, given)
            .await
            .unwrap();
        let names = cx.tokens().header_names(&changed).await.unwrap();
        assert_eq!(names, ["KEY"]);
        assert_ne!(changed.authentication.entry(), Some(former));
    }

    #[tokio::test]
    async fn a_program_without_secrets_gets_some_and_keeps_them() {
        let (_home, cx) = open_temporary().await;
        let request = AddProgram {
            command: ServerCommand {
                program: "npx".to_owned(),
                arguments: vec!["server".to_owned()],
                folder: None,
                variables: [("API_KEY", "in-clear"), ("MODE", "fast")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            },
            secrets: BTreeMap::new(),
            title: Some("Files".to_owned()),
            ..AddProgram::default()
        };
        let id = add_program(&cx, request).await.unwrap().id;
        let first = values(&[("API_KEY", "k3y-of-the-server")]);
        let changed = set_secret_variables(&cx, &id, first).await.unwrap();
        let plain: Vec<_> = changed.command.unwrap().variables.into_keys().collect();
        assert_eq!(plain, ["MODE"]);
        let second = values(&[("TOKEN", "t0ken-of-the-server")]);
        let changed = set_secret_variables(&cx, &id, second).await.unwrap();
        let wallet = list_wallet(&cx).await.unwrap();
        assert_eq!(wallet.len(), 1);
        assert_eq!(wallet[0].header_names, ["API_KEY", "TOKEN"]);
        assert_eq!(wallet[0].name, "Files");
        let secrets = cx.tokens().secrets_of(&changed).await;
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.expose()).collect();
        assert_eq!(secrets, ["k3y-of-the-server", "t0ken-of-the-server"]);
        cx.close().await;
    }

    #[tokio::test]
    async fn a_variable_is_removed_and_the_credential_with_the_last() {
        let (_home, cx) = open_temporary().await;
        let request = AddProgram {
            command: ServerCommand {
                program: "npx".to_owned(),
                ..ServerCommand::default()
            },
            secrets: values(&[("API_KEY", "k3y-of-the-server"), ("TOKEN", "t0ken-of-it")]),
            title: Some("Files".to_owned()),
            ..AddProgram::default()
        };
        let id = add_program(&cx, request).await.unwrap().id;
        let remove = async |name: &str| {
            let removed = remove_secret_variables(&cx, &id, &[name.to_owned()], None).await;
            let wallet = list_wallet(&cx).await.unwrap().into_iter();
            let names: Vec<_> = wallet.flat_map(|entry| entry.header_names).collect();
            (removed.unwrap(), names)
        };
        assert_eq!(remove("OTHER").await.1, ["API_KEY", "TOKEN"]);
        let (kept, names) = remove("API_KEY").await;
        assert_eq!(names, ["TOKEN"]);
        let headers = cx.tokens().header_names(&kept).await.unwrap();
        assert_eq!(headers, names);
        let (removed, _) = remove("TOKEN").await;
        assert_eq!(removed.authentication, Authentication::None);
        assert_eq!(removed.identity.credential, None);
        assert!(list_wallet(&cx).await.unwrap().is_empty());
        cx.close().await;
    }

    #[tokio::test]
    async fn a_secret_stays_if_the_command_beside_it_cannot_be_used() {
        let (_home, cx) = open_temporary().await;
        let command = |variable: &str| ServerCommand {
            program: "npx".to_owned(),
            variables: [(variable.to_owned(), "plain".to_owned())].into(),
            ..ServerCommand::default()
        };
        let request = AddProgram {
            command: ServerCommand {
                variables: BTreeMap::new(),
                ..command("")
            },
            secrets: values(&[("API_KEY", "k3y-of-the-server")]),
            title: Some("Files".to_owned()),
            ..AddProgram::default()
        };
        let id = add_program(&cx, request).await.unwrap().id;
        let names = ["API_KEY".to_owned()];
        let refused = remove_secret_variables(&cx, &id, &names, Some(command("A B"))).await;
        assert_eq!(refused.unwrap_err().code(), Code::UsageInvalid);
        assert_eq!(list_wallet(&cx).await.unwrap().len(), 1);
        let changed = remove_secret_variables(&cx, &id, &names, Some(command("API_KEY"))).await;
        let variables = changed.unwrap().command.unwrap().variables;
        assert_eq!(variables["API_KEY"], "plain");
        assert!(list_wallet(&cx).await.unwrap().is_empty());
        cx.close().await;
    }

    #[tokio::test]
    async fn only_a_program_has_variables_and_none_that_decides_which_code_runs_is_secret() {
        let (_home, cx) = open_temporary().await;
        let remote = add(&cx, UNREACHABLE_URL).await.id;
        let refused = set_secret_variables(&cx, &remote, values(&[("A", "b")])).await;
        assert_eq!(refused.unwrap_err().code(), Code::UsageInvalid);
        let request = AddProgram {
            command: ServerCommand {
                program: "npx".to_owned(),
                ..ServerCommand::default()
            },
            secrets: BTreeMap::new(),
            ..AddProgram::default()
        };
        let id = add_program(&cx, request).await.unwrap().id;
        let steering = values(&[("NODE_OPTIONS", "--require /tmp/x.js")]);
        let refused = set_secret_variables(&cx, &id, steering).await;
        assert_eq!(refused.unwrap_err().code(), Code::UsageInvalid);
        assert!(list_wallet(&cx).await.unwrap().is_empty());
        cx.close().await;
    }
}
