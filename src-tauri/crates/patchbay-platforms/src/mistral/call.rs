//! Calls of documented operations by name.

use async_trait::async_trait;
use patchbay_http::{CallOptions, StreamedAnswer};
use serde_json::Value;

use super::arguments::parts::Scope;
use super::arguments::{AuthUrl, ById, CallTool, ForConsumer, Get, List, ListTools, seed};
use super::memory::Listed;
use super::wire::{self, Message};
use super::{Mistral, Surface, client, gateway};
use crate::capabilities::offers;
use crate::operations::arguments;
use crate::{Error, Field, OperationEntry, Platform, Streams};

#[async_trait]
impl Platform for Mistral {
    fn operations(&self) -> &'static [OperationEntry] {
        self.surface.operations()
    }

    async fn call(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let has = |each: &OperationEntry| each.name == operation;
        if !self.operations().iter().any(has) {
            let words = format!("this surface of Mistral has no operation {operation:?}");
            return Err(Error::Usage(words));
        }
        if let Some(scope) = list_scope(operation) {
            let which = arguments(given)?;
            let listed = client::list_credentials(&self.api, scope, &which, options).await?;
            return written(listed);
        }
        match self.surface {
            Surface::Current => self.call_current(operation, given, options).await,
            Surface::Seed => self.call_seed(operation, given, options).await,
        }
    }

    async fn check(&self, options: &CallOptions) -> Result<(), Error> {
        let page = List {
            page_size: Field::Value(1),
            ..List::default()
        };
        client::list(&self.api, &page, options).await.map(drop)
    }

    fn remembered(&self) -> Value {
        self.memory.to_json()
    }

    fn recall(&self, remembered: Value) {
        self.memory.recall(remembered);
    }

    offers! {
        connectors: Connectors, tools: Tools, consents: Consents, creation: Creation, settings:
        Settings, credentials: Credentials, peculiar: Peculiar,
    }

    fn streams(&self) -> Option<&dyn Streams> {
        (self.surface == Surface::Current).then_some(self)
    }
}

#[async_trait]
impl Streams for Mistral {
    fn streamed(&self) -> &'static [&'static str] {
        &["gateway_mcp", "gateway_http"]
    }

    async fn stream(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<StreamedAnswer, Error> {
        match operation {
            "gateway_mcp" => gateway::mcp(&self.api, arguments(given)?, options).await,
            "gateway_http" => gateway::http(&self.api, arguments(given)?, options).await,
            other => Err(Error::Usage(format!("{other:?} is no stream of Mistral"))),
        }
    }
}

impl Mistral {
    async fn call_current(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let api = &self.api;
        match operation {
            "create" => written(client::create(api, &arguments(given)?, options).await?),
            "list" => written(client::list(api, &arguments(given)?, options).await?),
            "get" => written(client::get(api, &arguments(given)?, options).await?),
            "update" => written(client::update(api, &arguments(given)?, options).await?),
            "get_auth_url" => written(self.auth_url(&arguments(given)?, options).await?),
            "share" => written(client::share(api, &arguments(given)?, options).await?),
            "unshare" => written(client::unshare(api, &arguments(given)?, options).await?),
            "share_to_organization" => {
                written(client::share_to_organization(api, &arguments(given)?, options).await?)
            }
            "unshare_from_organization" => {
                written(client::unshare_from_organization(api, &arguments(given)?, options).await?)
            }
            "activate_for_consumer" => {
                let which: ForConsumer = arguments(given)?;
                let done = client::activate_for_consumer(api, &which, options).await?;
                self.switched(&which.connector_id, which.consumer_scope, true);
                written(done)
            }
            "deactivate_for_consumer" => {
                written(self.deactivate(&arguments(given)?, options).await?)
            }
            "list_tools" => {
                let which: ListTools = arguments(given)?;
                let listed = client::list_tools(api, &which, options).await;
                self.listed(&which.connector_id_or_name, &listed);
                written(listed?)
            }
            "create_credentials" => {
                written(client::create_credentials(api, &arguments(given)?, options).await?)
            }
            "update_credentials" => {
                written(client::update_credentials(api, &arguments(given)?, options).await?)
            }
            "delete_credentials" => {
                written(client::delete_credentials(api, &arguments(given)?, options).await?)
            }
            "delete_all_user_credentials" => written(
                client::delete_all_user_credentials(api, &arguments(given)?, options).await?,
            ),
            "gateway_mcp" | "gateway_http" => {
                gateway::whole(self.stream(operation, given, options).await?).await
            }
            _ => self.call_common(operation, given, options).await,
        }
    }

    async fn call_seed(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let api = &self.api;
        if let Some((verb, scope)) = scoped(operation) {
            return written(self.call_scoped(verb, scope, given, options).await?);
        }
        match operation {
            "create" => written(client::seed::create(api, &arguments(given)?, options).await?),
            "list" => written(client::seed::list(api, &arguments(given)?, options).await?),
            "get" => written(client::seed::get(api, &arguments(given)?, options).await?),
            "update" => written(client::seed::update(api, &arguments(given)?, options).await?),
            "get_auth_url" => {
                let which: seed::AuthUrl = arguments(given)?;
                let page = client::seed::get_auth_url(api, &which, options).await?;
                self.asked_for_page(&which.connector_id_or_name, &page);
                written(page)
            }
            "share" => written(client::share(api, &arguments(given)?, options).await?),
            "list_tools" => {
                let which: seed::ListTools = arguments(given)?;
                let listed = client::seed::list_tools(api, &which, options).await;
                self.listed(&which.connector_id_or_name, &listed);
                written(listed?)
            }
            _ => self.call_common(operation, given, options).await,
        }
    }

