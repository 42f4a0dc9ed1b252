//! Wallet secrets as environment variables of a program that the user starts with `patchbay exec`.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use patchbay_model::{Connector, Secret, SecretReference, WalletEntry, WalletKind};

use crate::context::Context;
use crate::credentials::check::check_variable_name;
use crate::credentials::resolve_wallet_entry;
use crate::error::Error;
use crate::processes::environment::{is_path, path_variable};
use crate::secrets;
use crate::secrets::programs::{Occasion, find_in, search_path};
use crate::servers::{self, steering};
use crate::stored_connectors::resolve_connector;

/// Prefix for a credential whose name a connector has too.
const WALLET_PREFIX: &str = "wallet:";

/// Source of the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableSource {
    /// The only secret of the subject, a connector or credential.
    Subject,
    Reference(SecretReference),
    /// A credential by name or id.
    Credential(String),
}

/// The secrets of a connector or credential.
enum SubjectSecrets {
    /// Variables by name.
    Variables(BTreeMap<String, Secret>),
    /// One secret, which the user has to name.
    One(Secret),
}

/// Returns the variables of a program in addition to inherited ones: those of `subject`, a connector or a credential,
/// and those in `named`, which take precedence.
///
/// # Errors
/// [`Error::Usage`] when a value or a name is missing; [`Error::NotFound`], [`Error::Ambiguous`], [`Error::Reference`],
/// [`Error::ProgramNotAllowed`]; [`Error::ServerNotAllowed`] when variables of a connector decide which code runs, and
/// its program was never allowed.
pub async fn program_environment(
    cx: &Context,
    subject: Option<&str>,
    named: &[(String, VariableSource)],
) -> Result<BTreeMap<String, Secret>, Error> {
    let given = match subject {
        Some(subject) => Some((subject, find_subject_secrets(cx, subject).await?)),
        None => None,
    };
    let mut one = None;
    let mut variables = match given {
        Some((_, SubjectSecrets::Variables(variables))) => variables,
        Some((subject, SubjectSecrets::One(secret))) => {
            if !named
                .iter()
                .any(|(_, from)| *from == VariableSource::Subject)
            {
                let what = format!("the secret of {subject} has no name for a variable");
                return Err(Error::usage(
                    what,
                    "Say which variable gets it, such as --env API_KEY.",
                ));
            }
            one = Some(secret);
            BTreeMap::new()
        }
        None => BTreeMap::new(),
    };
    for (name, from) in named {
        check_variable_name(name)?;
        let value = match from {
            VariableSource::Subject => one.clone().ok_or_else(|| no_value(name))?,
            VariableSource::Reference(reference) => {
                let references = cx.references();
                references.resolve(reference, Occasion::Given).await?
            }
            VariableSource::Credential(text) => {
                let entry = resolve_wallet_entry(cx, text).await?;
                match find_entry_secrets(cx, &entry).await? {
                    SubjectSecrets::One(secret) => secret,
                    SubjectSecrets::Variables(mut all) => match (all.len(), all.pop_first()) {
                        (1, Some((_, only))) => only,
                        _ => return Err(several_secrets_error(&entry)),
                    },
                }
            }
        };
        variables.insert(name.clone(), value);
    }
    match variables
        .iter()
        .find(|(_, value)| value.expose().contains('\0'))
    {
        Some((name, _)) => Err(Error::usage(
            format!("the value of {name} can't be passed to a program"),
            "Save it again without a zero byte.",
        )),
        None => Ok(variables),
    }
}

/// Finds a program that the user named, by path or in this process's `PATH`.
///
/// # Errors
/// [`Error::ProgramMissing`].
pub fn own_program(name: &str) -> Result<PathBuf, Error> {
    let missing = |why| Error::ProgramMissing {
        program: name.to_owned(),
        why,
    };
    let is_path = Path::new(name).components().count() > 1 || Path::new(name).is_absolute();
    if !is_path {
        return find_in(name, &search_path::process_search_path()).map_err(missing);
    }
    let path = std::path::absolute(name).map_err(|error| missing(error.to_string()))?;
    let path = path
        .to_str()
        .ok_or_else(|| missing("it's no text".to_owned()))?;
    find_in(path, &[]).map_err(missing)
}

