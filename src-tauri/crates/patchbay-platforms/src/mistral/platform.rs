//! Mistral's abilities, on either API surface.

mod authorization;
mod credentials;
mod settings;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::StreamExt;
use patchbay_http::{
    Api, Backoff, CallOptions, Jitter, RetryAfterRules, RetryPolicy, SecretNames, parse_base_url,
};
use patchbay_model::{Abilities, PlatformLook, RemoteId, SentRequest, Status, TileColours, Tool};
use serde_json::{Map, Value, json};

use super::client::Mistral;
use super::mapping;
use super::operations::connectors::{Delete, Get, List};
use super::operations::tools::{CallTool, ListTools};
use super::operations::{self, CURRENT};
use super::quirks::key;
use super::quirks::observations::{Observation, ToolListOutcome};
use super::quirks::surface::Surface;
use super::wire::{Connector, LenientConnector, Object, ToolAnswer};
use crate::account::{ALLOW_PLAIN_HTTP, text_setting};
use crate::capabilities::offers;
use crate::hosted::HOSTED_ABILITIES;
use crate::mcp::{self, CallOutcome};
use crate::observations::Observations;
use crate::operations::AnyClient;
use crate::{
    AccountConfig, AccountField, Connectors, Error, Field, HostedPlatform, Operation,
    OperationEntry, Platform, RemoteConnector, Result, SavedObservations, ToolRequest, Tools,
};

/// Names of members that are redacted in responses.
pub(super) static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| crate::hosted::secret_names(CURRENT, FIELDS));

pub(crate) const MISTRAL: HostedPlatform = HostedPlatform {
    abilities: Abilities {
        takes_mcp_servers: true,
        keeps_credentials: true,
        names_credentials: true,
        has_consent_form: true,
        ..HOSTED_ABILITIES
    },
    secret_for: |settings| match text_setting(settings, "token_file") {
        Some(_) => None,
        None => Some("api_key"),
    },
    operations_by: Some(("surface", operations_of)),
    ..HostedPlatform::new(
        patchbay_model::Platform::Mistral,
        PlatformLook {
            title: "Mistral",
            initials: "Mi",
            creates: "MCP servers and HTTP services for Mistral chats and agents",
            sign_in: None,
            light: TileColours::new("#f2e9dd", "#6a4d22"),
            dark: TileColours::new("#37301f", "#dcc08d"),
        },
        FIELDS,
        || CURRENT,
        |account| Ok(Arc::new(client(&account)?)),
    )
};

/// Source: Mistral contract, section 14.
const FIELDS: &[AccountField] = &[
    AccountField::new("api_key", "API key", "From console.mistral.ai")
        .secret()
        .required()
        .unless("token_file")
        .sign_in_method("API key")
        .variables(&["MISTRAL_API_KEY"]),
    AccountField::new(
        "token_file",
        "Key file",
        "A file that holds the key, read on every request",
    )
    .sign_in_method("Key file")
    .variables(&["MISTRAL_SA_TOKEN_PATH"]),
    AccountField::new(
        "region",
        "Region",
        "Data region: global, eu or us. Default: global",
    )
    .choices(&["global", "eu", "us"])
    .advanced(),
    AccountField::new("base_url", "Base URL", "Only for a custom address").advanced(),
    AccountField::new(
        "surface",
        "API version",
        "current (default), or seed for the legacy API",
    )
    .choices(&["current", "seed"])
    .advanced(),
    ALLOW_PLAIN_HTTP,
];

/// An unknown surface counts as the current one here; signing in rejects it.
fn operations_of(settings: &Map<String, Value>) -> &'static [OperationEntry] {
    let surface = Surface::from_word(text_setting(settings, "surface"));
    operations::of(surface.unwrap_or(Surface::Current))
}

/// The client of an account.
///
/// # Errors
/// [`Error::Usage`](crate::Error::Usage) when the key is empty, or a setting cannot be used.
pub fn client(account: &AccountConfig) -> Result<Mistral> {
    let surface = Surface::from_word(account.text("surface")?)?;
    let region = surface.base_url(account.text("region")?)?;
    let base = account.text("base_url")?.unwrap_or(region);
    let tokens = key::tokens(account)?;
    Ok(Mistral {
        api: Api {
            // Only one of several trailing slashes is removed (contract, section 1, "joining").
            base: parse_base_url(base)?,
            retries: retries(),
            secret_names: &SECRET_NAMES,
            ..account.api(base, tokens)?
        },
        surface,
        observations: Observations::default(),
    })
}

