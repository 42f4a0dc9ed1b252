//! 10ex's abilities, as far as its table of routes enables them.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{
    Api, Backoff, CallOptions, FixedHeaders, Jitter, Retries, RetryPolicy, SecretNames,
};
use patchbay_model::{
    Abilities, ConnectorSettings, Definition, Form, Json, Level, PlatformCredential, PlatformLook,
    RemoteId, Secret, SentRequest, TileColours, clean_text,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::client::{PendingPage, Tenex};
use super::forms::{self, Key, NewConnector};
use super::mapping;
use super::operations::{
    Delete, Get, GetStatus, List, ListProviders, OPERATIONS, PAGE_SIZE, Revoke, StartOauth,
    SubmitByok, Test, Update, all_pages,
};
use super::quirks::fields::FIELDS;
use super::quirks::login::Login;
use super::quirks::mcp_path::McpPath;
use super::quirks::settings::Settings as AccountSettings;
use super::quirks::table::Table;
use super::wire::{Connector, Provider};
use crate::account::text_setting;
use crate::capabilities::{SingleCredential, SingleOutcome, SingleTool};
use crate::client::until;
use crate::form::map_field_pointers;
use crate::hosted::{HOSTED_ABILITIES, secret_names};
use crate::observations::Observations;
use crate::operations::{AnyClient, arguments};
use crate::token_cache::TokenCache;
use crate::{
    AccountConfig, Connectors, ConsentRequest, ConsentState, Consents, Creation, Credentials,
    Details, Disconnects, Error, HostedPlatform, NoToken, Operation, OperationEntry, Output,
    Platform, RemoteConnector, Result, SavedObservations, Settings, StartedConsent, TokenSource,
    Tools,
};

const BASE_URL: &str = "https://api.10ex.ai";

/// Names of members that are redacted in responses.
pub(super) static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| secret_names(OPERATIONS, FIELDS));

pub(crate) const TENEX: HostedPlatform = HostedPlatform {
    abilities: Abilities {
        keeps_credentials: true,
        ..HOSTED_ABILITIES
    },
    is_assumed: true,
    secret_for: |settings| match text_setting(settings, "email") {
        Some(_) => Some("password"),
        None => Some("api_key"),
    },
    ..HostedPlatform::new(
        patchbay_model::Platform::Tenex,
        PlatformLook {
            title: "10ex",
            initials: "10",
            creates: "10ex providers",
            sign_in: Some("API key, or email and password"),
            light: TileColours::new("#f3e5e8", "#7c3d4c"),
            dark: TileColours::new("#3a262b", "#e2a9b6"),
        },
        FIELDS,
        || OPERATIONS,
        |account| Ok(Arc::new(client(&account)?)),
    )
};

/// The client of an account.
///
/// # Errors
/// [`Error::Usage`] when key and password are missing, or a setting cannot be used.
pub fn client(account: &AccountConfig) -> Result<Tenex> {
    let settings = AccountSettings(&account.settings);
    let base = account.text("base_url")?.unwrap_or(BASE_URL);
    let anonymous = Api {
        secrets: account.secrets.values().cloned().collect(),
        secret_names: &SECRET_NAMES,
        ..account.api(base, Arc::new(NoToken))?
    };
    let api = Api {
        tokens: tokens(account, &settings, &anonymous)?,
        headers: settings.header("workspace_header")?.into_iter().collect(),
        retries: retries(),
        ..anonymous
    };
    Ok(Tenex {
        api,
        table: Table::read(&settings)?,
        mcp: McpPath::default(),
        observations: Observations::default(),
        secret_settings: Observations::default(),
        pending_pages: Observations::default(),
    })
}