async fn find_subject_secrets(cx: &Context, subject: &str) -> Result<SubjectSecrets, Error> {
    if let Some(name) = subject.strip_prefix(WALLET_PREFIX) {
        let entry = resolve_wallet_entry(cx, name).await?;
        return find_entry_secrets(cx, &entry).await;
    }
    let connector = match resolve_connector(cx, subject).await {
        Ok(connector) if is_named(&connector, subject) => {
            return find_connector_secrets(cx, &connector).await;
        }
        Ok(connector) => Some(connector),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    match (resolve_wallet_entry(cx, subject).await, connector) {
        (Ok(entry), _) => find_entry_secrets(cx, &entry).await,
        (Err(Error::NotFound { .. }), Some(connector)) => {
            find_connector_secrets(cx, &connector).await
        }
        (Err(Error::NotFound { name, .. }), None) => Err(Error::NotFound {
            kind: "connector or credential",
            name,
        }),
        (Err(error), _) => Err(error),
    }
}

/// Whether the text is the id or name of the connector. A title, which its server chooses, or its kind does not win over
/// the name of a credential.
fn is_named(connector: &Connector, text: &str) -> bool {
    connector.id.as_str() == text || text.rsplit('/').next() == Some(&connector.name)
}

/// Returns the variables of a connector's program, or the only secret of another connector.
async fn find_connector_secrets(
    cx: &Context,
    connector: &Connector,
) -> Result<SubjectSecrets, Error> {
    let entry = match connector.authentication.entry() {
        Some(id) => Some(cx.store().find_wallet_entry(id).await?.ok_or_else(|| {
            let what = format!(
                "the credential of connector {} was deleted",
                connector.title
            );
            Error::usage(what, "Name another one: `patchbay credential list`.")
        })?),
        None => None,
    };
    let Some(command) = &connector.command else {
        let entry = entry.ok_or_else(|| {
            let what = format!("connector {} has no secret in the wallet", connector.title);
            Error::usage(what, "Name a credential: `patchbay credential list`.")
        })?;
        return find_entry_secrets(cx, &entry).await;
    };
    // Their values were shown to nobody before the program was allowed.
    if command
        .variables
        .keys()
        .any(|name| steering::steers_programs(name))
    {
        servers::allow(cx, connector, command).await?;
    }
    let plain = command.variables.iter();
    let mut variables: BTreeMap<_, _> = plain
        .map(|(name, value)| (name.clone(), Secret::new(value.as_str())))
        .collect();
    if let Some(path) = path_variable(&command.variables) {
        let folders = search_path::server_search_path(Some(path)).await;
        let joined = env::join_paths(folders)
            .ok()
            .and_then(|it| it.into_string().ok());
        let joined = joined.ok_or_else(|| no_value("PATH"))?;
        variables.retain(|name, _| !is_path(name));
        variables.insert("PATH".to_owned(), Secret::new(joined));
    }
    if let Some(entry) = entry
        && let SubjectSecrets::Variables(secret) = find_entry_secrets(cx, &entry).await?
    {
        // The credential may be older than the rule.
        steering::check_secret_variables(&secret.keys().map(String::as_str).collect::<Vec<_>>())?;
        variables.extend(secret);
    }
    Ok(SubjectSecrets::Variables(variables))
}

async fn find_entry_secrets(cx: &Context, entry: &WalletEntry) -> Result<SubjectSecrets, Error> {
    let (vault, references) = (cx.vault(), cx.references());
    match entry.kind {
        WalletKind::Bearer => Ok(SubjectSecrets::One(match &entry.reference {
            Some(reference) => references.resolve(reference, Occasion::Given).await?,
            None => secrets::read_stored(vault, entry).await?,
        })),
        WalletKind::Variables | WalletKind::Headers => {
            let saved = secrets::read_stored_values(vault, entry).await?;
            let mut values = secrets::resolve_values(references, &saved, Occasion::Given).await?;
            match (entry.kind, values.len()) {
                (WalletKind::Variables, _) => Ok(SubjectSecrets::Variables(values)),
                (_, 1) => values
                    .pop_first()
                    .map(|(_, only)| SubjectSecrets::One(only))
                    .ok_or_else(|| several_secrets_error(entry)),
                _ => Err(several_secrets_error(entry)),
            }
        }
        WalletKind::OauthClient => {
            let app = secrets::read_oauth_app(vault, entry).await?;
            let secret = app.client_secret(references, Occasion::Given).await?;
            secret
                .map(SubjectSecrets::One)
                .ok_or_else(|| no_value(&entry.name))
        }
        // Its tokens were issued for one server only.
        WalletKind::Oauth => Err(Error::usage(
            format!(
                "{} is a sign-in, which is sent to its server only",
                entry.name
            ),
            "Use a token or variables.",
        )),
    }
}

fn several_secrets_error(entry: &WalletEntry) -> Error {
    Error::usage(
        format!("credential {} has several values", entry.name),
        "Save the one you need as a credential of its own.",
    )
}

fn no_value(name: &str) -> Error {
    Error::usage(
        format!("variable {name} has no value"),
        "Say where it comes from, such as NAME=env://OTHER or NAME=wallet:CREDENTIAL.",
    )
}

#[cfg(test)]
mod tests;
