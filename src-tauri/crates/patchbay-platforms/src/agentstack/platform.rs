//! Agent Stack's abilities.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_http::{
    Api, CallOptions, FixedHeaders, Redirects, RetryPolicy, SecretArgument, SecretNames,
};
use patchbay_model::{
    Abilities, CredentialLevel, Definition, Form, Level, PlatformCredential, PlatformLook,
    RemoteId, Secret, TileColours, clean_text,
};
use serde_json::{Map, Value};
use url::Url;

use super::client::AgentStack;
use super::forms::{self, AccessToken, NewConnector};
use super::mapping;
use super::operations::{Connect, Delete, Disconnect, List, OPERATIONS, Presets};
use super::quirks::sessions::Sessions;
use super::wire::{AUTH_REQUIRED, Connector, ConnectorRef, DISCONNECTED, plain_id};
use crate::account::{ALLOW_PLAIN_HTTP, text_setting};
use crate::capabilities::{offers, web_page};
use crate::client::without_extras;
use crate::form;
use crate::hosted::{HOSTED_ABILITIES, secret_names};
use crate::observations::Observations;
use crate::operations::{AnyClient, arguments};
use crate::{
    AccountConfig, AccountField, Connectors, ConsentRequest, ConsentState, Consents, Creation,
    CredentialToSave, Credentials, Disconnects, Error, HostedPlatform, NoToken, Operation,
    OperationEntry, Platform, RemoteConnector, Result, SavedObservations, StartedConsent,
    TokenSource,
};

const BASE_URL: &str = "http://127.0.0.1:8333";

const POLL_EVERY: Duration = Duration::from_secs(1);

const TOKEN_REJECTED: &str = "the server rejected the token";

/// The definition that accepts any URL.
const CUSTOM: &str = "custom";

/// Names of members that are redacted in responses.
pub(super) static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| secret_names(OPERATIONS, FIELDS));

pub(crate) const AGENTSTACK: HostedPlatform = HostedPlatform {
    abilities: Abilities {
        takes_mcp_servers: true,
        keeps_credentials: true,
        has_resources: true,
        ..HOSTED_ABILITIES
    },
    secret_for,
    ..HostedPlatform::new(
        patchbay_model::Platform::Agentstack,
        PlatformLook {
            title: "Agent Stack",
            initials: "As",
            creates: "Preset and custom MCP servers",
            sign_in: Some("Server address; token or user name and password if it needs one"),
            light: TileColours::new("#e3e9f4", "#34507f"),
            dark: TileColours::new("#232f44", "#a3bdec"),
        },
        FIELDS,
        || OPERATIONS,
        |account| Ok(Arc::new(client(&account)?)),
    )
};

/// Source: Agent Stack contract, section 10.
const FIELDS: &[AccountField] = &[
    AccountField::new("base_url", "Base URL", "Default: http://127.0.0.1:8333")
        .variables(&["PLATFORM_URL"]),
    AccountField::new(
        "auth",
        "Sign-in",
        "none, bearer or basic. Default: by what else is given",
    )
    .choices(&["none", "bearer", "basic"])
    .advanced(),
    AccountField::new(
        "token",
        "Token",
        "OIDC access token or context token, if the server wants one",
    )
    .secret()
    .sign_in_method("Token"),
    AccountField::new("user", "User", "User name").sign_in_method("Password"),
    AccountField::new("password", "Password", "Password of that user")
        .secret()
        .sign_in_method("Password"),
    ALLOW_PLAIN_HTTP,
];

/// Follows the same rules as [`credentials`], without knowing the secrets.
fn secret_for(settings: &Map<String, Value>) -> Option<&'static str> {
    match (
        text_setting(settings, "auth"),
        text_setting(settings, "user"),
    ) {
        (Some("bearer"), _) => Some("token"),
        (Some("basic"), _) | (None, Some(_)) => Some("password"),
        _ => None,
    }
}

