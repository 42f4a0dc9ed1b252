//! What Patchbay does with Mistral's connectors.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::StreamExt;
use patchbay_http::{CallOptions, PlannedRequest};
use patchbay_model::{RemoteId, Tool};
use serde_json::{Map, Value, json};

use super::arguments::{ById, CallTool, List, ListTools, seed};
use super::wire::{Connector, Kept, PaginatedConnectors};
use super::{Mistral, Surface, client, mapping};
use crate::mcp::{self, CallOutcome};
use crate::{Connectors, Error, Field, RemoteConnector, Tools};

/// The most that the platform gives at once.
///
/// Source: Mistral contract, section 10.
const PAGE: i64 = 1000;

/// A list that goes on after so many pages is broken.
const MOST_PAGES: usize = 1000;

/// How many tools are asked for at once: `list_tools` of the current surface has no second page.
const TOOLS: i64 = 1000;

/// With one list, so many connectors of which it is not known how their user is signed in are asked for by
/// themselves; the others follow with the next ones.
const ASKED: usize = 64;

/// How many of them are asked for at once.
const AT_ONCE: usize = 8;

/// How long that may take: the list waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

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

    /// A connector that came with what there is to say of the user's sign-in.
    pub(super) fn mapped(&self, connector: &Connector) -> RemoteConnector {
        let user_data = mapping::user_data(connector);
        self.memory.note(connector.id(), |remembered| {
            remembered.user_data = Some(user_data);
        });
        let remembered = self.memory.of(&[connector.id(), connector.name()]);
        mapping::connector(connector, &remembered, self.api.clock.now())
    }

    /// A connector out of a list, which does not tell of the user's sign-in: what was said of it last holds.
    /// And whether that was ever said.
    fn mapped_of_list(&self, connector: &Connector) -> (RemoteConnector, bool) {
        let remembered = self.memory.of(&[connector.id(), connector.name()]);
        let now = self.api.clock.now();
        match &remembered.user_data {
            None => (mapping::connector(connector, &remembered, now), false),
            Some(user_data) => {
                let connector = connector.completed_by(user_data);
                (mapping::connector(&connector, &remembered, now), true)
            }
        }
    }

    /// Asks for each of them by itself, as long as there is time. One that cannot be asked stays as it is.
    async fn ask_for_each(
        &self,
        found: &mut [RemoteConnector],
        places: Vec<usize>,
        options: &CallOptions,
    ) {
        let ids: Vec<(usize, RemoteId)> = places
            .into_iter()
            .map(|place| (place, found[place].remote_id.clone()))
            .collect();
        let mut answers = futures::stream::iter(ids)
            .map(|(place, id)| async move { (place, self.find_connector(&id, options).await) })
            .buffer_unordered(AT_ONCE);
        let asking = async {
            while let Some((place, answer)) = answers.next().await {
                if let Ok(connector) = answer {
                    found[place] = connector;
                }
            }
        };
        // What was not told until then is asked for with the next list.
        drop(tokio::time::timeout(PATIENCE, asking).await);
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
        let (mut cursor, mut unasked) = (None, Vec::new());
        for _ in 0..MOST_PAGES {
            let page = self.page(cursor, options).await?;
            for connector in page.items.iter().filter_map(Kept::read) {
                let (connector, was_asked) = self.mapped_of_list(connector);
                if !was_asked && unasked.len() < ASKED {
                    unasked.push(found.len());
                }
                found.push(connector);
            }
            // A page may be empty and still have a successor, but none comes twice.
            match page.next_cursor() {
                Some(next) if seen.insert(next.to_owned()) => cursor = Some(next.to_owned()),
                _ => {
                    self.ask_for_each(&mut found, unasked, options).await;
                    return Ok(found);
                }
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
        mcp::read_page(json!({ "tools": entries }), &mut HashSet::new(), &mut tools);
        Ok(tools)
    }

    async fn call_tool(
        &self,
        id: &RemoteId,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<CallOutcome, Error> {
        let mut request = json!({ "arguments": arguments });
        if let Some(name) = &options.credential {
            request["credentials_name"] = name.as_str().into();
        }
        let call = call_of(id, tool, arguments, options);
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
        let request = client::call_tool_request(&call_of(id, tool, arguments, options))?;
        self.api.plan(&request, options)
    }

    fn takes_credential(&self) -> bool {
        true
    }
}

fn call_of(
    id: &RemoteId,
    tool: &str,
    arguments: Map<String, Value>,
    options: &CallOptions,
) -> CallTool {
    CallTool {
        connector_id_or_name: id.as_str().to_owned(),
        tool_name: tool.to_owned(),
        credentials_name: options.credential.clone(),
        arguments: Some(arguments),
    }
}
