//! Airbyte Agents: connectors of a workspace whose entities are read and written by actions.
//!
//! Start reading at [`Airbyte`]. An application's id and secret are exchanged for a token ([`token`]);
//! a pasted token stands in place of both.
//!
//! Source: Airbyte contract.

mod arguments;
mod client;
mod connectors;
mod creation;
mod download;
mod execute;
mod lookup;
mod mapping;
mod oauth;
mod operations;
mod particulars;
mod remembered;
mod settings;
mod spec;
mod token;
mod tools;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use patchbay_http::{Api, CallOptions, SecretArgument, StreamedAnswer, bearer};
use patchbay_model::Secret;
use serde_json::{Value, json};

use self::arguments::given;
use self::client::{Client, Workspace};
use self::remembered::Remembered;
use self::token::{Credentials, Tokens};
use crate::capabilities::offers;
use crate::registry::{ALLOW_PLAIN_HTTP, text_of};
use crate::{
    AccountField, Error, HostedPlatform, NoToken, OperationEntry, Platform, SignIn, Streams,
};

const BASE: &str = "https://api.airbyte.ai";

const WORKSPACE: &str = "default";

/// How many identities besides the account's own keep their tokens.
const MOST_OTHERS: usize = 8;

/// Airbyte Agents in the registry.
///
/// Source: Airbyte contract, section 10.
pub(crate) const AIRBYTE: HostedPlatform = HostedPlatform {
    platform: patchbay_model::Platform::Airbyte,
    title: "Airbyte Agents",
    is_assumed: false,
    fields: &[
        AccountField::new(
            "client_id",
            "Client ID",
            "Of an application in the settings of the organization; not needed with a token",
        )
        .unless("token")
        .variables(&["AIRBYTE_CLIENT_ID"]),
        AccountField::new(
            "client_secret",
            "Client secret",
            "Of the same application; not needed with a token",
        )
        .secret()
        .unless("token")
        .variables(&["AIRBYTE_CLIENT_SECRET"]),
        AccountField::new(
            "token",
            "Token",
            "A bearer token made elsewhere, in place of client ID and secret",
        )
        .secret(),
        AccountField::new(
            "organization_id",
            "Organization",
            "A UUID; needed when the credentials reach several organizations",
        )
        .variables(&["AIRBYTE_ORGANIZATION_ID"]),
        AccountField::new(
            "workspace_name",
            "Workspace",
            "Name of the workspace whose connectors are shown, `default` unless given",
        ),
        AccountField::new(
            "base_url",
            "Base URL",
            "Address of the platform in place of its own",
        )
        .variables(&["SDK_DEV_ADP_API_HOST"]),
        ALLOW_PLAIN_HTTP,
    ],
    // Without an application there is nothing but a token to be had.
    secret_for: |settings| match text_of(settings, "client_id") {
        Some(_) => Some("client_secret"),
        None => Some("token"),
    },
    operations: || operations::OPERATIONS,
    operations_of: |_| operations::OPERATIONS,
    sign_in,
};

/// Airbyte Agents, signed in to by one account.
struct Airbyte {
    /// Without credentials and organization; each identity adds its own.
    api: Api,
    /// The account's own identity; `None` while it has no credentials.
    client: Option<Client>,
    client_id: Option<String>,
    client_secret: Option<Secret>,
    organization_id: Option<String>,
    workspace: String,
    /// Identities that single calls asked for, the latest last.
    others: Mutex<Vec<Client>>,
    remembered: Remembered,
}

/// Signs in; sends nothing yet. An account without credentials can still name an operation that brings
/// its own, all others are refused.
fn sign_in(account: SignIn) -> Result<Arc<dyn Platform>, Error> {
    let owned = |name: &str| account.text(name).map(|text| text.map(str::to_owned));
    let secret = |name: &str| {
        let secret = account.secret(name).filter(|secret| !secret.is_empty());
        secret.cloned()
    };
    let (client_id, client_secret) = (owned("client_id")?, secret("client_secret"));
    let organization_id = owned("organization_id")?;
    let base = account.text("base_url")?.unwrap_or(BASE);
    let api = Api {
        secrets: account.secrets.values().cloned().collect(),
        ..Api::new(
            account.clients.clone(),
            Arc::clone(&account.clock),
            base,
            Arc::new(NoToken),
        )?
    };
    let pasted = secret("token").map(|token| Credentials::Pasted(bearer(&token)));
    let credentials = pasted.or_else(|| {
        Some(Credentials::Application {
            client_id: client_id.clone()?,
            client_secret: client_secret.clone()?,
        })
    });
    let client = credentials.map(|credentials| {
        let tokens = Tokens::new(credentials);
        Client::new(api.clone(), tokens, organization_id.clone())
    });
    Ok(Arc::new(Airbyte {
        api,
        client,
        client_id,
        client_secret,
        workspace: owned("workspace_name")?.unwrap_or_else(|| WORKSPACE.to_owned()),
        organization_id,
        others: Mutex::default(),
        remembered: Remembered::default(),
    }))
}

