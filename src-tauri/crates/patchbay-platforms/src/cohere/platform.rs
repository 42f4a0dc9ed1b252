//! Cohere's abilities.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{Api, CallOptions, FixedHeaders, RetryAfterRules, RetryPolicy, SecretNames};
use patchbay_model::{
    Abilities, ConnectorSettings, Definition, Form, Level, PlatformCredential, PlatformLook,
    RemoteId, TileColours,
};
use serde_json::{Map, Value};
use url::Url;

use super::forms::{self, Credential, Profile};
use super::mapping;
use super::operations::{Delete, Get, List, OAuthAuthorize, OPERATIONS};
use super::wire::Connector;
use crate::account::ALLOW_PLAIN_HTTP;
use crate::capabilities::{SingleCredential, offers, web_page};
use crate::form::{self, map_field_pointers};
use crate::hosted::{HOSTED_ABILITIES, secret_names};
use crate::operations::{AnyClient, Operation, arguments};
use crate::{
    AccountConfig, AccountField, Client, Connectors, ConsentRequest, ConsentState, Consents,
    Creation, Error, HostedPlatform, OperationEntry, Platform, Raw, RemoteConnector, Result,
    SavedObservations, Settings, StartedConsent,
};

const BASE_URL: &str = "https://api.cohere.com";

/// Maximum size of a page.
const PAGE_SIZE: i64 = 100;

/// A list with more pages is considered broken.
const MAX_PAGES: usize = 1000;

const POLL_EVERY: Duration = Duration::from_secs(2);

/// The only definition.
const SEARCH: &str = "search";

pub(crate) const COHERE: HostedPlatform = HostedPlatform {
    abilities: Abilities {
        keeps_credentials: true,
        ..HOSTED_ABILITIES
    },
    ..HostedPlatform::new(
        patchbay_model::Platform::Cohere,
        PlatformLook {
            title: "Cohere",
            initials: "Co",
            creates: "Search services for Cohere chat",
            sign_in: None,
            light: TileColours::new("#e3ede9", "#2b5a4c"),
            dark: TileColours::new("#1f332d", "#93cbb8"),
        },
        FIELDS,
        || OPERATIONS,
        |account| {
            let client = client(&account)?;
            Ok(Arc::new(Cohere { client }))
        },
    )
};

/// Source: Cohere contract, section 11.
const FIELDS: &[AccountField] = &[
    AccountField::new("api_key", "API key", "From the Cohere dashboard")
        .secret()
        .required()
        .variables(&["CO_API_KEY", "COHERE_API_KEY"]),
    AccountField::new("base_url", "Base URL", "Only for a private deployment")
        .variables(&["CO_API_URL"])
        .advanced(),
    AccountField::new(
        "client_name",
        "Client name",
        "Project name sent with each request",
    )
    .advanced(),
    ALLOW_PLAIN_HTTP,
];

/// Names of members that are redacted in responses.
pub(super) static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| secret_names(OPERATIONS, FIELDS));

pub(super) struct Cohere {
    pub(super) client: Client,
}

/// The client of an account.
///
/// # Errors
/// [`Error::Usage`] when the key is missing, or the base URL is invalid.
pub fn client(account: &AccountConfig) -> Result<Client> {
    let key = account.api_key()?;
    let base = base_url(account.text("base_url")?.unwrap_or(BASE_URL));
    let client_name = account.text("client_name")?;
    let headers = client_name.map(|name| ("x-client-name".to_owned(), name.to_owned()));
    Ok(Client::new(Api {
        headers: headers.into_iter().collect(),
        retries: retries(),
        // A connector's own service does not receive the key, but may know and repeat it.
        secrets: vec![key.clone()],
        secret_names: &SECRET_NAMES,
        ..account.api(&base, Arc::new(FixedHeaders::bearer(key)))?
    }))
}

/// Cohere's own addresses are often given with the version, which each path contains already.
fn base_url(given: &str) -> String {
    if given.contains("cohere.com") || given.contains("cohere.ai") {
        given.replace("/v1", "")
    } else {
        given.to_owned()
    }
}

/// Three attempts, with the official client's backoff.
///
/// Source: Cohere contract, section 6.
fn retries() -> RetryPolicy {
    RetryPolicy {
        max_retries: 2,
        statuses: vec![408..=408, 429..=429, 500..=u16::MAX],
        max_retry_after: Duration::from_secs(60),
        retry_after_rules: RetryAfterRules {
            whole_seconds: true,
            ..RetryAfterRules::default()
        },
        honor_ratelimit_reset: true,
        on_connect: true,
        ..RetryPolicy::NEVER
    }
}

impl Cohere {
    pub(super) async fn find(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<(Connector, Value)> {
        let get = Get { id: id.clone() };
        Ok(get.run(&self.client, options).await?.connector())
    }

    fn map_connector(&self, (connector, native): (Connector, Value)) -> RemoteConnector {
        let found = self.client.observations.of(connector.id.as_str());
        mapping::connector(&connector, native, &found, self.client.api.clock.now())
    }
}

#[async_trait]
impl Platform for Cohere {
    fn operations(&self) -> &'static [OperationEntry] {
        OPERATIONS
    }

    fn client(&self) -> &AnyClient {
        &self.client
    }

    async fn check(&self, options: &CallOptions) -> Result<()> {
        let page = List {
            limit: Some(1),
            offset: None,
        };
        page.run(&self.client, options).await.map(drop)
    }

    fn observations(&self) -> Option<&dyn SavedObservations> {
        Some(&self.client.observations)
    }

    offers! {
        connectors: Connectors, tools: Tools, consents: Consents, creation: Creation,
        settings: Settings, credentials: Credentials, details: Details,
    }
}

