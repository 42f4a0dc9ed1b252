//! Local connectors: MCP servers that Patchbay connects and signs in to itself.

mod disconnect;
mod session;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::Reach;
use patchbay_model::{
    Authentication, Code, CompletionRequest, Connector, Content, Explain, FilledPrompt, Prompt,
    Resource, Secret, SentRequest, Tool,
};
use patchbay_oauth::CallbackParams;
use patchbay_platforms::mcp::{self, Asker, McpSession, ResourceWatch, ToolCall};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::session::{session, usable};
use super::{Backend, CompletedCall, PlannedCall, RevokeOutcome};
use crate::address::shares_domain;
use crate::authorizations;
use crate::backend::listed_tools::ListedTools;
use crate::context::Context;
use crate::context::open_questions::AskedDuring;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::{Error, TimeLimit};
use crate::questions::PersonAsker;
use crate::redact::exchange::redact_request;
use crate::redact::{KnownSecrets, REDACTED};
use crate::secrets::programs::Occasion;
use crate::stored_connectors::reach_of;
use crate::stored_connectors::status::{self, Change};
use crate::stored_connectors::time_limits::{name_limit, run_limit};

/// A connector of this computer.
pub(super) struct Local<'a> {
    pub(super) cx: &'a Context,
    pub(super) connector: &'a Connector,
}

impl Local<'_> {
    async fn session(&self) -> Result<McpSession, Error> {
        let (cx, connector) = (self.cx, self.connector);
        let session = session(cx, connector, Occasion::Needed, cx.shutdown()).await;
        Ok(session.map_err(|error| self.explain(error))?.0)
    }

    async fn fetch_tools(&self, cancel: &CancellationToken) -> Result<ListedTools, Error> {
        let (cx, connector) = (self.cx, self.connector);
        // Listing is started by a person, who can be asked to allow a program.
        let given = Occasion::Given;
        let (live, reused) = session(cx, connector, given, cancel).await?;
        match list_session_tools(&live, cancel).await {
            // The server may have dropped an idle connection.
            Err(error) if reused && is_broken(error.code()) => {
                cx.sessions().drain(&connector.id).await;
                let (live, _) = session(cx, connector, given, cancel).await?;
                list_session_tools(&live, cancel).await
            }
            listed => listed,
        }
    }

    /// Returns what a call would send on the open connection; `None` without one, since a dry run does not connect.
    async fn plan_on_session(
        &self,
        tool: &Tool,
        arguments: &Map<String, Value>,
        as_task: bool,
    ) -> Result<Option<PlannedCall>, Error> {
        let slot = self.cx.sessions().slot(&self.connector.id);
        let connection = slot.try_lock();
        let live = connection.and_then(|connection| usable(connection.as_ref(), self.connector));
        let Some(live) = live else {
            return Ok(None);
        };
        let timeout = run_limit(self.connector);
        let call = ToolCall {
            as_task,
            names_headers: mcp::names_headers(&tool.input_schema),
            ..ToolCall::new(tool.name.clone(), arguments.clone(), timeout)
        };
        let planned = live.plan_call(&call, self.cx.shutdown()).await?;
        let secrets = KnownSecrets::new(self.secrets().await);
        Ok(Some(PlannedCall {
            request: redact_request(planned, &secrets),
            is_exact: !live.must_list_before(&call),
        }))
    }

    /// Returns who answers the server's questions outside of runs.
    fn asker(&self, during: AskedDuring) -> Arc<dyn Asker> {
        let identity = self.connector.identity.clone();
        PersonAsker::new(self.cx, self.connector, during, identity)
    }

    /// Makes the next connection use the older protocol revision, in which the server can ask questions. This call is
    /// not repeated, since the tool may have acted before it asked.
    async fn connect_by_handshake(&self) -> Result<(), Error> {
        let (cx, id) = (self.cx, &self.connector.id);
        let note = |connector: &mut Connector| {
            if let Some(server) = &mut connector.server {
                server.protocol_version = mcp::HANDSHAKE.to_owned();
                server.protocol_reason = Some("the server can ask questions in it only".to_owned());
            }
        };
        cx.store().change_connector(id, note).await?;
        cx.sessions().drain(id).await;
        Ok(())
    }

    /// Has the next connection use the protocol revision in which the server can ask, if it could not in this one.
    async fn note_era<T>(
        &self,
        outcome: &Result<T, patchbay_platforms::Error>,
    ) -> Result<(), Error> {
        match outcome {
            Err(patchbay_platforms::Error::AsksOverHandshake) => {
                Box::pin(self.connect_by_handshake()).await
            }
            _ => Ok(()),
        }
    }

    /// Explains a 401 of a connector without sign-in: its token or headers were rejected, or it needs a token.
    fn explain(&self, error: Error) -> Error {
        let Error::Platform(refused @ patchbay_platforms::Error::Unauthorized { .. }) = error
        else {
            return error;
        };
        let (title, source) = (self.connector.title.clone(), Box::new(refused));
        let what = match &self.connector.authentication {
            Authentication::Bearer { .. } => "its token",
            Authentication::Headers { .. } => "its headers",
            Authentication::None if !self.connector.signs_in_by_browser() => {
                return Error::TokenNeeded {
                    connector: title,
                    source,
                };
            }
            _ => return Error::Platform(*source),
        };
        Error::KeyRefused {
            by: title,
            what,
            fields: Vec::new(),
            source,
        }
    }
}

