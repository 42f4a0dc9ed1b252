//! Changing connectors.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{ConnectorSettings, RemoteId};
use serde_json::{Map, Value};

use crate::Result;

#[async_trait]
pub trait Settings: Send + Sync {
    /// The form for changing a connector, with its current values.
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings>;

    /// Changes a connector. `changes` contains the changed top-level members of the form's values, secrets included; null
    /// clears a member.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) names fields as JSON pointers into the form's values where possible.
    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()>;
}
