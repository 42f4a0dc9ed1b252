//! Credentials stored by the platform.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{CredentialLevel, Form, Level, PlatformCredential, RemoteId};
use serde_json::{Map, Value};

use crate::{Error, Result};

#[async_trait]
pub trait Credentials: Send + Sync {
    /// Levels of a connector, and what can be done at each.
    async fn credential_levels(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Vec<CredentialLevel>>;

    async fn list_credentials(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Vec<PlatformCredential>>;

    /// The form for a credential, without name and default.
    async fn credential_form(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Form>;

    /// Creates a credential, or replaces the one with that name.
    ///
    /// # Errors
    /// [`Error::Usage`] when the platform's rules about defaults and names are violated.
    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<()>;

    /// Makes a credential the one used when none is named.
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

#[derive(Clone)]
pub struct CredentialToSave {
    /// Empty for a platform's single, unnamed credential.
    pub name: String,
    pub level: Level,
    /// Values of [`Credentials::credential_form`], secrets included.
    pub values: Map<String, Value>,
    /// `None` leaves the default unchanged.
    pub is_default: Option<bool>,
    /// Whether one with that name exists already.
    pub is_replacement: bool,
}
