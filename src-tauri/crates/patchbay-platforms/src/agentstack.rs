//! Agent Stack connectors: records of MCP servers whose tokens the platform keeps, and a relay to them.
//!
//! Operations answer the platform's own JSON; tools are spoken to in MCP through the relay
//! ([`tools`]), whose bytes can also be had as they come ([`relay`]).
//!
//! Source: Agent Stack contract.

mod consents;
mod creation;
mod credentials;
mod inflate;
mod mapping;
mod offers;
mod operations;
mod particulars;
mod relay;
mod remembered;
mod sessions;
mod tools;
mod wait;
mod wire;

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_http::{Api, CallOptions, FixedHeaders, Redirects, SecretNames, StreamedAnswer};
use patchbay_model::{RemoteId, Secret};
use serde_json::{Map, Value};

use self::operations::{Delete, Disconnect, Get, List, OPERATIONS, Which};
use self::relay::Mcp;
use self::remembered::Remembered;
use self::sessions::Sessions;
use self::wire::Connector;
use crate::capabilities::offers;
use crate::operations::{AnyClient, arguments};
use crate::registry::{ALLOW_PLAIN_HTTP, text_of};
use crate::{
    AccountField, Connectors, Disconnects, Error, HostedPlatform, NoToken, Operation,
    OperationEntry, Platform, RemoteConnector, SignIn, Streams, TokenSource,
};

const BASE_URL: &str = "http://127.0.0.1:8333";

/// Names of members that no answer shows.
static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| crate::registry::secret_names(OPERATIONS, FIELDS));

/// Agent Stack in the registry.
pub(crate) const AGENTSTACK: HostedPlatform = HostedPlatform {
    platform: patchbay_model::Platform::Agentstack,
    title: "Agent Stack",
    is_assumed: false,
    fields: FIELDS,
    secret_for,
    operations: || OPERATIONS,
    operations_of: |_| OPERATIONS,
    sign_in,
};

/// Source: Agent Stack contract, section 10.
const FIELDS: &[AccountField] = &[
    AccountField::new(
        "base_url",
        "Base URL",
        "Address of the platform, http://127.0.0.1:8333 unless given.",
    )
    .variables(&["PLATFORM_URL"]),
    AccountField::new(
        "auth",
        "Sign-in",
        "How to sign in: none, bearer or basic; by what else is given unless chosen.",
    )
    .choices(&["none", "bearer", "basic"]),
    AccountField::new(
        "token",
        "Token",
        "For bearer: an OIDC access token of yours, or a context token.",
    )
    .secret(),
    AccountField::new("user", "User", "For basic: the name to sign in with."),
    AccountField::new(
        "password",
        "Password",
        "For basic: the password of that user.",
    )
    .secret(),
    ALLOW_PLAIN_HTTP,
];

/// As [`credentials`] tells the ways to sign in apart, before there is any secret.
fn secret_for(settings: &Map<String, Value>) -> Option<&'static str> {
    match (text_of(settings, "auth"), text_of(settings, "user")) {
        (Some("bearer"), _) => Some("token"),
        (Some("basic"), _) | (None, Some(_)) => Some("password"),
        _ => None,
    }
}

fn sign_in(account: SignIn) -> Result<Arc<dyn Platform>, Error> {
    let base = account.text("base_url")?.unwrap_or(BASE_URL);
    Ok(Arc::new(AgentStack {
        api: Api {
            redirects: Redirects::Refuse,
            secret_names: &SECRET_NAMES,
            ..Api::new(
                account.clients.clone(),
                Arc::clone(&account.clock),
                base,
                credentials(&account)?,
            )?
        },
        remembered: Remembered::default(),
        sessions: Sessions::default(),
    }))
}