#[async_trait]
impl Backend for Local<'_> {
    async fn list_tools(
        &self,
        _anew: bool,
        cancel: &CancellationToken,
    ) -> Result<Option<ListedTools>, Error> {
        let listed = self.fetch_tools(cancel).await;
        listed.map(Some).map_err(|error| {
            let error = self.explain(error);
            name_limit(error, self.connector, TimeLimit::Run)
        })
    }

    async fn status_after_listing(&self, _tested: bool) -> Result<Option<Change>, Error> {
        self.cx.tokens().note_accepted(self.connector).await;
        let now = self.cx.now();
        Ok(Some(Box::new(move |connector| {
            status::mark_ready(connector, now);
        })))
    }

    async fn call_tool(
        &self,
        call: ToolCall,
        _credential: Option<String>,
        cancel: &CancellationToken,
    ) -> Result<CompletedCall, Error> {
        let connecting = session(self.cx, self.connector, Occasion::Needed, cancel);
        let (live, connection_reused) = tokio::select! {
            biased;
            // An open connection comes first: over it a task can be cancelled.
            session = connecting => session.map_err(|error| self.explain(error))?,
            () = cancel.cancelled() => return Err(Error::Cancelled),
        };
        let ready_at = Instant::now();
        let outcome = live.call_tool(call, cancel).await;
        self.note_era(&outcome).await?;
        let outcome = outcome.map_err(|error| {
            let error = self.explain(error.into());
            name_limit(error, self.connector, TimeLimit::Run)
        })?;
        Ok(CompletedCall {
            outcome,
            ready_at,
            answered_at: Instant::now(),
            connection_reused: Some(connection_reused),
        })
    }

    async fn plan_call(
        &self,
        tool: &Tool,
        arguments: Map<String, Value>,
        as_task: bool,
        _credential: Option<String>,
    ) -> Result<PlannedCall, Error> {
        if let Some(planned) = self.plan_on_session(tool, &arguments, as_task).await? {
            return Ok(planned);
        }
        let message = json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": { "name": tool.name, "arguments": arguments },
        });
        let line = SentRequest::line(message.to_string());
        // A program gets its secrets when it is started.
        if self.connector.command.is_some() {
            return Ok(PlannedCall {
                request: line,
                is_exact: false,
            });
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![
            pair("accept", "application/json, text/event-stream"),
            pair("content-type", "application/json"),
        ];
        let sent = self.cx.tokens().header_names(self.connector).await?;
        headers.extend(sent.iter().map(|name| pair(name, REDACTED)));
        Ok(PlannedCall {
            request: SentRequest {
                method: Some("POST".to_owned()),
                url: self.connector.endpoint.clone(),
                headers,
                ..line
            },
            is_exact: false,
        })
    }

    /// A working tool shows that its connector works.
    async fn status_after_call(&self, _is_error: bool) -> Option<Change> {
        if !status::is_settled(self.connector.status.status) {
            self.cx.tokens().note_accepted(self.connector).await;
        }
        let now = self.cx.now();
        Some(Box::new(move |connector| {
            if !status::is_settled(connector.status.status) {
                status::mark_ready(connector, now);
            }
        }))
    }

    /// Only icons from the domain of the server are loaded, so that no third party can track when they are shown.
    ///
    /// Source: MCP 2025-11-25, schema, `Icon`.
    async fn icon_reach(&self, icon: &Url) -> Result<Option<Reach>, Error> {
        let endpoint = self.connector.endpoint.as_deref();
        let endpoint = endpoint.and_then(|endpoint| Url::parse(endpoint).ok());
        let is_own = endpoint.is_some_and(|endpoint| shares_domain(&endpoint, icon));
        Ok(is_own.then(|| reach_of(self.connector)))
    }

    async fn secrets(&self) -> Vec<Secret> {
        self.cx.tokens().secrets_of(self.connector).await
    }

    async fn list_resources(&self) -> Result<Vec<Resource>, Error> {
        let live = self.session().await?;
        let mut found = live.list_resources(self.cx.shutdown()).await?;
        match live.list_resource_templates(self.cx.shutdown()).await {
            Ok(templates) => found.extend(templates),
            // Servers without templates still have resources.
            Err(patchbay_platforms::Error::ServerError { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(found)
    }

    async fn read_resource(&self, uri: &str) -> Result<Vec<Content>, Error> {
        let live = self.session().await?;
        let asker = self.asker(AskedDuring::Resource {
            uri: uri.to_owned(),
        });
        let ending = self.cx.shutdown();
        let read = live.read_resource(uri, Some(&asker), ending).await;
        self.note_era(&read).await?;
        Ok(read?)
    }

    async fn watch_resource(&self, uri: &str) -> Result<ResourceWatch, Error> {
        let live = self.session().await?;
        Ok(live.watch_resource(uri, self.cx.shutdown()).await?)
    }

    async fn list_prompts(&self) -> Result<Vec<Prompt>, Error> {
        let live = self.session().await?;
        Ok(live.list_prompts(self.cx.shutdown()).await?)
    }

    async fn fill_prompt(
        &self,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<FilledPrompt, Error> {
        let live = self.session().await?;
        let asker = self.asker(AskedDuring::Prompt {
            name: name.to_owned(),
        });
        let filled = live.fill_prompt(name, arguments, Some(&asker), self.cx.shutdown());
        let filled = filled.await;
        self.note_era(&filled).await?;
        Ok(filled?)
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Vec<String>, Error> {
        let live = self.session().await?;
        Ok(live.complete(request, self.cx.shutdown()).await?)
    }

    /// Checks that the tokens can be saved afterwards.
    async fn prepare_authorization(&self) -> Result<(), Error> {
        Ok(self.cx.vault().probe().await?)
    }

    async fn authorize(
        &self,
        running: &Arc<RunningAuthorization>,
        _choices: &Map<String, Value>,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Result<(), Error> {
        authorizations::authorize_here(self.cx, running, self.connector, callbacks).await
    }

    async fn disconnect(&self) -> Result<RevokeOutcome, Error> {
        disconnect::disconnect(self.cx, self.connector).await
    }
}

async fn list_session_tools(
    live: &McpSession,
    cancel: &CancellationToken,
) -> Result<ListedTools, Error> {
    Ok(ListedTools {
        tools: live.list_tools(cancel).await?,
        server: Some(live.facts().clone()),
    })
}

fn is_broken(code: Code) -> bool {
    matches!(
        code,
        Code::NetworkUnreachable | Code::McpProtocol | Code::NotFound
    )
}