    /// What both surfaces have alike.
    async fn call_common(
        &self,
        operation: &str,
        given: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let api = &self.api;
        match operation {
            "delete" => written(self.delete(&arguments(given)?, options).await?),
            "call_tool" => {
                let call: CallTool = arguments(given)?;
                let (result, _) = client::call_tool(api, &call, options).await?;
                written(result)
            }
            "get_authentication_methods" => {
                written(client::get_authentication_methods(api, &arguments(given)?, options).await?)
            }
            other => Err(Error::Usage(format!("Mistral has no operation {other:?}"))),
        }
    }

    async fn call_scoped(
        &self,
        verb: Verb,
        scope: Scope,
        given: Value,
        options: &CallOptions,
    ) -> Result<Option<Message>, Error> {
        let api = &self.api;
        match verb {
            Verb::Activate => {
                let which: seed::Activate = arguments(given)?;
                let done = client::seed::activate(api, scope, &which, options).await?;
                self.switched(&which.connector_id, scope, true);
                Ok(done)
            }
            Verb::Deactivate => {
                let which: ById = arguments(given)?;
                let which = ForConsumer {
                    connector_id: which.connector_id,
                    consumer_scope: scope,
                };
                self.deactivate(&which, options).await
            }
            Verb::Keep => {
                let given = arguments(given)?;
                client::seed::create_or_update_credentials(api, scope, &given, options).await
            }
            Verb::Delete => {
                let which = arguments(given)?;
                client::seed::delete_credentials(api, scope, &which, options).await
            }
        }
    }

    /// Asks for the page on which a person signs in, on either surface.
    pub(super) async fn auth_url(
        &self,
        which: &AuthUrl,
        options: &CallOptions,
    ) -> Result<wire::AuthUrl, Error> {
        let page = client::get_auth_url(&self.api, which, options).await?;
        self.asked_for_page(&which.connector_id_or_name, &page);
        Ok(page)
    }

    /// One connector with how the user stands to it, on either surface.
    pub(super) async fn one(
        &self,
        id_or_name: &str,
        options: &CallOptions,
    ) -> Result<wire::OneConnector, Error> {
        let connector_id_or_name = id_or_name.to_owned();
        match self.surface {
            Surface::Current => {
                let which = Get {
                    connector_id_or_name,
                    fetch_user_data: Field::Value(true),
                };
                client::get(&self.api, &which, options).await
            }
            Surface::Seed => {
                let which = seed::Get {
                    connector_id_or_name,
                    fetch_user_data: Field::Value(true),
                    fetch_customer_data: Field::Absent,
                };
                client::seed::get(&self.api, &which, options).await
            }
        }
    }

    pub(super) async fn delete(
        &self,
        which: &ById,
        options: &CallOptions,
    ) -> Result<Option<Message>, Error> {
        let done = client::delete(&self.api, which, options).await?;
        self.memory.forget(&which.connector_id);
        Ok(done)
    }

    async fn deactivate(
        &self,
        which: &ForConsumer,
        options: &CallOptions,
    ) -> Result<Option<Message>, Error> {
        let done = client::deactivate_for_consumer(&self.api, which, options).await?;
        self.switched(&which.connector_id, which.consumer_scope, false);
        Ok(done)
    }

    /// The older surface tells itself whether a connector is on.
    fn switched(&self, id: &str, scope: Scope, on: bool) {
        if scope == Scope::User && self.surface == Surface::Current {
            self.memory
                .note(id, |remembered| remembered.is_switched_off = !on);
        }
    }

    fn asked_for_page(&self, name: &str, page: &wire::AuthUrl) {
        let lives = page.ttl().min(MOST_TTL);
        let until = self.api.clock.now() + std::time::Duration::from_secs(lives);
        self.memory.note(name, |remembered| {
            remembered.page_until = Some(until);
            remembered.awaited = None;
        });
    }

    pub(super) fn listed<T>(&self, name: &str, outcome: &Result<T, Error>) {
        if let Some(listed) = Listed::of(outcome) {
            self.memory
                .note(name, |remembered| remembered.tools = Some(listed));
        }
    }
}

/// Nobody signs in for longer than a day.
const MOST_TTL: u64 = 24 * 60 * 60;

/// What an operation of the older surface does for one level.
#[derive(Clone, Copy)]
enum Verb {
    Activate,
    Deactivate,
    Keep,
    Delete,
}

/// The older surface has one operation for each level.
fn scoped(operation: &str) -> Option<(Verb, Scope)> {
    let whole = |verb, rest: &str| Some((verb, scope(rest)?));
    if let Some(rest) = operation.strip_prefix("activate_for_") {
        return whole(Verb::Activate, rest);
    }
    if let Some(rest) = operation.strip_prefix("deactivate_for_") {
        return whole(Verb::Deactivate, rest);
    }
    let rest = operation.strip_suffix("_credentials")?;
    if let Some(rest) = rest.strip_prefix("create_or_update_") {
        return whole(Verb::Keep, rest);
    }
    whole(Verb::Delete, rest.strip_prefix("delete_")?)
}

fn list_scope(operation: &str) -> Option<Scope> {
    scope(
        operation
            .strip_prefix("list_")?
            .strip_suffix("_credentials")?,
    )
}

fn scope(word: &str) -> Option<Scope> {
    [Scope::Organization, Scope::Workspace, Scope::User]
        .into_iter()
        .find(|scope| scope.as_str() == word)
}

fn written(answer: impl Into<Value>) -> Result<Value, Error> {
    Ok(answer.into())
}
