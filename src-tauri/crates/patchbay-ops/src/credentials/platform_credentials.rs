//! Credentials that hosted platforms store for their connectors.

use std::collections::BTreeMap;

use patchbay_model::{
    Connector, ConnectorId, CredentialLevel, Form, Json, Level, PlatformCredential, Problem,
};
use patchbay_platforms::{CredentialToSave, Credentials, Platform};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::accounts::platform::options;
use crate::connectors::find_connector;
use crate::connectors::remote::{platform_for, refresh_status};
use crate::connectors::remote_call::finish_connector_call;
use crate::connectors::view::emit_changed;
use crate::context::Context;
use crate::credentials::locations;
use crate::error::Error;
use crate::forms::{GivenSecret, fill};

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
    let connector = find_connector(cx, id).await?;
    let (platform, remote) = platform_for(cx, &connector).await?;
    let Some(credentials) = platform.credentials() else {
        return Ok(Vec::new());
    };
    let options = options(cx);
    let levels = credentials.credential_levels(&remote, &options).await;
    let levels = finish_connector_call(cx, &connector, &*platform, levels).await?;
    let mut listed = Vec::with_capacity(levels.len());
    for level in levels {
        let found = if level.is_listed {
            let found = credentials.list_credentials(&remote, level.level, &options);
            finish_connector_call(cx, &connector, &*platform, found.await).await
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
/// As [`list_platform_credentials`].
pub async fn platform_credential_form(
    cx: &Context,
    id: &ConnectorId,
    level: Level,
) -> Result<Form, Error> {
    let connector = find_connector(cx, id).await?;
    let (platform, remote) = platform_for(cx, &connector).await?;
    let form = credentials(&connector, &*platform)?
        .credential_form(&remote, level, &options(cx))
        .await;
    finish_connector_call(cx, &connector, &*platform, form).await
}

/// Creates a credential, or replaces the one of that name.
///
/// # Errors
/// [`Error::Fields`] and [`Error::Usage`], before anything is sent, when the platform does not accept the values, name or
/// default; as for [`list_platform_credentials`].
pub async fn save_platform_credential(
    cx: &Context,
    request: SavePlatformCredential,
) -> Result<(), Error> {
    let connector = find_connector(cx, &request.connector).await?;
    let (platform, remote) = platform_for(cx, &connector).await?;
    let credentials = credentials(&connector, &*platform)?;
    let (level, options) = (request.level, options(cx));
    let form = credentials.credential_form(&remote, level, &options).await;
    let form = finish_connector_call(cx, &connector, &*platform, form).await?;
    let filled = fill(cx, &form, request.values.clone(), request.secrets).await?;
    let known = credentials.list_credentials(&remote, level, &options).await;
    let known = finish_connector_call(cx, &connector, &*platform, known).await?;
    let credential = CredentialToSave {
        name: request.name.clone(),
        level,
        values: filled.values.clone(),
        is_default: request.is_default,
        is_replacement: known.iter().any(|known| known.name == request.name),
    };
    let saved = credentials
        .save_credential(&remote, credential, &options)
        .await;
    finish_connector_call(cx, &connector, &*platform, saved).await?;
    if request.name.is_empty() {
        // The unnamed credential replaces secrets of the creation form and the settings.
        locations::forget_members(cx, &connector, filled.values.keys()).await?;
    }
    let entries = filled.save_secrets(cx).await?;
    let holder = locations::CredentialHolder {
        level,
        name: request.name,
    };
    locations::record_credential(cx, &connector, holder, &request.values, entries).await?;
    after_change(cx, &connector, &*platform, &remote).await
}

/// Makes a credential the default.
///
/// # Errors
/// As [`list_platform_credentials`].
pub async fn make_platform_credential_default(
    cx: &Context,
    id: &ConnectorId,
    level: Level,
    name: &str,
) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    let (platform, remote) = platform_for(cx, &connector).await?;
    let credentials = credentials(&connector, &*platform)?;
    let made = credentials
        .make_default(&remote, level, name, &options(cx))
        .await;
    finish_connector_call(cx, &connector, &*platform, made).await?;
    after_change(cx, &connector, &*platform, &remote).await
}

/// Deletes a credential.
///
/// # Errors
/// [`Error::ConfirmationNeeded`] unless `confirmed`; as [`list_platform_credentials`].
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
    let (platform, remote) = platform_for(cx, &connector).await?;
    let (credentials, options) = (credentials(&connector, &*platform)?, options(cx));
    let form = match name {
        "" => Some(credentials.credential_form(&remote, level, &options)),
        _ => None,
    };
    let form = futures::future::OptionFuture::from(form).await.transpose();
    let form = finish_connector_call(cx, &connector, &*platform, form).await?;
    let deleted = credentials
        .delete_credential(&remote, level, name, &options)
        .await;
    finish_connector_call(cx, &connector, &*platform, deleted).await?;
    if let Some(members) = form
        .as_ref()
        .and_then(|form| form.schema["properties"].as_object())
    {
        locations::forget_members(cx, &connector, members.keys()).await?;
    }
    let holder = locations::CredentialHolder {
        level,
        name: name.to_owned(),
    };
    locations::forget_credential(cx, &connector, holder).await?;
    after_change(cx, &connector, &*platform, &remote).await
}

/// Updates the status of the connector, which may have changed with the credential.
async fn after_change(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &patchbay_model::RemoteId,
) -> Result<(), Error> {
    refresh_status(cx, connector, platform, remote).await?;
    emit_changed(cx, &connector.id).await
}

fn credentials<'a>(
    connector: &Connector,
    platform: &'a dyn Platform,
) -> Result<&'a dyn Credentials, Error> {
    platform.credentials().ok_or_else(|| {
        let what = format!(
            "storing credentials for connectors on {}",
            connector.identity.account
        );
        patchbay_platforms::Error::NotSupported(what).into()
    })
}
