//! Making connectors: by a consent, or by a key of one's own.
//!
//! Source: 10ex contract, section 3, `list_providers`, `start_oauth`, `submit_byok` (assumed).

use async_trait::async_trait;
use patchbay_http::{CallOptions, SecretArgument};
use patchbay_model::{Definition, Form, clean_text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Tenex;
use super::arguments::{One, StartOauth, SubmitByok};
use super::provider::Provider;
use super::wire::Connector;
use crate::form::{self, Members};
use crate::{Creation, Error, Refusal, RemoteConnector, operations};

const OAUTH: &str = "oauth";
const BYOK: &str = "byok";

/// What the form gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Only where there are two ways.
    auth_type: Option<String>,
    api_key: Option<SecretArgument>,
    name: Option<String>,
    role: Option<String>,
    settings: Option<Map<String, Value>>,
}

#[async_trait]
impl Creation for Tenex {
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>, Error> {
        let providers = self.providers(options).await?;
        let offered = providers.iter().filter_map(|provider| {
            let has_consent = match self.ways(provider) {
                (true, true) => None,
                (true, false) => Some(true),
                (false, true) => Some(false),
                (false, false) => return None,
            };
            Some(Definition {
                id: provider.slug().to_owned(),
                title: provider.title(),
                description: None,
                category: provider.category(),
                endpoint: None,
                endpoint_field: None,
                has_consent,
            })
        });
        Ok(offered.collect())
    }

    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form, Error> {
        let providers = self.providers(options).await?;
        let mut providers = providers.iter();
        let provider = providers.find(|provider| provider.slug() == definition);
        let provider = provider.ok_or_else(|| no_provider(definition))?;
        let schema = match self.ways(provider) {
            (true, true) => both(provider),
            (true, false) => by_consent(provider, Members::default()).closed(),
            (false, true) => by_key(provider, Members::default()).closed(),
            (false, false) => return Err(no_provider(definition)),
        };
        Ok(form::empty(schema))
    }

    /// By a consent, the start of it makes the connector; its page is kept for whoever asks next.
    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let given: Given = operations::arguments(Value::Object(values))?;
        let is_by_key = match given.auth_type.as_deref() {
            Some(BYOK) => true,
            Some(OAUTH) => false,
            Some(_) => return Err(Error::Usage("auth_type has to be oauth or byok".to_owned())),
            None => given.api_key.is_some(),
        };
        let created = match is_by_key {
            true => self.by_key(definition, given, options).await,
            false => self.by_consent(definition, given, options).await,
        };
        created.map_err(|error| form::at_fields(error, |path, _| place(path)))
    }
}

impl Tenex {
    /// Whether a provider is connected by a consent, and whether by a key.
    fn ways(&self, provider: &Provider) -> (bool, bool) {
        (
            provider.takes(OAUTH) && self.offers("start_oauth"),
            provider.takes(BYOK) && self.offers("submit_byok"),
        )
    }

    async fn by_key(
        &self,
        provider: &str,
        given: Given,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let key = SubmitByok {
            provider: provider.to_owned(),
            api_key: given
                .api_key
                .filter(|secret| !secret.is_empty())
                .ok_or_else(|| Error::Usage("api_key is missing".to_owned()))?,
            name: filled(given.name),
            role: filled(given.role),
            settings: given.settings.filter(|settings| !settings.is_empty()),
            connector_id: None,
        };
        let created = self.submit(&key, options).await?;
        Ok(self.mapped(created))
    }

    /// Submits a key. Settings that the provider calls secret come back from nowhere.
    pub(super) async fn submit(
        &self,
        key: &SubmitByok,
        options: &CallOptions,
    ) -> Result<Connector, Error> {
        let mut secrets = Vec::new();
        if let Some(settings) = &key.settings {
            let provider = self.provider_of(&key.provider, options).await;
            secrets = provider.secrets(settings);
        }
        let submitted = self.client.submit_byok(key, &secrets, options).await?;
        self.findings.forget(submitted.id());
        Ok(submitted)
    }

    async fn by_consent(
        &self,
        provider: &str,
        given: Given,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let which = StartOauth {
            provider: provider.to_owned(),
            role: filled(given.role),
            connector_id: None,
            return_url: None,
        };
        let (started, lives) = self.start(&which, options).await?;
        let id = started
            .connector_id
            .ok_or_else(|| Error::UnexpectedAnswer {
                what: "the consent was started and no connector is named".to_owned(),
                refusal: Box::new(Refusal {
                    status: 200,
                    ..Refusal::default()
                }),
            })?;
        let until = self.now() + lives;
        self.waiting
            .keep(&id, provider, started.redirect_url, until);
        let one = One { id: id.clone() };
        // The page is what counts: a connector that cannot be read yet is pending.
        let made = self.client.get(&one, options).await;
        Ok(self.mapped(made.unwrap_or_else(|_| Connector::pending(&id, provider))))
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn no_provider(slug: &str) -> Error {
    Error::Usage(format!("there is no provider {}", clean_text(slug, 100)))
}

fn by_consent(provider: &Provider, members: Members) -> Members {
    members.with("role", provider.role(None))
}

fn by_key(provider: &Provider, members: Members) -> Members {
    let name = form::text("Name", "What to call the connector.");
    provider
        .with_key(members)
        .with("name", name)
        .with("role", provider.role(None))
}

fn both(provider: &Provider) -> Value {
    let way = |word: &str, title: &str| {
        let word = json!({"type": "string", "title": "Way", "const": word});
        (
            Members::default().needs("auth_type", word),
            title.to_owned(),
        )
    };
    let (consent, consent_title) = way(OAUTH, "Sign in on the provider's page");
    let (key, key_title) = way(BYOK, "A key of your own");
    let mut consent = by_consent(provider, consent).closed();
    let mut key = by_key(provider, key).closed();
    consent["title"] = consent_title.into();
    key["title"] = key_title.into();
    json!({"type": "object", "oneOf": [consent, key]})
}

/// Where in a form a problem of the request's body belongs.
pub(super) fn place(path: &str) -> String {
    let first = path.split('/').nth(1);
    match first {
        // Nobody types these.
        Some("provider" | "connector_id") => String::new(),
        _ => path.to_owned(),
    }
}
