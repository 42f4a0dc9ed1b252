//! Changing connectors.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, RemoteId};
use serde_json::{Map, Value};

use crate::Result;

/// Its connectors can be changed.
#[async_trait]
pub trait Settings: Send + Sync {
    /// What can be changed of a connector, as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`], and those of the contract's get operation.
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings>;

    /// Changes a connector. `changes` holds those top members of the form's values that are to be
    /// another, secrets in their places; null clears one.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the fields, as JSON pointers into the form's values where they can be told;
    /// those of the contract's update operation.
    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()>;
}
