//! The one access token that the platform keeps for a connector.
//!
//! Source: Agent Stack contract, section 3, `connect`.

use async_trait::async_trait;
use patchbay_http::{CallOptions, SecretArgument};
use patchbay_model::{CredentialLevel, Form, Level, PlatformCredential, RemoteId};
use serde::Deserialize;
use serde_json::Value;

use super::AgentStack;
use super::operations::{Connect, Which};
use super::wire::AUTH_REQUIRED;
use crate::form::{self, Members};
use crate::{CredentialToSave, Credentials, Error, Operation, operations};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    access_token: SecretArgument,
}

#[async_trait]
impl Credentials for AgentStack {
    async fn credential_levels(
        &self,
        _: &RemoteId,
        _: &CallOptions,
    ) -> Result<Vec<CredentialLevel>, Error> {
        Ok(vec![CredentialLevel {
            level: Level::User,
            help: "An access token for the MCP server, in place of a consent. The platform tries it at \
                   once; a token that the server refuses is lost, and so is the one it had before."
                .to_owned(),
            is_named: false,
            has_default: false,
            can_delete: false,
            is_listed: false,
        }])
    }

    /// None: the platform does not tell whether it has one.
    async fn list_credentials(
        &self,
        _: &RemoteId,
        level: Level,
        _: &CallOptions,
    ) -> Result<Vec<PlatformCredential>, Error> {
        of_user(level)?;
        Ok(Vec::new())
    }

    async fn credential_form(
        &self,
        _: &RemoteId,
        level: Level,
        _: &CallOptions,
    ) -> Result<Form, Error> {
        of_user(level)?;
        let token = form::secret(
            "Access token",
            "A token that the MCP server takes as a bearer.",
        );
        let members = Members::default().needs("access_token", token);
        Ok(form::empty(members.closed()))
    }

    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<(), Error> {
        of_user(credential.level)?;
        if !credential.name.is_empty() {
            return Err(Error::Usage("the token has no name".to_owned()));
        }
        let given: Given = operations::arguments(Value::Object(credential.values))?;
        if given.access_token.is_empty() {
            return Err(Error::Usage("access_token is empty".to_owned()));
        }
        let connect = Connect {
            connector: Which::by_id(id.as_str()),
            redirect_url: None,
            access_token: Some(given.access_token),
        };
        let connector = connect.run(self, options).await?;
        if connector.state() != AUTH_REQUIRED {
            return Ok(());
        }
        // It names a page, but nobody was asked to stand before it.
        self.remembered
            .note(id.as_str(), |known| known.consent_until = None);
        Err(Error::GrantFailed {
            reason: Some(
                "the MCP server refused the token, and the platform keeps none now".to_owned(),
            ),
        })
    }
}

fn of_user(level: Level) -> Result<(), Error> {
    match level {
        Level::User => Ok(()),
        _ => Err(Error::Usage("the token is always the user's".to_owned())),
    }
}
