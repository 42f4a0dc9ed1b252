//! What Patchbay does with Mistral's connectors.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use patchbay_model::{RemoteId, Tool};
use serde_json::{Map, Value, json};
use url::Url;

use super::arguments::{AuthUrl, ById, CallTool, List, ListTools, seed};
use super::wire::{Connector, Kept, PaginatedConnectors};
use super::{Mistral, Surface, client, mapping};
use crate::http::{CallOptions, PlannedRequest};
use crate::mcp::{self, CallOutcome};
use crate::{
    Connectors, ConsentState, Consents, Error, Field, RemoteConnector, StartedConsent, Tools,
};

/// The most that the platform gives at once.
///
/// Source: Mistral contract, section 10.
const PAGE: i64 = 1000;

/// A list that goes on after so many pages is broken.
const MOST_PAGES: usize = 1000;

/// How many tools are asked for at once: `list_tools` of the current surface has no second page.
const TOOLS: i64 = 1000;

const POLL_EVERY: Duration = Duration::from_secs(2);

impl Mistral {
    async fn page(
        &self,
        cursor: Option<String>,
        options: &CallOptions,
    ) -> Result<PaginatedConnectors, Error> {
        let page = List {
            query_filters: None,
            cursor,
            page_size: Field::Value(PAGE),
        };
        // Without a filter both surfaces list alike.
        client::list(&self.api, &page, options).await
    }

    fn mapped(&self, connector: &Connector) -> RemoteConnector {
        let remembered = self.memory.of(&[&connector.id, &connector.name]);
        mapping::connector(connector, &remembered, self.api.clock.now())
    }

    async fn tool_entries(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Vec<Value>, Error> {
        let connector_id_or_name = id.as_str().to_owned();
        if self.surface == Surface::Current {
            let which = ListTools {
                connector_id_or_name,
                page_size: Field::Value(TOOLS),
                refresh: Field::Absent,
                pretty: Field::Absent,
                credentials_name: None,
            };
            return Ok(client::list_tools(&self.api, &which, options).await?.0);
        }
        let mut entries = Vec::new();
        for page in 1.. {
            let which = seed::ListTools {
                connector_id_or_name: connector_id_or_name.clone(),
                page: Field::Value(page),
                page_size: Field::Value(TOOLS),
                refresh: Field::Absent,
                pretty: Field::Absent,
                credentials_name: None,
            };
            let more = client::seed::list_tools(&self.api, &which, options)
                .await?
                .0;
            // A server that ignores `page` would give the same for ever.
            let is_last = (more.len() as i64) < TOOLS || entries.ends_with(&more);
            entries.extend(more);
            if is_last || page as usize == MOST_PAGES {
                break;
            }
        }
        Ok(entries)
    }
}

#[async_trait]
impl Connectors for Mistral {
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>, Error> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(cursor, options).await?;
            let items = page.items.iter().filter_map(Kept::read);
            found.extend(items.map(|connector| self.mapped(connector)));
            let next = page.pagination.next_cursor.filter(|next| !next.is_empty());
            // A page may be empty and still have a successor, but none comes twice.
            match next {
                Some(next) if seen.insert(next.clone()) => cursor = Some(next),
                _ => return Ok(found),
            }
        }
        Err(Error::Protocol(format!(
            "the list of connectors has more than {MOST_PAGES} pages"
        )))
    }

    async fn find_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        match self.one(id.as_str(), options).await?.0 {
            Kept::Read(connector) => Ok(self.mapped(&connector)),
            Kept::AsSent(_) => Err(Error::Protocol(
                "the connector is of a form that is not known".to_owned(),
            )),
        }
    }

    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<(), Error> {
        let which = ById {
            connector_id: id.as_str().to_owned(),
        };
        self.delete(&which, options).await.map(drop)
    }
}

#[async_trait]
impl Tools for Mistral {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>, Error> {
        let entries = self.tool_entries(id, options).await;
        self.listed(id.as_str(), &entries);
        let entries: Vec<Value> = entries?.into_iter().map(mapping::as_mcp_tool).collect();
        let mut tools = Vec::new();
        mcp::read_page(
            &json!({ "tools": entries }),
            &mut HashSet::new(),
            &mut tools,
        );
        Ok(tools)
    }

    async fn call_tool(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<CallOutcome, Error> {
        let request = json!({ "arguments": arguments });
        let call = call_of(id, tool, arguments);
        let started = Instant::now();
        let (result, answer) = client::call_tool(&self.api, &call, options).await?;
        Ok(CallOutcome {
            result: mapping::tool_result(&result, |content| mcp::tool_result(content).content),
            request,
            answer: answer.json()?,
            status: Some(answer.status),
            wait: started.elapsed(),
            bytes: answer.body.len() as u64,
        })
    }

    async fn plan_call(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<PlannedRequest, Error> {
        let request = client::call_tool_request(&call_of(id, tool, arguments))?;
        self.api.plan(&request, options)
    }
}

fn call_of(id: &RemoteId, tool: &str, arguments: Map<String, Value>) -> CallTool {
    CallTool {
        connector_id_or_name: id.as_str().to_owned(),
        tool_name: tool.to_owned(),
        credentials_name: None,
        arguments: Some(arguments),
    }
}

#[async_trait]
impl Consents for Mistral {
    async fn start_consent(
        &self,
        id: &RemoteId,
        redirect: Option<&Url>,
        choices: &Map<String, Value>,
        options: &CallOptions,
    ) -> Result<StartedConsent, Error> {
        crate::capabilities::no_choices(choices)?;
        let which = AuthUrl {
            connector_id_or_name: id.as_str().to_owned(),
            app_return_url: redirect.map(Url::to_string),
            method_type: None,
            credentials_name: None,
            credentials_title: None,
            github_installation_link: Field::Absent,
        };
        // Without a title for the credentials both surfaces ask alike.
        let page = self.auth_url(&which, options).await?;
        Ok(StartedConsent {
            page: Some(safe(&page.auth_url)?),
            lives: u64::try_from(page.ttl.0)
                .ok()
                .filter(|seconds| *seconds > 0)
                .map(Duration::from_secs),
            poll_every: POLL_EVERY,
        })
    }

    async fn consent_state(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<ConsentState, Error> {
        let found = self.one(id.as_str(), options).await?.0;
        if found.read().is_some_and(mapping::is_authenticated) {
            self.memory
                .note(id.as_str(), |remembered| remembered.page_until = None);
            return Ok(ConsentState::Given);
        }
        let until = self.memory.of(&[id.as_str()]).page_until;
        if until.is_some_and(|until| self.api.clock.now() >= until) {
            return Ok(ConsentState::Ended {
                reason: "the page is no longer good".to_owned(),
            });
        }
        Ok(ConsentState::Waiting)
    }
}

/// A page that a browser may open.
fn safe(page: &str) -> Result<Url, Error> {
    let url = Url::parse(page).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_web && url.username().is_empty() && url.password().is_none()
    });
    url.ok_or(Error::UnsafeUrl { status: 200 })
}
