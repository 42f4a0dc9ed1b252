//! Tokens other than the account's own.

use patchbay_http::{Path, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::apply;

use super::empty_as_none;
use crate::airbyte::client::Airbyte;
use crate::airbyte::wire::{NewToken, TokenInfo};
use crate::operations::{Contract, Operation};
use crate::{Raw, Result};

fn applications() -> Path {
    Path::new("/api/v1/account/applications")
}

/// Create a workspace token (and the workspace if needed).
///
/// Source: Airbyte contract, section 2, other tokens.
#[apply(Option<_> => #[serde(
    default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none"
)])]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateScopedToken {
    /// Workspace name, created if needed. Default: the account's
    pub workspace_name: Option<String>,
    /// Region of the workspace, a UUID.
    pub region_id: Option<String>,
}

impl Operation<Airbyte> for CreateScopedToken {
    const CONTRACT: Contract = Contract::write("create_scoped_token");
    type Output = Raw<NewToken>;

    fn request(&self, client: &Airbyte) -> Result<Request> {
        let workspace = client.workspace_or(&self.workspace_name);
        Request::post(applications().then("/scoped-token")).json(&Self {
            workspace_name: Some(workspace.to_owned()),
            ..self.clone()
        })
    }
}

/// Show what the token can access.
///
/// Source: Airbyte contract, section 2, other tokens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopedTokenInfo {}

impl Operation<Airbyte> for ScopedTokenInfo {
    const CONTRACT: Contract = Contract::read("scoped_token_info");
    type Output = Raw<TokenInfo>;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        Ok(Request::get(applications().then("/scoped-token/info")))
    }
}

/// Create a widget token.
///
/// Source: Airbyte contract, section 2, other tokens.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWidgetToken {
    /// The body of the request, as the platform's documentation has it.
    pub json: Option<Map<String, Value>>,
}

impl Operation<Airbyte> for CreateWidgetToken {
    const CONTRACT: Contract = Contract::write("create_widget_token");
    type Output = Raw<NewToken>;

    fn request(&self, _: &Airbyte) -> Result<Request> {
        let request = Request::post(applications().then("/widget-token"));
        match &self.json {
            Some(body) => request.json(body),
            None => Ok(request),
        }
    }
}