/// What is sent with each request, the relayed ones included.
fn credentials(account: &SignIn) -> Result<Arc<dyn TokenSource>, Error> {
    let secret = |name| account.secret(name).filter(|secret| !secret.is_empty());
    let missing = |name: &str| Error::Usage(format!("{name} is missing"));
    let (token, password) = (secret("token"), secret("password"));
    let by_what_is_given = match (token, password) {
        (Some(_), _) => "bearer",
        (None, Some(_)) => "basic",
        (None, None) => "none",
    };
    match account.text("auth")?.unwrap_or(by_what_is_given) {
        "none" => Ok(Arc::new(NoToken)),
        "bearer" => {
            let token = token.ok_or_else(|| missing("token"))?;
            Ok(Arc::new(FixedHeaders::bearer(token)))
        }
        "basic" => {
            let user = account.text("user")?.ok_or_else(|| missing("user"))?;
            let password = password.ok_or_else(|| missing("password"))?;
            basic(user, password)
        }
        _ => Err(Error::Usage(
            "auth has to be none, bearer or basic".to_owned(),
        )),
    }
}

fn basic(user: &str, password: &Secret) -> Result<Arc<dyn TokenSource>, Error> {
    // A colon ends the name (RFC 7617, section 2).
    if user.contains(':') {
        return Err(Error::Usage("user must not hold a colon".to_owned()));
    }
    let both = Secret::new(format!("{user}:{}", password.expose()));
    let header = format!("Basic {}", STANDARD.encode(both.expose()));
    Ok(Arc::new(FixedHeaders::new(
        "authorization",
        Secret::new(header),
    )))
}

/// One account.
struct AgentStack {
    api: Api,
    remembered: Remembered,
    sessions: Sessions,
}

impl AgentStack {
    fn mapped(&self, connector: Connector) -> RemoteConnector {
        let known = self.remembered.of(&connector);
        mapping::connector(connector, &known, self.api.clock.now())
    }

    async fn get(&self, id: &str, options: &CallOptions) -> Result<Connector, Error> {
        let connector = Which::by_id(id);
        Get { connector }.run(self, options).await
    }

    /// A connector that is gone, or begins anew.
    fn forget(&self, which: &Which) {
        if let Ok(id) = which.id() {
            self.sessions.forget(id);
            self.remembered.forget(id);
        }
    }
}

impl AsRef<Api> for AgentStack {
    fn as_ref(&self) -> &Api {
        &self.api
    }
}

#[async_trait]
impl Platform for AgentStack {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    fn client(&self) -> Option<&AnyClient> {
        Some(self)
    }

    fn remembered(&self) -> Value {
        self.remembered.to_json()
    }

    fn recall(&self, remembered: Value) {
        self.remembered.recall(remembered);
    }

    offers! {
        connectors: Connectors, tools: Tools, consents: Consents, disconnects: Disconnects,
        creation: Creation, credentials: Credentials, peculiar: Peculiar, streams: Streams,
        resources: Resources, prompts: Prompts,
    }
}

#[async_trait]
impl Connectors for AgentStack {
    /// The one page: `next_page_token` names an item of it again and again, and there is no way to ask
    /// for another.
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>, Error> {
        let page = List {}.run(self, options).await?;
        Ok(page.items.into_iter().map(|one| self.mapped(one)).collect())
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        Ok(self.mapped(self.get(id.as_str(), options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        let connector = Which::by_id(id.as_str());
        Delete { connector }.run(self, options).await
    }
}

#[async_trait]
impl Disconnects for AgentStack {
    async fn disconnect(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        let connector = Which::by_id(id.as_str());
        let left = Disconnect { connector }.run(self, options).await;
        left.map(drop)
    }
}

#[async_trait]
impl Streams for AgentStack {
    fn streamed(&self) -> &'static [&'static str] {
        &["mcp"]
    }

    async fn stream(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<StreamedAnswer, Error> {
        if operation != "mcp" {
            return Err(Error::NotSupported(format!("a stream of {operation:?}")));
        }
        let mcp: Mcp = arguments(given)?;
        mcp.open(&self.api, options).await
    }
}

#[cfg(test)]
mod tests;
