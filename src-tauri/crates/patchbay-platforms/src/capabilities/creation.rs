//! Creating connectors from definitions.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Definition, Form};
use serde_json::{Map, Value};
use url::Url;

use super::RemoteConnector;
use crate::Result;

#[async_trait]
pub trait Creation: Send + Sync {
    /// Definitions in the platform's own order.
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>>;

    /// The form for creating a connector. Its schema contains the rules of the contract, so they are checked before
    /// anything is sent.
    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form>;

    /// Creates a connector from `values` that fit the form, secrets included. It may still need a consent, which
    /// [`Consents`](super::Consents) then starts.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) names fields as JSON pointers into `values` where possible.
    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector>;

    /// How the user's own OAuth app obtains the tokens that the form asks for; `None` if the form takes none, or if the
    /// platform runs the consent itself.
    async fn oauth_app(
        &self,
        definition: &str,
        options: &CallOptions,
    ) -> Result<Option<ProviderOAuth>> {
        let _ = (definition, options);
        Ok(None)
    }
}

/// A provider's OAuth, which Patchbay runs with the user's own app to fill in a form. Fields are JSON pointers into the
/// values of [`Creation::creation_form`].
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderOAuth {
    /// Without a query; the user enters it if the definition does not contain it.
    pub authorize_url: Option<Url>,
    /// Likewise.
    pub token_url: Option<Url>,
    /// Empty if the definition does not tell.
    pub scopes: Vec<String>,
    /// Constant form values that select this way of signing in.
    pub values: Map<String, Value>,
    pub client_id_field: String,
    pub client_secret_field: Option<String>,
    /// At least one of this and `access_token_field` is set.
    pub refresh_token_field: Option<String>,
    pub access_token_field: Option<String>,
}