/// The client of an account.
///
/// # Errors
/// [`Error::Usage`] when a secret is missing, or a setting cannot be used.
pub fn client(account: &AccountConfig) -> Result<AgentStack> {
    let base = account.text("base_url")?.unwrap_or(BASE_URL);
    Ok(AgentStack {
        api: Api {
            redirects: Redirects::Refuse,
            retries: RetryPolicy::on_request(),
            secret_names: &SECRET_NAMES,
            ..account.api(base, credentials(account)?)?
        },
        observations: Observations::default(),
        sessions: Sessions::default(),
    })
}

/// Sent with each request, including relayed ones.
fn credentials(account: &AccountConfig) -> Result<Arc<dyn TokenSource>> {
    let missing = |name: &str| Error::Usage(format!("enter {name}"));
    let (token, password) = (account.secret("token"), account.secret("password"));
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
            "auth must be none, bearer or basic".to_owned(),
        )),
    }
}

fn basic(user: &str, password: &Secret) -> Result<Arc<dyn TokenSource>> {
    // The first colon ends the name (RFC 7617, section 2).
    if user.contains(':') {
        return Err(Error::Usage("user names can't contain :".to_owned()));
    }
    let both = Secret::new(format!("{user}:{}", password.expose()));
    let header = format!("Basic {}", STANDARD.encode(both.expose()));
    Ok(Arc::new(FixedHeaders::new(
        "authorization",
        Secret::new(header),
    )))
}

impl AgentStack {
    fn map_connector(&self, connector: Connector) -> RemoteConnector {
        let is_connected = connector.is_connected();
        let id = plain_id(&connector.id);
        let found = self
            .observations
            .update(&id, |found| found.update(is_connected));
        mapping::connector(connector, &found, self.api.clock.now())
    }

    /// Whether the platform keeps failing on a token that it gave up: until the token is deleted, it does not request
    /// a new one.
    async fn is_stuck(&self, id: &RemoteId, error: &Error, options: &CallOptions) -> bool {
        if error.status() != Some(500) {
            return false;
        }
        let found = self.find(id.as_str(), options).await;
        found.is_ok_and(|connector| connector.state == DISCONNECTED)
    }

    /// Connects with a token. Returns the connector unchanged if that fails, and records the reason.
    async fn connect_with_token(
        &self,
        created: Connector,
        token: SecretArgument,
        options: &CallOptions,
    ) -> Connector {
        let connect = Connect {
            connector: ConnectorRef::by_id(created.id.as_str()),
            redirect_url: None,
            access_token: Some(token),
        };
        let tried = connect.run(self, &without_extras(options)).await;
        // No page was opened.
        self.note(&created.id, |found| found.consent_until = None);
        let refused = match &tried {
            Err(error) => Some(error.words()),
            Ok(connector) if connector.state == AUTH_REQUIRED => Some(TOKEN_REJECTED.to_owned()),
            Ok(_) => None,
        };
        if let Some(words) = refused {
            self.note(&created.id, |found| found.fail(words));
        }
        tried.unwrap_or(created)
    }

    /// Adds the name of the existing connector with that URL to the error, if it can be found.
    async fn name_duplicate(&self, error: Error, url: &str, options: &CallOptions) -> Error {
        let Error::AlreadyThere { refusal, .. } = error else {
            return error;
        };
        // The platform normalizes URLs before comparing them.
        let normalize = |url: &str| Url::parse(url).map_or_else(|_| url.to_owned(), String::from);
        let page = List {}.run(self, &without_extras(options)).await;
        let mut connectors = page.into_iter().flat_map(|page| page.items);
        let found = connectors.find(|one| normalize(&one.url) == normalize(url));
        let name = found.map(|connector| self.map_connector(connector).name);
        Error::AlreadyThere { name, refusal }
    }
}

#[async_trait]
impl Platform for AgentStack {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    fn client(&self) -> &AnyClient {
        self
    }

    async fn flush(&self) {
        self.sessions.flush().await;
    }

