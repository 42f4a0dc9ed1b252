//! Credentials that hosted platforms store for their connectors.

use std::collections::BTreeMap;
use std::sync::Arc;

use patchbay_http::CallOptions;
use patchbay_model::{
    Connector, ConnectorId, CredentialLevel, Form, Json, Level, PlatformCredential, Problem,
    RemoteId, SecretHolder,
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
    HostedConnector::find(cx, id).await?.form(level).await
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
    let form = hosted.form(level).await?;
    let filled = fill(cx, &form, request.values.clone(), request.secrets).await?;
    let (remote, options) = (&hosted.remote, &hosted.options);
    let credentials = hosted.credentials()?;
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
        .save_credential(remote, credential, options)
        .await;
    hosted.finish(saved).await?;
    let connector = &hosted.connector;
    if request.name.is_empty() {
        // The unnamed credential replaces secrets of the creation form and the settings.
        locations::forget_members(cx, connector, filled.values.keys()).await?;
    }
    let entries = filled.save_secrets(cx).await?;
    let name = request.name;
    let holder = SecretHolder::Credential { level, name };
    let store = cx.store();
    store
        .remove_secret_locations(&connector.id, &holder)
        .await?;
    locations::record(cx, connector, holder, &request.values, entries).await?;
    hosted.after_change().await
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
    let made = hosted
        .credentials()?
        .make_default(&hosted.remote, level, name, &hosted.options)
        .await;
    hosted.finish(made).await?;
    hosted.after_change().await
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
    let hosted = HostedConnector::of(cx, connector).await?;
    let credentials = hosted.credentials()?;
    let form = match name {
        "" => Some(hosted.form(level).await?),
        _ => None,
    };
    let deleted = credentials
        .delete_credential(&hosted.remote, level, name, &hosted.options)
        .await;
    hosted.finish(deleted).await?;
    let members = form.as_ref().map(|form| &form.schema["properties"]);
    if let Some(members) = members.and_then(|members| members.as_object()) {
        locations::forget_members(cx, &hosted.connector, members.keys()).await?;
    }
    let name = name.to_owned();
    let holder = SecretHolder::Credential { level, name };
    cx.store().remove_secret_locations(id, &holder).await?;
    hosted.after_change().await
}

/// A connector of a hosted platform, with what its calls need.
struct HostedConnector<'a> {
    cx: &'a Context,
    connector: Connector,
    platform: Arc<dyn Platform>,
    remote: RemoteId,
    options: CallOptions,
}

impl<'a> HostedConnector<'a> {
    async fn find(cx: &'a Context, id: &ConnectorId) -> Result<Self, Error> {
        Self::of(cx, find_connector(cx, id).await?).await
    }

    async fn of(cx: &'a Context, connector: Connector) -> Result<Self, Error> {
        let (platform, remote) = platform_for(cx, &connector).await?;
        Ok(Self {
            cx,
            connector,
            platform,
            remote,
            options: options(cx),
        })
    }

    fn credentials(&self) -> Result<&dyn Credentials, Error> {
        self.platform.credentials().ok_or_else(|| {
            let account = &self.connector.identity.account;
            Error::not_supported(format!("storing credentials for connectors on {account}"))
        })
    }

    async fn form(&self, level: Level) -> Result<Form, Error> {
        let credentials = self.credentials()?;
        let form = credentials.credential_form(&self.remote, level, &self.options);
        self.finish(form.await).await
    }

    async fn finish<T>(&self, outcome: patchbay_platforms::Result<T>) -> Result<T, Error> {
        finish_connector_call(self.cx, &self.connector, &*self.platform, outcome).await
    }

    /// Updates the status of the connector, which may have changed with the credential.
    async fn after_change(&self) -> Result<(), Error> {
        refresh_status(self.cx, &self.connector, &*self.platform, &self.remote).await?;
        emit_changed(self.cx, &self.connector.id).await
    }
}
