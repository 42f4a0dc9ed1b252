//! Credentials that the platform keeps.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{CredentialLevel, Form, Level, PlatformCredential, RemoteId};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// It keeps credentials for its connectors.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The levels that a connector has, and what can be done at each.
    ///
    /// # Errors
    /// [`Error::NotFound`], and those of the contract's operation, where the platform has to be asked.
    async fn credential_levels(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Vec<CredentialLevel>>;

    /// The credentials of one level.
    ///
    /// # Errors
    /// Those of the contract's list operation.
    async fn list_credentials(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Vec<PlatformCredential>>;

    /// What one gives to save a credential, by the methods that the connector takes. Name and default
    /// are not part of it.
    ///
    /// # Errors
    /// Those of the contract's operation, where the platform has to be asked.
    async fn credential_form(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Form>;

    /// Creates a credential, or replaces the one of that name.
    ///
    /// # Errors
    /// [`Error::Usage`] when the platform's rules about defaults and names are not kept; those of the
    /// contract's operation.
    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<()>;

    /// Makes a credential the one used when none is named.
    ///
    /// # Errors
    /// [`Error::NotSupported`] where there is no such thing; those of the contract's operation.
    async fn make_default(
        &self,
        _id: &RemoteId,
        _level: Level,
        _name: &str,
        _options: &CallOptions,
    ) -> Result<()> {
        Err(Error::NotSupported(
            "choosing a default credential".to_owned(),
        ))
    }

    /// Deletes a credential.
    ///
    /// # Errors
    /// [`Error::NotSupported`] where there is no such thing; those of the contract's operation.
    async fn delete_credential(
        &self,
        _id: &RemoteId,
        _level: Level,
        _name: &str,
        _options: &CallOptions,
    ) -> Result<()> {
        Err(Error::NotSupported("deleting a credential".to_owned()))
    }
}

/// A credential to be created or replaced.
#[derive(Clone)]
pub struct CredentialToSave {
    /// Its name; empty where the platform has one without a name.
    pub name: String,
    /// Whose it is.
    pub level: Level,
    /// Values of [`Credentials::credential_form`], secrets in their places.
    pub values: Map<String, Value>,
    /// Whether it becomes the default; `None` leaves that as it is.
    pub is_default: Option<bool>,
    /// Whether there is one of that name already.
    pub is_replacement: bool,
}
