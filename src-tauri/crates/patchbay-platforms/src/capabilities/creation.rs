//! Making connectors from definitions.

use async_trait::async_trait;
use patchbay_model::{Definition, Form};
use serde_json::{Map, Value};

use super::RemoteConnector;
use crate::Error;
use crate::http::CallOptions;

/// Connectors can be created on it.
#[async_trait]
pub trait Creation: Send + Sync {
    /// What can be created, in the platform's own order.
    ///
    /// # Errors
    /// Those of the contract's operation, where the platform has to be asked.
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>, Error>;

    /// What one has to give to create one of them. The rules of the contract stand in its schema, so that
    /// they are checked before anything is sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Usage`] when there is no such definition; those of the contract's operation.
    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form, Error>;

    /// Creates one. `values` fit the form, secrets in their places. It may still need a consent, which
    /// [`Consents`](super::Consents) then starts.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the fields, as JSON pointers into `values` where they can be told; those of
    /// the contract's operation.
    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error>;
}