/// A key takes precedence over email and password.
fn tokens(
    account: &AccountConfig,
    settings: &AccountSettings<'_>,
    anonymous: &Api,
) -> Result<Arc<dyn TokenSource>> {
    let credential = settings.credential()?;
    if let Some(key) = account.secret("api_key") {
        let (name, value) = credential.header_with(key);
        return Ok(Arc::new(FixedHeaders::new(&name, value)));
    }
    match (account.text("email")?, account.secret("password")) {
        (Some(email), Some(password)) => Ok(Arc::new(Login {
            api: anonymous.clone(),
            email: email.to_owned(),
            password: password.clone(),
            credential,
            cache: TokenCache::default(),
        })),
        _ => Err(Error::Usage(
            "enter an API key, or email and password".to_owned(),
        )),
    }
}

/// The contract's backoff: 1, 2, 4 … seconds and up to a quarter more, at most five times.
fn retries() -> RetryPolicy {
    RetryPolicy {
        max_retries: 5,
        statuses: vec![429..=429, 500..=599],
        backoff: Backoff {
            jitter: Jitter::Above(0.25),
            ..RetryPolicy::NEVER.backoff
        },
        max_retry_after: Duration::from_secs(60),
        ..RetryPolicy::NEVER
    }
}

impl Tenex {
    async fn providers(&self, options: &CallOptions) -> Result<Vec<Provider>> {
        let page = |cursor| {
            let page = ListProviders {
                limit: Some(PAGE_SIZE),
                cursor,
                category: None,
            };
            async move { page.run(self, options).await }
        };
        let all: Vec<Provider> = all_pages(None, page).await?.providers().collect();
        for provider in &all {
            let names = forms::secret_settings(provider);
            self.secret_settings
                .note(&provider.provider, |known| *known = Some(names));
        }
        Ok(all)
    }

    /// A connector without the secrets among its settings.
    async fn find_public(&self, id: &RemoteId, options: &CallOptions) -> Result<Connector> {
        let mut found = self.find(id, options).await?;
        self.drop_secrets(std::slice::from_mut(&mut found), options)
            .await;
        Ok(found)
    }

    /// Removes secret settings, which 10ex should not return, as far as it tells which these are.
    ///
    /// Source: 10ex contract, section 3, "a secret that comes back is dropped".
    async fn drop_secrets(&self, connectors: &mut [Connector], options: &CallOptions) {
        let has_settings = |json: &Value| {
            let settings = json.get("settings").and_then(Value::as_object);
            settings.is_some_and(|settings| settings.values().any(Value::is_string))
        };
        let mut others = connectors.iter().filter(|one| has_settings(&one.json));
        let is_unknown = others.any(|one| self.secret_settings.of(&one.value.provider).is_none());
        if is_unknown
            && self.offers::<ListProviders>()
            && let Err(error) = self.providers(options).await
        {
            tracing::debug!(kind = error.kind(), "secret settings are not known");
        }
        for connector in connectors {
            let secrets = self.secret_settings.of(&connector.value.provider);
            let settings = connector.json.get_mut("settings");
            if let (Some(secrets), Some(Value::Object(settings))) = (secrets, settings) {
                settings.retain(|name, _| !secrets.contains(name));
            }
        }
    }

    /// The provider of an existing connector, empty if it is unknown.
    pub(super) async fn provider_of(&self, slug: &str, options: &CallOptions) -> Provider {
        let providers = self.providers(options).await.unwrap_or_default();
        let mut providers = providers.into_iter();
        let found = providers.find(|provider| provider.provider == slug);
        found.unwrap_or_default()
    }

    fn map_connector(&self, connector: Connector) -> RemoteConnector {
        let found = self.observations.of(connector.id.as_str());
        mapping::connector(connector, &self.table.states, &found, self.now())
    }

    /// Whether a provider can be connected by a consent, and by a key.
    fn auth_methods(&self, provider: &Provider) -> (bool, bool) {
        let methods = &provider.auth_types;
        let takes = |method: &str| methods.is_empty() || methods.iter().any(|each| each == method);
        (
            takes("oauth") && self.offers::<StartOauth>(),
            takes("byok") && self.offers::<SubmitByok>(),
        )
    }