/// Nothing is retried unless the call requests it; then these statuses are, with the official client's default backoff.
/// `Retry-After` is honored up to a minute.
///
/// Source: Mistral contract, section 7.
fn retries() -> RetryPolicy {
    RetryPolicy {
        max_retries: 0,
        statuses: vec![429..=429, 500..=500, 502..=504],
        backoff: Backoff {
            first: Duration::from_millis(500),
            factor: 1.5,
            longest: Duration::from_secs(60),
            jitter: Jitter::Added(Duration::from_secs(1)),
        },
        max_retry_after: Duration::from_secs(60),
        retry_after_rules: RetryAfterRules {
            zero_millis_count: true,
            ..RetryAfterRules::default()
        },
        max_elapsed: Some(Duration::from_secs(3600)),
        ..RetryPolicy::NEVER
    }
}

#[async_trait]
impl Platform for Mistral {
    fn operations(&self) -> &'static [OperationEntry] {
        operations::of(self.surface)
    }

    fn client(&self) -> &AnyClient {
        self
    }

    async fn check(&self, options: &CallOptions) -> Result<()> {
        let read = page(None, 1).run(self, options).await;
        if let Err(Error::Unauthorized { .. }) = &read {
            // Listings of tools were refused because of the key, which says nothing about their connectors.
            self.observations.update_all(|observed| {
                if observed.tools == Some(ToolListOutcome::Unauthorized) {
                    observed.tools = None;
                }
            });
        }
        read.map(drop)
    }

    fn observations(&self) -> Option<&dyn SavedObservations> {
        Some(&self.observations)
    }

    offers! {
        connectors: Connectors, tools: Tools, consents: Consents, creation: Creation, settings:
        Settings, credentials: Credentials, details: Details,
    }
}

/// Maximum size of a page.
///
/// Source: Mistral contract, section 10.
const PAGE_SIZE: i64 = 1000;

/// A list with more pages is considered broken.
const MAX_PAGES: usize = 1000;

/// Number of tools requested at once: `list_tools` of the current surface has no second page.
const TOOL_PAGE_SIZE: i64 = 1000;

/// Maximum number of connectors that are requested individually per listing, since lists omit the user's sign-in: those
/// without a known one first. The others follow in later listings.
const MAX_LOOKUPS: usize = 64;

/// Number of concurrent requests for them.
const CONCURRENCY: usize = 8;

/// Maximum time for them, for which the list is delayed.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// Without filters, both surfaces take the same request.
fn page(cursor: Option<String>, size: i64) -> List {
    List {
        query_filters: None,
        cursor,
        page_size: Some(size),
    }
}

