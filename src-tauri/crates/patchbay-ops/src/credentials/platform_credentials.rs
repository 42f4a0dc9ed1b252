//! Credentials that hosted platforms store for their connectors.

use std::collections::BTreeMap;

use patchbay_model::{
    ConnectorId, CredentialLevel, Form, Json, Level, PlatformCredential, Problem, SecretHolder,
};
use patchbay_platforms::{CredentialToSave, Credentials};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::accounts::remote_call::HostedConnector;
use crate::context::Context;
use crate::credentials::locations;
use crate::error::Error;
use crate::forms::{GivenSecret, fill, without_secrets};
use crate::stored_connectors::find_connector;
use crate::stored_connectors::view::emit_changed;

/// One level of a connector's credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsOfLevel {
    pub level: CredentialLevel,
    /// The default first.
    pub credentials: Vec<PlatformCredential>,
    /// Why they could not be listed.
    pub problem: Option<Problem>,
}

/// A credential to create or replace on a platform.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavePlatformCredential {
    pub connector: ConnectorId,
    /// Whose it is.
    pub level: Level,
    /// Empty where the level has a single unnamed credential.
    pub name: String,
    /// Values of its form without secrets: a JSON object.
    pub values: Json,
    /// Secrets by JSON pointer into the values.
    pub secrets: BTreeMap<String, GivenSecret>,
    /// Whether it becomes the default; `None` for no change.
    pub is_default: Option<bool>,
}

/// Returns the credentials of a hosted connector by level; none if its platform stores none. A level that cannot be
/// listed has a problem.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a local connector; [`Error::Platform`].
pub async fn list_platform_credentials(
    cx: &Context,
    id: &ConnectorId,
) -> Result<Vec<CredentialsOfLevel>, Error> {
    let hosted = HostedConnector::find(cx, id).await?;
    let Some(credentials) = hosted.platform.credentials() else {
        return Ok(Vec::new());
    };
    let (remote, options) = (&hosted.remote, &hosted.options);
    let levels = credentials.credential_levels(remote, options).await;
    let levels = hosted.finish(levels).await?;
    let mut listed = Vec::with_capacity(levels.len());
    for level in levels {
        let found = if level.is_listed {
            let found = credentials.list_credentials(remote, level.level, options);
            hosted.finish(found.await).await
        } else {
            Ok(Vec::new())
        };
        let (mut credentials, problem) = match found {
            Ok(credentials) => (credentials, None),
            Err(error) => (Vec::new(), Some(error.into())),
        };
        credentials.sort_by_key(|credential| !credential.is_default);
        listed.push(CredentialsOfLevel {
            level,
            credentials,
            problem,
        });
    }
    Ok(listed)
}

/// Returns the form for a credential of a level.
///
/// # Errors
/// As for [`list_platform_credentials`].
pub async fn platform_credential_form(
    cx: &Context,
    id: &ConnectorId,
    level: Level,
) -> Result<Form, Error> {
    fetch_form(&HostedConnector::find(cx, id).await?, level).await
}

/// Creates a credential, or replaces the one of that name.
///
/// # Errors
/// [`Error::Fields`] and [`Error::Usage`], before anything is sent, when the platform does not accept the values, name
/// or default; as for [`list_platform_credentials`].
pub async fn save_platform_credential(
    cx: &Context,
    request: SavePlatformCredential,
) -> Result<(), Error> {
    let hosted = HostedConnector::find(cx, &request.connector).await?;
    let level = request.level;
    let form = fetch_form(&hosted, level).await?;
    let filled = fill(cx, &form, request.values.clone(), request.secrets).await?;
    let (remote, options) = (&hosted.remote, &hosted.options);
    let credentials = credentials(&hosted)?;
    let known = credentials.list_credentials(remote, level, options).await;
    let known = hosted.finish(known).await?;
    let credential = CredentialToSave {
        name: request.name.clone(),
        level,
        values: filled.values.clone(),
        is_default: request.is_default,
        is_replacement: known.iter().any(|known| known.name == request.name),
    };
    let saved = credentials
        .save_credential(remote, credential, &filled.options(options))
        .await;
    if let Err(patchbay_platforms::Error::GrantFailed { .. }) = saved {
        // The platform may have dropped the former credential.
        hosted.refresh_after_change().await?;
    }
    hosted.finish(saved).await?;
    let connector = &hosted.connector;
    if request.name.is_empty() {
        // The unnamed credential replaces secrets of the creation form and the settings.
        locations::forget_members(cx, connector, filled.values.keys(), &[]).await?;
    }
    let entries = filled.save_secrets(cx).await?;
    let name = request.name;
    let holder = SecretHolder::Credential { level, name };
    let store = cx.store();
    store
        .remove_secret_locations(&connector.id, &holder)
        .await?;
    locations::record(cx, connector, holder, &request.values, entries).await?;
    update_status(cx, &hosted).await
}

/// Makes a credential the default.
///
/// # Errors
/// As for [`list_platform_credentials`].
pub async fn make_platform_credential_default(
    cx: &Context,
    id: &ConnectorId,
    level: Level,
    name: &str,
) -> Result<(), Error> {
    let hosted = HostedConnector::find(cx, id).await?;
    let made = credentials(&hosted)?
        .make_default(&hosted.remote, level, name, &hosted.options)
        .await;
    hosted.finish(made).await?;
    update_status(cx, &hosted).await
}

/// Deletes a credential.
///
/// # Errors
/// [`Error::ConfirmationNeeded`] unless `confirmed`; as for [`list_platform_credentials`].
pub async fn remove_platform_credential(
    cx: &Context,
    id: &ConnectorId,
    level: Level,
    name: &str,
    confirmed: bool,
) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    if !confirmed {
        return Err(Error::ConfirmationNeeded {
            what: format!("Deleting the credential {name}"),
        });
    }
    let hosted = HostedConnector::new(cx, connector).await?;
    let credentials = credentials(&hosted)?;
    let form = match name {
        "" => Some(fetch_form(&hosted, level).await?),
        _ => None,
    };
    let deleted = credentials
        .delete_credential(&hosted.remote, level, name, &hosted.options)
        .await;
    hosted.finish(deleted).await?;
    let members = form.as_ref().map(|form| &form.schema["properties"]);
    if let Some(members) = members.and_then(|members| members.as_object()) {
        locations::forget_members(cx, &hosted.connector, members.keys(), &[]).await?;
    }
    let name = name.to_owned();
    let holder = SecretHolder::Credential { level, name };
    cx.store().remove_secret_locations(id, &holder).await?;
    update_status(cx, &hosted).await
}

fn credentials<'a>(hosted: &'a HostedConnector<'_>) -> Result<&'a dyn Credentials, Error> {
    hosted.platform.credentials().ok_or_else(|| {
        let account = &hosted.connector.identity.account;
        Error::not_supported(format!("storing credentials for connectors on {account}"))
    })
}

async fn fetch_form(hosted: &HostedConnector<'_>, level: Level) -> Result<Form, Error> {
    let credentials = credentials(hosted)?;
    let form = credentials.credential_form(&hosted.remote, level, &hosted.options);
    Ok(without_secrets(hosted.finish(form.await).await?))
}

/// Updates the status of the connector, which may have changed with the credential.
async fn update_status(cx: &Context, hosted: &HostedConnector<'_>) -> Result<(), Error> {
    hosted.refresh_after_change().await?;
    emit_changed(cx, &hosted.connector.id).await
}