    /// Submits a key. Secret settings are redacted in the response.
    async fn submit(&self, mut key: SubmitByok, options: &CallOptions) -> Result<Connector> {
        if key.api_key.is_empty() {
            return Err(Error::Usage("enter an API key".to_owned()));
        }
        if let Some(settings) = &key.settings {
            let provider = self.provider_of(&key.provider, options).await;
            let secrets = forms::secrets(&provider, settings);
            key.secrets = secrets.into_iter().map(Secret::new).collect();
        }
        map_field_pointers(key.run(self, options).await, |path, _| {
            forms::form_pointer(path)
        })
    }

    /// Starting a consent creates the connector. The page is stored for the next [`Consents::start_consent`].
    async fn create_by_consent(
        &self,
        which: StartOauth,
        options: &CallOptions,
    ) -> Result<Connector> {
        let started = which.run(self, options).await;
        let started = map_field_pointers(started, |path, _| forms::form_pointer(path))?;
        let valid_for = self.valid_for(&started);
        let id = started
            .connector_id
            .ok_or_else(|| Error::unexpected("10ex started the sign-in but named no connector"))?;
        let page = PendingPage {
            provider: which.provider.clone(),
            page: started.redirect_url,
            until: self.now() + valid_for,
        };
        self.pending_pages
            .note(&id, |pending| *pending = Some(page));
        let id = RemoteId::new(id);
        // A connector that cannot be read yet counts as pending.
        let made = self.find(&id, options).await;
        Ok(made.unwrap_or_else(|_| Connector::pending(id, which.provider)))
    }

    fn started_consent(&self, page: Url, valid_for: Duration) -> StartedConsent {
        StartedConsent {
            page: Some(page),
            valid_for: Some(valid_for),
            was_given: false,
            poll_every: self.table.poll_interval,
        }
    }
}

#[async_trait]
impl Platform for Tenex {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    fn client(&self) -> &AnyClient {
        self
    }

    /// Uses any list, since routes that differ from the assumption may be disabled.
    async fn check(&self, options: &CallOptions) -> Result<()> {
        let limit = Some(1);
        if self.offers::<List>() {
            let page = List {
                limit,
                ..List::default()
            };
            page.run(self, options).await?;
        } else if self.offers::<ListProviders>() {
            let page = ListProviders {
                limit,
                ..ListProviders::default()
            };
            page.run(self, options).await?;
        }
        // All other reads require a connector.
        Ok(())
    }

    fn observations(&self) -> Option<&dyn SavedObservations> {
        Some(&self.observations)
    }

    /// Without a list, known connectors can still be read and deleted.
    fn connectors(&self) -> Option<&dyn Connectors> {
        let is_offered = self.offers::<List>() || self.offers::<Get>() || self.offers::<Delete>();
        is_offered.then_some(self as _)
    }

    fn tools(&self) -> Option<&dyn Tools> {
        self.offers::<Test>().then_some(self as _)
    }

    fn consents(&self) -> Option<&dyn Consents> {
        let is_offered = self.offers::<StartOauth>() && self.offers::<GetStatus>();
        is_offered.then_some(self as _)
    }

    fn disconnects(&self) -> Option<&dyn Disconnects> {
        self.offers::<Revoke>().then_some(self as _)
    }

    fn creation(&self) -> Option<&dyn Creation> {
        let is_offered = self.offers::<StartOauth>() || self.offers::<SubmitByok>();
        (is_offered && self.offers::<ListProviders>()).then_some(self as _)
    }

    fn settings(&self) -> Option<&dyn Settings> {
        (self.offers::<Get>() && self.offers::<Update>()).then_some(self as _)
    }

    fn credentials(&self) -> Option<&dyn Credentials> {
        (self.offers::<Get>() && self.offers::<SubmitByok>()).then_some(self as _)
    }

    fn details(&self) -> Option<&dyn Details> {
        self.offers::<Get>().then_some(self as _)
    }
}