impl Mistral {
    /// Gets a connector with the user's own sign-in.
    pub(super) async fn find(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<LenientConnector> {
        let get = Get {
            connector_id_or_name: id.clone(),
            fetch_user_data: Some(true),
            fetch_customer_data: Field::Absent,
        };
        get.run(self, options).await
    }

    /// As [`Self::find`], but fails unless the connector has the documented form.
    pub(super) async fn find_known(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Object<Connector>> {
        self.find(id, options).await?.known()
    }

    /// Maps a connector that was received with the user's sign-in.
    pub(super) fn map_connector(&self, connector: &Object<Connector>) -> RemoteConnector {
        let user_data = mapping::user_data(connector, &SECRET_NAMES);
        self.observations
            .note(connector.value.id.as_str(), |observed| {
                observed.user_data = Some(user_data)
            });
        let observed = self.observed(&connector.value);
        self.map_with_observation(connector, &observed)
    }

    /// Maps a connector of a list, which omits the user's sign-in, with the last known one. Also returns whether that is
    /// known.
    pub(super) fn map_listed_connector(
        &self,
        connector: &Object<Connector>,
    ) -> (RemoteConnector, bool) {
        let observed = self.observed(&connector.value);
        match &observed.user_data {
            None => (self.map_with_observation(connector, &observed), false),
            Some(user_data) => {
                let connector = connector.with_members(user_data);
                (self.map_with_observation(&connector, &observed), true)
            }
        }
    }

    fn map_with_observation(
        &self,
        connector: &Object<Connector>,
        observed: &Observation,
    ) -> RemoteConnector {
        mapping::connector(connector, observed, self.api.clock.now(), &SECRET_NAMES)
    }

    /// Requests connectors individually until the timeout. Those that fail stay unchanged.
    async fn fetch_each(
        &self,
        found: &mut [RemoteConnector],
        indexes: Vec<usize>,
        options: &CallOptions,
    ) {
        let ids: Vec<(usize, RemoteId)> = indexes
            .into_iter()
            .map(|index| (index, found[index].remote_id.clone()))
            .collect();
        let mut answers = futures::stream::iter(ids)
            .map(|(index, id)| async move { (index, self.find_connector(&id, options).await) })
            .buffer_unordered(CONCURRENCY);
        let asking = async {
            while let Some((index, answer)) = answers.next().await {
                if let Ok(connector) = answer {
                    found[index] = connector;
                }
            }
        };
        // The remaining ones are requested with the next list.
        drop(tokio::time::timeout(LOOKUP_TIMEOUT, asking).await);
    }

    async fn tool_entries(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Value>> {
        let has_pages = self.surface == Surface::Seed;
        let mut entries = Vec::new();
        for page in 1.. {
            let list = ListTools {
                page: has_pages.then_some(page).into(),
                // The first page refreshes the others too.
                refresh: Some(options.anew && page == 1),
                ..ListTools::of(id, TOOL_PAGE_SIZE)
            };
            let more = list.run(self, options).await?.json;
            // A server that ignores `page` would return the same page forever.
            let is_last = (more.len() as i64) < TOOL_PAGE_SIZE || entries.ends_with(&more);
            entries.extend(more);
            if !has_pages || is_last || page as usize == MAX_PAGES {
                break;
            }
        }
        Ok(entries)
    }
}

#[async_trait]
impl Connectors for Mistral {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let (mut cursor, mut unresolved, mut signed_out) = (None, Vec::new(), Vec::new());
        for _ in 0..MAX_PAGES {
            let page = page(cursor, PAGE_SIZE).run(self, options).await?;
            for item in &page.items {
                let connector = match item {
                    LenientConnector::Read(connector) => connector,
                    LenientConnector::Unparsed(json) => {
                        found.extend(mapping::unread_connector(json, &SECRET_NAMES));
                        continue;
                    }
                };
                let (connector, is_resolved) = self.map_listed_connector(connector);
                if !is_resolved {
                    unresolved.push(found.len());
                } else if connector.status == Status::NeedsAuthorization {
                    // The user may have signed in elsewhere, which lists don't tell.
                    signed_out.push(found.len());
                }
                found.push(connector);
            }
            // An empty page may have a successor, but a repeated cursor ends the list.
            match page.next_cursor() {
                Some(next) if seen.insert(next.to_owned()) => cursor = Some(next.to_owned()),
                _ => {
                    // Of too many, others each time.
                    let from = signed_out.len() as f64 * self.api.clock.chance();
                    signed_out.rotate_left(from as usize);
                    unresolved.append(&mut signed_out);
                    unresolved.truncate(MAX_LOOKUPS);
                    self.fetch_each(&mut found, unresolved, options).await;
                    return Ok(found);
                }
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
        Ok(self.map_connector(&self.find_known(id, options).await?))
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        let delete = Delete {
            connector_id: id.clone(),
        };
        delete.run(self, options).await.map(drop)
    }
}

#[async_trait]
impl Tools for Mistral {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>> {
        let entries = self.tool_entries(id, options).await?;
        let entries: Vec<Value> = entries.into_iter().map(mapping::as_mcp_tool).collect();
        let mut tools = Vec::new();
        mcp::read_page(json!({ "tools": entries }), &mut HashSet::new(), &mut tools);
        Ok(tools)
    }

    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome> {
        let call = call_of(request, options);
        let started = Instant::now();
        let ToolAnswer {
            result,
            status,
            bytes,
        } = call.run(self, options).await?;
        Ok(CallOutcome {
            result: mapping::tool_result(&result, |content| mcp::tool_result(content).content),
            wait: started.elapsed(),
            status: Some(status),
            bytes,
        })
    }

    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest> {
        let call = call_of(request, options);
        Operation::plan(&call, self, options).await
    }

    fn takes_credential(&self) -> bool {
        true
    }
}

fn call_of(request: ToolRequest<'_>, options: &CallOptions) -> CallTool {
    CallTool {
        connector_id_or_name: request.connector.clone(),
        tool_name: request.tool.to_owned(),
        credentials_name: options.credential.clone(),
        arguments: Some(request.arguments),
    }
}

#[cfg(test)]
pub(super) mod tests;