    fn observations(&self) -> Option<&dyn SavedObservations> {
        Some(&self.observations)
    }

    offers! {
        connectors: Connectors, tools: Tools, consents: Consents, disconnects: Disconnects,
        creation: Creation, credentials: Credentials, details: Details, resources: Resources, prompts: Prompts,
    }
}

#[async_trait]
impl Connectors for AgentStack {
    /// There is only one page: `next_page_token` repeats an item of it, and no parameter takes the token.
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>> {
        let page = List {}.run(self, options).await?;
        Ok(page
            .items
            .into_iter()
            .map(|one| self.map_connector(one))
            .collect())
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        Ok(self.map_connector(self.find(id.as_str(), options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let connector = ConnectorRef::by_id(id.as_str());
        let found = self.find(id.as_str(), options).await?;
        if found.has_workload() {
            let connector = connector.clone();
            Disconnect { connector }.run(self, options).await?;
        }
        Delete { connector }.run(self, options).await
    }
}

#[async_trait]
impl Disconnects for AgentStack {
    async fn disconnect(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let connector = ConnectorRef::by_id(id.as_str());
        Disconnect { connector }.run(self, options).await.map(drop)
    }
}

/// Source: Agent Stack contract, section 4.
#[async_trait]
impl Consents for AgentStack {
    async fn start_consent(
        &self,
        request: ConsentRequest<'_>,
        options: &CallOptions,
    ) -> Result<StartedConsent> {
        request.check_no_choices()?;
        let id = request.connector;
        let connect = Connect {
            connector: ConnectorRef::by_id(id.as_str()),
            redirect_url: request.redirect.map(Url::to_string),
            access_token: None,
        };
        if request.is_renewal {
            // Connecting a connected connector returns no page.
            let connector = connect.connector.clone();
            Disconnect { connector }.run(self, options).await?;
        }
        let connector = match connect.run(self, options).await {
            Err(error) if self.is_stuck(id, &error, options).await => {
                let connector = connect.connector.clone();
                Disconnect { connector }.run(self, options).await?;
                connect.run(self, options).await?
            }
            connected => connected?,
        };
        Ok(StartedConsent {
            page: page(&connector)?,
            valid_for: None,
            was_given: false,
            poll_every: POLL_EVERY,
        })
    }

    fn abandon_consent(&self, id: &RemoteId) {
        self.note(id.as_str(), |found| found.consent_until = None);
    }

    async fn consent_state(&self, id: &RemoteId, options: &CallOptions) -> Result<ConsentState> {
        let found = self.find(id.as_str(), options).await?;
        let state = mapping::consent(&found);
        if state != ConsentState::Waiting {
            self.note(&found.id, |found| found.consent_until = None);
        }
        Ok(state)
    }
}

/// The consent page in the response of connecting; `None` if it is connected.
///
/// # Errors
/// [`Error::UnsafeUrl`] when it is not a web address; [`Error::GrantFailed`] when the platform gave up;
/// [`Error::NotSupported`] for another kind of sign-in, and when there is no page.
fn page(connector: &Connector) -> Result<Option<Url>> {
    match connector.state.as_str() {
        AUTH_REQUIRED => {}
        DISCONNECTED => {
            return Err(Error::GrantFailed {
                reason: mapping::disconnect_reason(connector),
            });
        }
        _ => return Ok(None),
    }
    let request = connector.auth_request();
    let of_kind = |kind: &str| Error::NotSupported(format!("sign-in type {kind:?}"));
    let request = request.ok_or_else(|| of_kind(""))?;
    let (true, Some(page)) = (request.kind == "code", request.authorization_endpoint) else {
        return Err(of_kind(request.kind));
    };
    web_page(page, 200).map(Some)
}

/// Source: Agent Stack contract, sections 2 and 3, `create` and `presets`.
#[async_trait]
impl Creation for AgentStack {
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>> {
        let presets = Presets {}.run(self, options).await?;
        let mut definitions: Vec<Definition> =
            presets.items.iter().map(mapping::definition).collect();
        definitions.push(Definition {
            id: CUSTOM.to_owned(),
            title: "Custom MCP server".to_owned(),
            description: Some("Any MCP server Agent Stack can reach".into()),
            endpoint_field: Some("/url".to_owned()),
            ..Definition::default()
        });
        Ok(definitions)
    }

    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form> {
        if definition == CUSTOM {
            return Ok(forms::custom_form());
        }
        let presets = Presets {}.run(self, options).await?;
        let mut presets = presets.items.iter();
        presets
            .find(|preset| preset.url == definition)
            .map(forms::preset_form)
            .ok_or_else(|| preset_not_found(definition))
    }

    /// Connects immediately if a token is given. A failure to connect is not an error but the state of the connector, which
    /// exists nevertheless.
    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        let given: NewConnector = arguments(values.into())?;
        let url = match (definition, &given.url) {
            (CUSTOM, Some(url)) => url.clone(),
            (CUSTOM, None) => return Err(Error::Usage("enter a URL".to_owned())),
            (preset, _) => preset.to_owned(),
        };
        let (new, access_token) = given.create(url);
        let created = match new.run(self, options).await {
            Ok(created) => created,
            Err(error) => return Err(self.name_duplicate(error, &new.url, options).await),
        };
        let connector = match access_token {
            Some(token) => self.connect_with_token(created, token, options).await,
            None => created,
        };
        Ok(self.map_connector(connector))
    }
}

fn preset_not_found(definition: &str) -> Error {
    Error::Usage(format!("no preset for {}", clean_text(definition, 200)))
}

/// The access token that the platform stores for a connector.
///
/// Source: Agent Stack contract, section 3, `connect`.
#[async_trait]
impl Credentials for AgentStack {
    async fn credential_levels(
        &self,
        _: &RemoteId,
        _: &CallOptions,
    ) -> Result<Vec<CredentialLevel>> {
        Ok(vec![CredentialLevel {
            level: Level::User,
            help: "Use a token instead of browser sign-in. It's tested right away; if the server rejects it, the old token is deleted too."
                .to_owned(),
            is_named: false,
            has_default: false,
            can_delete: false,
            is_listed: false,
        }])
    }

    /// Empty: the platform does not report whether it has a token.
    async fn list_credentials(
        &self,
        _: &RemoteId,
        level: Level,
        _: &CallOptions,
    ) -> Result<Vec<PlatformCredential>> {
        check_user_level(level)?;
        Ok(Vec::new())
    }

    async fn credential_form(&self, _: &RemoteId, level: Level, _: &CallOptions) -> Result<Form> {
        check_user_level(level)?;
        Ok(form::empty(form::schema_of::<AccessToken>()))
    }

    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<()> {
        check_user_level(credential.level)?;
        if !credential.name.is_empty() {
            return Err(Error::Usage("this token has no name".to_owned()));
        }
        let given: AccessToken = arguments(credential.values.into())?;
        if given.access_token.is_empty() {
            return Err(Error::Usage("enter a token".to_owned()));
        }
        let connect = Connect {
            connector: ConnectorRef::by_id(id.as_str()),
            redirect_url: None,
            access_token: Some(given.access_token),
        };
        let connector = connect.run(self, options).await?;
        if connector.state != AUTH_REQUIRED {
            return Ok(());
        }
        // The response names a page, but it is not opened.
        self.note(id.as_str(), |found| found.consent_until = None);
        Err(Error::GrantFailed {
            reason: Some(format!("{TOKEN_REJECTED}. No token is set now")),
        })
    }
}

fn check_user_level(level: Level) -> Result<()> {
    match level {
        Level::User => Ok(()),
        _ => Err(Error::Usage(
            "only personal tokens are supported".to_owned(),
        )),
    }
}

#[cfg(test)]
pub(super) mod tests;