impl Airbyte {
    /// The account's own identity.
    ///
    /// # Errors
    /// [`Error::Usage`] when it has no credentials.
    fn client(&self) -> Result<&Client, Error> {
        self.client.as_ref().ok_or_else(no_credentials)
    }

    /// `connect`: the one connector of a kind.
    ///
    /// Source: Airbyte contract, section 3, `connect`.
    async fn connect(
        &self,
        arguments: arguments::Connect,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let slug = given(Some(arguments.slug))
            .ok_or_else(|| Error::Usage("slug is missing".to_owned()))?;
        let client = self.client_as(
            given(arguments.client_id),
            arguments
                .client_secret
                .map(SecretArgument::into_secret)
                .filter(|secret| !secret.is_empty()),
            given(arguments.organization_id),
        )?;
        let workspace = given(arguments.workspace_name);
        let workspace = workspace.unwrap_or_else(|| self.workspace.clone());
        let (id, definition) = match given(arguments.connector_id) {
            Some(id) => (id, None),
            None => {
                let place = Workspace::Named(&workspace);
                let all = client.list_connectors(&place, None, options).await?;
                let found = lookup::only(&all, &slug, &workspace)?;
                let definition = found.definition_id().map(str::to_owned);
                (found.id().to_owned(), definition)
            }
        };
        Ok(json!({
            "connector_id": id,
            "definition_id": definition,
            "workspace_name": workspace,
            "organization_id": client.organization_id(),
        }))
    }

    /// The account's identity with what a call puts in place of it. Its token is kept for the next call
    /// that asks for the same.
    fn client_as(
        &self,
        id: Option<String>,
        secret: Option<Secret>,
        organization: Option<String>,
    ) -> Result<Client, Error> {
        let keeps_credentials = id.is_none() && secret.is_none();
        let organization = organization.or_else(|| self.organization_id.clone());
        if keeps_credentials && organization == self.organization_id {
            return self.client().cloned();
        }
        if keeps_credentials
            && let Some(client) = &self.client
            && client.is_pasted()
        {
            let tokens = Arc::clone(client.tokens());
            return Ok(Client::new(self.api.clone(), tokens, organization));
        }
        let id = id.or_else(|| self.client_id.clone());
        let secret = secret.or_else(|| self.client_secret.clone());
        let (client_id, client_secret) = id.zip(secret).ok_or_else(no_credentials)?;
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let known = others
            .iter()
            .find(|other| other.is_of(&client_id, client_secret.expose(), organization.as_deref()));
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let tokens = Tokens::new(Credentials::Application {
            client_id,
            client_secret,
        });
        let client = Client::new(self.api.clone(), tokens, organization);
        if others.len() == MOST_OTHERS {
            others.remove(0);
        }
        others.push(client.clone());
        Ok(client)
    }
}

fn no_credentials() -> Error {
    Error::Usage("client_id and client_secret, or a token, are missing".to_owned())
}

#[async_trait]
impl Platform for Airbyte {
    fn operations(&self) -> &'static [OperationEntry] {
        operations::OPERATIONS
    }

    async fn call(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        self.dispatch(operation, given, options).await
    }

    fn remembered(&self) -> Value {
        self.remembered.to_json()
    }

    fn recall(&self, remembered: Value) {
        self.remembered.recall(remembered);
    }

    offers! {
        connectors: Connectors, tools: Tools, creation: Creation, settings: Settings, peculiar:
        Peculiar, streams: Streams,
    }
}

#[async_trait]
impl Streams for Airbyte {
    /// For the sake of downloads.
    fn streamed(&self) -> &'static [&'static str] {
        &["execute"]
    }

    async fn stream(
        &self,
        operation: &str,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<StreamedAnswer, Error> {
        if operation != "execute" {
            return Err(Error::NotSupported(format!("a stream of {operation:?}")));
        }
        self.execute_streamed(arguments, options).await
    }
}