#[async_trait]
impl Connectors for Cohere {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>> {
        let observations = &self.client.observations;
        let before = observations.ids();
        let (mut found, mut seen, mut offset) = (Vec::new(), HashSet::new(), 0);
        for _ in 0..MAX_PAGES {
            let list = List {
                limit: Some(PAGE_SIZE),
                offset: Some(offset),
            };
            let page = list.run(&self.client, options).await?;
            let received = i64::try_from(page.value.connectors.len()).unwrap_or(PAGE_SIZE);
            offset += received;
            let is_all = page
                .value
                .total_count
                .is_some_and(|total| offset as f64 >= total);
            // A connector created meanwhile shifts others to the next page.
            let each = page.each("connectors", |page| page.connectors);
            let fresh = each.filter(|(connector, _)| seen.insert(connector.id.clone()));
            found.extend(fresh.map(|connector| self.map_connector(connector)));
            if received < PAGE_SIZE || is_all {
                // Ids are made from names, so that one may be given again.
                let ids = seen.iter().map(RemoteId::as_str).collect();
                observations.retain_listed(&before, &ids);
                return Ok(found);
            }
        }
        Err(Error::unexpected(format!(
            "too many connectors (over {MAX_PAGES} pages)"
        )))
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        Ok(self.map_connector(self.find(id, options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let delete = Delete { id: id.clone() };
        delete.run(&self.client, options).await.map(drop)
    }
}

#[async_trait]
impl Consents for Cohere {
    async fn start_consent(
        &self,
        request: ConsentRequest<'_>,
        options: &CallOptions,
    ) -> Result<StartedConsent> {
        request.check_no_choices()?;
        let authorize = OAuthAuthorize {
            id: request.connector.clone(),
            after_token_redirect: request.redirect.map(Url::to_string),
        };
        let Raw { value, status, .. } = authorize.run(&self.client, options).await?;
        let page = value
            .redirect_url
            .ok_or_else(|| Error::unexpected("no sign-in page"))?;
        Ok(StartedConsent {
            page: Some(web_page(&page, status)?),
            valid_for: None,
            was_given: false,
            poll_every: POLL_EVERY,
        })
    }

    fn abandon_consent(&self, id: &RemoteId) {
        let observations = &self.client.observations;
        observations.note(id.as_str(), |found| found.consent_until = None);
    }

    async fn consent_state(&self, id: &RemoteId, options: &CallOptions) -> Result<ConsentState> {
        let state = mapping::consent(&self.find(id, options).await?.0);
        if state == ConsentState::Given {
            self.client
                .observations
                .note(id.as_str(), |found| found.consent_until = None);
        }
        Ok(state)
    }
}

#[async_trait]
impl Creation for Cohere {
    async fn list_definitions(&self, _: &CallOptions) -> Result<Vec<Definition>> {
        Ok(vec![Definition {
            id: SEARCH.to_owned(),
            title: "Search service".to_owned(),
            description: Some("Use your search service in Cohere chat".to_owned()),
            endpoint_field: Some("/url".to_owned()),
            ..Definition::default()
        }])
    }

    async fn creation_form(&self, definition: &str, _: &CallOptions) -> Result<Form> {
        check_definition(definition)?;
        Ok(form::new(&Profile::default()))
    }

    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        check_definition(definition)?;
        let create = arguments::<Profile>(values.into())?.create()?;
        let made = create.run(&self.client, options).await;
        let made = map_field_pointers(made, |path, _| forms::form_pointer(path))?;
        Ok(self.map_connector(made.connector()))
    }
}

fn check_definition(definition: &str) -> Result<()> {
    match definition {
        SEARCH => Ok(()),
        _ => Err(Error::Usage(format!("Cohere creates no {definition:?}"))),
    }
}

#[async_trait]
impl Settings for Cohere {
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings> {
        let connector = self.find(id, options).await?;
        let mut form = form::of(&Profile::from(&connector.0));
        // The description can't be changed.
        form::drop_member(&mut form, "description");
        form::relax_required(&mut form.schema.0, &form.values);
        let native = self.map_connector(connector).native;
        Ok(ConnectorSettings { form, native })
    }

    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let changes: Profile = arguments(changes.into())?;
        // What is cleared depends on the present sign-in.
        let update = changes.update(&self.find(id, options).await?.0)?;
        let changed = update.run(&self.client, options).await;
        map_field_pointers(changed, |path, _| forms::form_pointer(path)).map(drop)
    }
}

/// The OAuth app for user consent, or a token for everyone.
#[async_trait]
impl SingleCredential for Cohere {
    const LEVEL: Level = Level::Organization;
    const HELP: &'static str =
        "Used for the whole organization. With OAuth, each user signs in too.";
    const CAN_DELETE: bool = true;
    type Values = Map<String, Value>;

    async fn credential(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Option<PlatformCredential>> {
        Ok(mapping::credential(&self.find(id, options).await?.0))
    }

    async fn form(&self, id: &RemoteId, options: &CallOptions) -> Result<Form> {
        let mut form = form::new(&Credential::from(&self.find(id, options).await?.0));
        // A credential is removed by deleting it.
        form::drop_alternative(&mut form, "authentication", "none");
        Ok(form)
    }

    async fn save(&self, id: &RemoteId, values: Self::Values, options: &CallOptions) -> Result<()> {
        self.change_settings(id, values, options).await
    }

    async fn delete(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let (connector, _) = self.find(id, options).await?;
        mapping::credential(&connector).ok_or_else(|| Error::NoneFound("credential".to_owned()))?;
        let update = Profile::clear_sign_in().update(&connector)?;
        update.run(&self.client, options).await.map(drop)
    }
}

#[cfg(test)]
pub(super) mod tests;
