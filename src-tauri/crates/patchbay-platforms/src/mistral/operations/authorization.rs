//! How one signs in to a connector, and the page on which one does.

use patchbay_http::{Request, RetryClass};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::parameters::{by_ref, default_false};
use crate::mistral::Mistral;
use crate::mistral::quirks::surface::Surface;
use crate::mistral::wire::{AuthMethod, AuthUrl, Items, Object};
use crate::operations::on_connector;
use crate::{Contract, Error, Operation, Result};

/// Get the sign-in page.
///
/// Source: Mistral contract, section 2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetAuthUrl {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// Where the browser should end.
    pub app_return_url: Option<String>,
    /// How to sign in, such as `oauth2` or `github_app`.
    pub method_type: Option<String>,
    /// Name of the credentials to be kept.
    pub credentials_name: Option<String>,
    /// Their name for people; the older API has none.
    pub credentials_title: Option<String>,
    /// Whether to install the GitHub app first.
    #[serde(default = "default_false")]
    pub github_installation_link: Option<bool>,
}

impl Operation<Mistral> for GetAuthUrl {
    const CONTRACT: Contract = Contract::write("get_auth_url").retry(RetryClass::Freely);
    type Output = Object<AuthUrl>;

    fn request(&self, client: &Mistral) -> Result<Request> {
        if client.surface == Surface::Seed && self.credentials_title.is_some() {
            return Err(Error::Usage(
                "the legacy API has no display names".to_owned(),
            ));
        }
        let path = by_ref(&self.connector_id_or_name)?.then("/auth_url");
        let installs = self.github_installation_link;
        Ok(Request::get(path)
            .query_if("app_return_url", self.app_return_url.as_ref())
            .query_if("method_type", self.method_type.as_ref())
            .query_if("credentials_name", self.credentials_name.as_ref())
            .query_if("credentials_title", self.credentials_title.as_ref())
            .query_if("github_installation_link", installs))
    }

    fn observe(&self, client: &Mistral, page: &Object<AuthUrl>) {
        client.record_page(&self.connector_id_or_name, &page.value);
    }
}

on_connector! { Mistral, connector_id_or_name: RemoteId = "Id or name of the connector." =>
    /// List sign-in methods.
    ///
    /// Source: Mistral contract, section 2.
    GetAuthenticationMethods(Contract::read("get_authentication_methods")) -> Items<AuthMethod>:
        |id, _| Ok(Request::get(by_ref(id)?.then("/authentication_methods")));
}
