//! The backend of a connector: this computer, or an account of a hosted platform.
//!
//! Verbs use a [`Backend`] and never ask which one it is. In contrast to a [`Platform`](patchbay_platforms::Platform),
//! which only implements the wire protocol of an account, a backend also uses vault and store, shares connections,
//! reports progress and has [`Error`]s of its own.

pub(crate) mod hosted;
pub(crate) mod listed_tools;
mod local;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::Reach;
use patchbay_model::{
    CompletionRequest, Connector, Content, FilledPrompt, Form, Prompt, Resource, Secret,
    SentRequest, Tool, ToolEffect,
};
use patchbay_oauth::CallbackParams;
use patchbay_platforms::mcp::{CallOutcome, ResourceWatch, ToolCall};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::hosted::Hosted;
use self::local::Local;
use crate::backend::listed_tools::ListedTools;
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;
use crate::stored_connectors::status::Change;

/// Operations on one connector. Default implementations do nothing.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Lists the tools, bypassing the platform's cache if `anew`. When the platform cannot list tools, refreshes the
    /// status and returns `None`.
    async fn list_tools(
        &self,
        anew: bool,
        cancel: &CancellationToken,
    ) -> Result<Option<ListedTools>, Error>;

    /// Returns how a successful listing changes the connector, which its platform tests for this where it can, if `tested`.
    async fn status_after_listing(&self, tested: bool) -> Result<Option<Change>, Error>;

    /// Returns the effect of a tool with these arguments, as far as known without a request.
    fn effect_of(&self, tool: &Tool, _arguments: &Map<String, Value>) -> ToolEffect {
        tool.effect
    }

    /// Returns a tool of that name that exists without being listed.
    fn unlisted_tool(&self, _name: &str) -> Option<Tool> {
        None
    }

    /// Runs a tool, with the named credential.
    async fn call_tool(
        &self,
        call: ToolCall,
        credential: Option<String>,
        cancel: &CancellationToken,
    ) -> Result<CompletedCall, Error>;

    /// Returns what [`Backend::call_tool`] would send, without sending the call.
    async fn plan_call(
        &self,
        tool: &Tool,
        arguments: Map<String, Value>,
        as_task: bool,
        credential: Option<String>,
    ) -> Result<PlannedCall, Error>;

    /// Returns how a call changes a connector that was not known to work; `is_error` if the tool reported an error.
    async fn status_after_call(&self, is_error: bool) -> Option<Change>;

    /// Returns the arguments for the next page; `None` at the end, and for tools without pages.
    async fn next_page(
        &self,
        _arguments: &Map<String, Value>,
        _result: &Value,
    ) -> Result<Option<Map<String, Value>>, Error> {
        Ok(None)
    }

    /// Whether a call may name a credential. Sends nothing.
    async fn takes_credential(&self) -> Result<bool, Error> {
        Ok(false)
    }

    /// Returns which addresses may be requested for this icon; `None` when it must not be loaded.
    async fn icon_reach(&self, icon: &Url) -> Result<Option<Reach>, Error>;

    /// Returns every secret that the connector sends, for redaction; none when they cannot be read, as then none was
    /// sent.
    async fn secrets(&self) -> Vec<Secret>;

    async fn list_resources(&self) -> Result<Vec<Resource>, Error>;

    /// The parts of a resource.
    async fn read_resource(&self, uri: &str) -> Result<Vec<Content>, Error>;

    /// Watches a resource for changes.
    async fn watch_resource(&self, _uri: &str) -> Result<ResourceWatch, Error> {
        Err(Error::not_supported("watching this resource"))
    }

    async fn list_prompts(&self) -> Result<Vec<Prompt>, Error>;

    /// A prompt, filled in.
    async fn fill_prompt(
        &self,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<FilledPrompt, Error>;

    /// Returns suggestions for a partly typed text.
    async fn complete(&self, _request: CompletionRequest) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    /// Whether sign-in in the browser is supported. Sends nothing.
    async fn has_consent(&self) -> Result<bool, Error> {
        Ok(true)
    }

    /// Returns the choices before an authorization.
    async fn consent_form(&self) -> Result<Option<Form>, Error> {
        Ok(None)
    }

    /// Checks that an authorization can succeed, before the user is asked.
    async fn prepare_authorization(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Runs an authorization.
    async fn authorize(
        &self,
        running: &Arc<RunningAuthorization>,
        choices: &Map<String, Value>,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Result<(), Error>;

    /// Called after an authorization failed: refreshes the connector if its platform knows the outcome.
    async fn give_up_authorization(&self) {}

    /// Gives up the sign-in and saves the new status of the connector.
    async fn disconnect(&self) -> Result<RevokeOutcome, Error>;

    /// Refreshes the saved connector from its platform.
    async fn refresh(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Deletes the connector on its platform.
    async fn delete(&self) -> Result<(), Error> {
        Ok(())
    }
}

pub(crate) struct CompletedCall {
    pub(crate) outcome: CallOutcome,
    /// When the call was ready to be sent.
    pub(crate) ready_at: Instant,
    pub(crate) answered_at: Instant,
    pub(crate) connection_reused: Option<bool>,
}

/// What a call would send, without secrets.
pub(crate) struct PlannedCall {
    pub(crate) request: SentRequest,
    /// Whether the request is complete. What client and server negotiate when they connect is not known before.
    pub(crate) is_exact: bool,
}

/// The outcome of giving up a sign-in.
pub(crate) struct RevokeOutcome {
    /// Whether the provider revoked the tokens.
    pub(crate) revoked: bool,
    /// Why the provider did not, as text for the user.
    pub(crate) note: Option<String>,
}

/// Returns the backend of a connector. This is the only place that distinguishes local and hosted connectors.
pub(crate) fn for_connector<'a>(
    cx: &'a Context,
    connector: &'a Connector,
) -> Box<dyn Backend + 'a> {
    match &connector.remote_id {
        Some(_) => Box::new(Hosted { cx, connector }),
        None => Box::new(Local { cx, connector }),
    }
}