#[async_trait]
impl Connectors for Tenex {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>> {
        let page = List {
            limit: Some(PAGE_SIZE),
            ..List::default()
        };
        let mut all = self.list_all(&page, options).await?.items;
        self.drop_secrets(&mut all, options).await;
        Ok(all.into_iter().map(|one| self.map_connector(one)).collect())
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        Ok(self.map_connector(self.find_public(id, options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        Delete { id: id.clone() }.run(self, options).await
    }
}

#[async_trait]
impl Disconnects for Tenex {
    async fn disconnect(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let revoke = Revoke { id: id.clone() };
        revoke.run(self, options).await.map(drop)
    }
}

/// Source: 10ex contract, section 3, `start_oauth` and "Polling" (assumed).
#[async_trait]
impl Consents for Tenex {
    /// A new connector has a page already. Another one is requested only to return the browser to `redirect`; if that
    /// conflicts with the pending consent, the existing page is used.
    async fn start_consent(
        &self,
        request: ConsentRequest<'_>,
        options: &CallOptions,
    ) -> Result<StartedConsent> {
        request.check_no_choices()?;
        let (id, redirect) = (request.connector, request.redirect);
        let now = self.now();
        self.pending_pages
            .retain(|_, page| page.as_ref().is_some_and(|page| now < page.until));
        let pending = self.pending_pages.of(id.as_str());
        let kept =
            |page: PendingPage| self.started_consent(page.page, until(&self.api, page.until));
        let provider = match pending.clone() {
            Some(page) if redirect.is_none() => return Ok(kept(page)),
            Some(page) => page.provider,
            // Naming the connector reconnects it instead of creating another one.
            None => self.find(id, options).await?.value.provider,
        };
        let which = StartOauth {
            provider,
            role: None,
            connector_id: Some(id.clone()),
            return_url: redirect.map(Url::to_string),
        };
        match (which.run(self, options).await, pending) {
            (Ok(started), _) => {
                self.pending_pages.forget(id.as_str());
                let valid_for = self.valid_for(&started);
                Ok(self.started_consent(started.redirect_url, valid_for))
            }
            (Err(Error::Conflict(_) | Error::Blocked { .. }), Some(page)) => Ok(kept(page)),
            (Err(error), _) => Err(error),
        }
    }

    /// Its page stays valid at 10ex.
    fn abandon_consent(&self, id: &RemoteId) {
        let now = self.now();
        self.observations
            .note(id.as_str(), |found| found.consent_until = Some(now));
    }

    async fn consent_state(&self, id: &RemoteId, options: &CallOptions) -> Result<ConsentState> {
        // The caller polls anyway.
        let once = CallOptions {
            retries: Some(Retries::Times(0)),
            ..options.clone()
        };
        let grant = GetStatus { id: id.clone() }.run(self, &once).await?;
        let state = mapping::consent(&grant, &self.table.states);
        if state != ConsentState::Waiting {
            self.pending_pages.forget(id.as_str());
        }
        if state == ConsentState::Given {
            self.observations.forget(id.as_str());
        }
        Ok(state)
    }
}

/// Source: 10ex contract, section 3, `list_providers`, `start_oauth`, `submit_byok` (assumed).
#[async_trait]
impl Creation for Tenex {
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>> {
        let providers = self.providers(options).await?;
        let offered = providers.into_iter().filter_map(|provider| {
            let has_consent = match self.auth_methods(&provider) {
                (true, true) => None,
                (true, false) => Some(true),
                (false, true) => Some(false),
                (false, false) => return None,
            };
            let category = provider.category.as_deref();
            Some(Definition {
                title: forms::title(&provider),
                category: category.map(|words| clean_text(words, 100)),
                has_consent,
                id: provider.provider,
                ..Definition::default()
            })
        });
        Ok(offered.collect())
    }

    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form> {
        let providers = self.providers(options).await?;
        let mut providers = providers.iter();
        let provider = providers.find(|provider| provider.provider == definition);
        let (provider, methods) = provider
            .map(|provider| (provider, self.auth_methods(provider)))
            .filter(|(_, methods)| *methods != (false, false))
            .ok_or_else(|| {
                let slug = clean_text(definition, 100);
                Error::Usage(format!("unknown provider {slug}"))
            })?;
        Ok(forms::creation(provider, methods))
    }

    async fn create_connector(
        &self,
        definition: &str,
        mut values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        // The form of a single method does not contain `auth_type`.
        let has_key = values.contains_key("api_key");
        let method = if has_key { "byok" } else { "oauth" };
        values.entry("auth_type").or_insert_with(|| method.into());
        let made = match arguments(values.into())? {
            NewConnector::Byok(key) => self.submit(key.submit(definition), options).await,
            NewConnector::Oauth(consent) => {
                let which = consent.start(definition);
                self.create_by_consent(which, options).await
            }
        };
        Ok(self.map_connector(made?))
    }
}

/// Source: 10ex contract, section 3, `update` (assumed).
#[async_trait]
impl Settings for Tenex {
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings> {
        let connector = self.find_public(id, options).await?;
        let provider = self.provider_of(&connector.provider, options).await;
        Ok(ConnectorSettings {
            form: forms::settings(&connector, &provider),
            native: Json(connector.into_json()),
        })
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        mut changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()> {
        changes.insert("id".to_owned(), id.as_str().into());
        let changes: Update = arguments(changes.into())?;
        let changed = changes.run(self, options).await;
        map_field_pointers(changed, |path, _| forms::form_pointer(path)).map(drop)
    }
}

/// The key of a connector that uses a key.
///
/// Source: 10ex contract, section 3, `submit_byok` with `connector_id` (assumed).
#[async_trait]
impl SingleCredential for Tenex {
    const LEVEL: Level = Level::Workspace;
    const HELP: &'static str =
        "Provider key for the whole workspace. You can replace it but not view it.";
    type Values = Key;

    async fn accepts_credential(&self, id: &RemoteId, options: &CallOptions) -> Result<bool> {
        Ok(!self.find(id, options).await?.has_consent())
    }

    async fn credential(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Option<PlatformCredential>> {
        let connector = self.find(id, options).await?;
        Ok(mapping::credential(&connector, &self.table.states))
    }

    async fn form(&self, id: &RemoteId, options: &CallOptions) -> Result<Form> {
        let connector = self.find_public(id, options).await?;
        let provider = self.provider_of(&connector.provider, options).await;
        Ok(forms::key(&connector, &provider))
    }

    async fn save(&self, id: &RemoteId, key: Key, options: &CallOptions) -> Result<()> {
        let provider = self.find(id, options).await?.value.provider;
        let key = key.submit(provider, Some(id.clone()));
        self.submit(key, options).await.map(drop)
    }
}

/// The one tool of every connector has no arguments.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The only tool: a light read at the provider.
///
/// Source: 10ex contract, section 3, `test`.
#[async_trait]
impl SingleTool for Tenex {
    type Arguments = Nothing;
    const NAME: &'static str = "test";
    const TITLE: &'static str = "Test";
    const DESCRIPTION: &'static str = "Reads a little data from the provider";

    async fn check_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        match self.offers::<Get>() {
            true => self.find(id, options).await.map(drop),
            false => Ok(()),
        }
    }

    async fn call(
        &self,
        id: &RemoteId,
        _: Nothing,
        options: &CallOptions,
    ) -> Result<SingleOutcome> {
        let tested = Test { id: id.clone() }.run(self, options).await?;
        let is_error = !tested.value.ok;
        let verdict = if is_error { "the test failed" } else { "ok" };
        Ok(SingleOutcome {
            words: tested.value.message.unwrap_or_else(|| verdict.to_owned()),
            is_error,
            is_structured: true,
            answer: tested.json,
            status: tested.status,
            bytes: tested.bytes,
        })
    }

    async fn plan(&self, id: &RemoteId, _: Nothing, options: &CallOptions) -> Result<SentRequest> {
        Operation::plan(&Test { id: id.clone() }, self, options).await
    }
}

#[cfg(test)]
pub(super) mod tests;
