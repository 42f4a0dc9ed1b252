//! Making connectors from definitions.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Definition, Form};
use serde_json::{Map, Value};
use url::Url;

use super::RemoteConnector;
use crate::Result;

/// Connectors can be created on it.
#[async_trait]
pub trait Creation: Send + Sync {
    /// What can be created, in the platform's own order.
    ///
    /// # Errors
    /// Those of the contract's operation, where the platform has to be asked.
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>>;

    /// What one has to give to create one of them. The rules of the contract stand in its schema, so that
    /// they are checked before anything is sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Usage`] when there is no such definition; those of the contract's operation.
    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form>;

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
    ) -> Result<RemoteConnector>;

    /// How a person's own OAuth app gets the tokens that its form asks for; `None` where the form takes
    /// none, or the platform runs the consent itself.
    ///
    /// # Errors
    /// As [`Self::creation_form`].
    async fn oauth_app(
        &self,
        definition: &str,
        options: &CallOptions,
    ) -> Result<Option<ProviderOAuth>> {
        let _ = (definition, options);
        Ok(None)
    }
}

/// A provider's OAuth, which Patchbay runs with a person's own app to fill in a form. Fields are JSON
/// pointers into the values of [`Creation::creation_form`].
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderOAuth {
    /// Where a person consents, without a query; `None` where the definition does not tell: then a person
    /// types it in.
    pub authorize_url: Option<Url>,
    /// Where the code is exchanged, likewise.
    pub token_url: Option<Url>,
    /// Scopes to ask for; empty where the definition does not tell.
    pub scopes: Vec<String>,
    /// What the form has to hold for this way of signing in: members of its values, to be put in beside
    /// those of the fields below.
    pub values: Map<String, Value>,
    /// Where the id of the app goes.
    pub client_id_field: String,
    /// Where its secret goes, where there is a place for it.
    pub client_secret_field: Option<String>,
    /// Where the refresh token goes, where there is a place for it. There is one for it or for the access
    /// token.
    pub refresh_token_field: Option<String>,
    /// Where the access token goes, where there is a place for it.
    pub access_token_field: Option<String>,
}
