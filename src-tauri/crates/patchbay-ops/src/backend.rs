//! What holds a connector: this computer, or an account of a hosted platform.
//!
//! Verbs use a [`Backend`] and never ask which. It is not a [`Platform`](patchbay_platforms::Platform), which speaks
//! for an account over the wire alone: a backend also reads vault and store, shares connections, reports progress, and
//! has errors of its own.

pub(crate) mod hosted;
mod local;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::Reach;
use patchbay_model::{
    CompletionRequest, Connector, Content, FilledPrompt, Form, Prompt, Resource, Secret,
    SentRequest, ServerFacts, Tool, ToolEffect,
};
use patchbay_oauth::CallbackParams;
use patchbay_platforms::mcp::{CallOutcome, ResourceWatch, ToolCall};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::hosted::Hosted;
use self::local::Local;
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;

/// What a verb needs of whatever holds a connector. The defaults do nothing.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Lists the tools, bypassing the platform's cache if `anew`; `None` where the platform lists none, after
    /// refreshing the status.
    async fn list_tools(
        &self,
        anew: bool,
        cancel: &CancellationToken,
    ) -> Result<Option<ListedTools>, Error>;

    /// How a successful listing changes the connector.
    async fn status_after_listing(&self) -> Option<Change>;

    /// What a tool does with these arguments, where that is known without asking.
    fn effect_of(&self, tool: &Tool, _arguments: &Map<String, Value>) -> ToolEffect {
        tool.effect
    }

    /// A tool of that name that need not be among those that were listed; `None` where all are.
    fn unlisted_tool(&self, _name: &str) -> Option<Tool> {
        None
    }

    /// Runs a tool, with the credential of that name.
    async fn call_tool(
        &self,
        call: ToolCall,
        credential: Option<String>,
        cancel: &CancellationToken,
    ) -> Result<CompletedCall, Error>;

    /// What [`Backend::call_tool`] would send; the call itself is not sent.
    async fn plan_call(
        &self,
        tool: &Tool,
        arguments: Map<String, Value>,
        credential: Option<String>,
    ) -> Result<PlannedCall, Error>;

    /// How the answer of a tool changes a connector that was not known to work.
    async fn status_after_call(&self, outcome: &CallOutcome) -> Option<Change>;

    /// The arguments with which a tool gives its next page; `None` at the end, and where there are no pages.
    async fn next_page(
        &self,
        _arguments: &Map<String, Value>,
        _result: &Value,
    ) -> Result<Option<Map<String, Value>>, Error> {
        Ok(None)
    }

    /// Whether a call may name one of several credentials; nothing is sent.
    async fn takes_credential(&self) -> Result<bool, Error> {
        Ok(false)
    }

    /// What may be asked for a picture that it names at an address; `None` where nobody is.
    async fn icon_reach(&self, icon: &Url) -> Result<Option<Reach>, Error>;

    /// Every secret that it sends, to be redacted in what is saved; empty when they cannot be read, as then none was
    /// sent.
    async fn secrets(&self) -> Vec<Secret>;

    /// The resources, as they are now.
    async fn list_resources(&self) -> Result<Vec<Resource>, Error>;

    /// The parts of a resource.
    async fn read_resource(&self, uri: &str) -> Result<Vec<Content>, Error>;

    /// Has changes of a resource told.
    async fn watch_resource(&self, _uri: &str) -> Result<ResourceWatch, Error> {
        let what = "watching this resource".to_owned();
        Err(patchbay_platforms::Error::NotSupported(what).into())
    }

    /// The prompts, as they are now.
    async fn list_prompts(&self) -> Result<Vec<Prompt>, Error>;

    /// A prompt, filled in.
    async fn fill_prompt(
        &self,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<FilledPrompt, Error>;

    /// What is suggested for a text that is being typed; nothing where nobody knows.
    async fn complete(&self, _request: CompletionRequest) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    /// Whether a click-through consent can connect it; nothing is sent.
    async fn has_consent(&self) -> Result<bool, Error> {
        Ok(true)
    }

    /// What a person may choose before a consent.
    async fn consent_form(&self) -> Result<Option<Form>, Error> {
        Ok(None)
    }

    /// Finds out what would keep a consent from being of use, before anything is asked of a person.
    async fn prepare_authorization(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Goes the whole way of a consent.
    async fn authorize(
        &self,
        running: &Arc<RunningAuthorization>,
        choices: &Map<String, Value>,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Result<(), Error>;

    /// Called when a consent is no longer waited for: refreshes the connector where its platform knows the outcome.
    async fn give_up_authorization(&self) {}

    /// Gives up the sign-in, and keeps how the connector is then.
    async fn disconnect(&self) -> Result<RevokeOutcome, Error>;

    /// Asks how the connector is, and keeps the answer, where somebody else knows.
    async fn refresh(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Deletes the connector wherever else than in our lists it is.
    async fn delete(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// What is to change of a connector as it is known by then.
pub(crate) type Change = Box<dyn FnOnce(&mut Connector) + Send>;

pub(crate) struct ListedTools {
    pub(crate) tools: Vec<Tool>,
    /// What the server said of itself, where we spoke to it.
    pub(crate) server: Option<ServerFacts>,
}

/// A call that was answered.
pub(crate) struct CompletedCall {
    pub(crate) outcome: CallOutcome,
    /// When everything was ready for it to be sent.
    pub(crate) ready_at: Instant,
    pub(crate) answered_at: Instant,
    pub(crate) connection_reused: Option<bool>,
}

/// What a call would send, secrets redacted.
pub(crate) struct PlannedCall {
    pub(crate) request: SentRequest,
    /// Whether nothing of it is missing; what is agreed on when a connection is made can't be known before.
    pub(crate) is_exact: bool,
}

/// How giving up a sign-in went.
pub(crate) struct RevokeOutcome {
    /// Whether the provider was told to forget the tokens, and did.
    pub(crate) revoked: bool,
    /// Why the provider was not told, in words for people.
    pub(crate) note: Option<String>,
}

/// What holds a connector. Nothing else looks where that is.
pub(crate) fn for_connector<'a>(
    cx: &'a Context,
    connector: &'a Connector,
) -> Box<dyn Backend + 'a> {
    match &connector.remote_id {
        Some(_) => Box::new(Hosted { cx, connector }),
        None => Box::new(Local { cx, connector }),
    }
}
