//! Tools of a connector, over MCP through the relay.
//!
//! Source: Agent Stack contract, section 3, `mcp`, and section 9.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use patchbay_http::{CallOptions, CallProgress};
use patchbay_model::{RemoteId, SentRequest, Tool};
use serde_json::Value;

use crate::agentstack::client::AgentStack;
use crate::agentstack::mapping::Relay;
use crate::agentstack::wire::ConnectorRef;
use crate::client::sleep;
use crate::mcp::{CallOutcome, McpLimits, McpSession, ToolCall};
use crate::{Error, Found, Refusal, Result, ToolRequest, Tools, Unreachable};

/// Slightly longer than the interval at which the platform renews tokens.
///
/// Source: Agent Stack contract, section 5.
const TOKEN_RENEWAL_WAIT: Duration = Duration::from_secs(31);

#[async_trait]
impl Tools for AgentStack {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>> {
        let cancel = &options.stop();
        self.in_session(id, options, move |session| {
            async move { session.list_tools(cancel).await }.boxed()
        })
        .await
    }

    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome> {
        let id = request.connector;
        let (call, cancel) = (&call_of(request, options), &options.stop());
        self.in_session(id, options, move |session| {
            async move { session.call_tool(call.clone(), cancel).await }.boxed()
        })
        .await
    }

    /// The request depends on what was negotiated with the server, so a session is created if there is none.
    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest> {
        let id = request.connector;
        let (call, cancel) = (&call_of(request, options), &options.stop());
        self.in_session(id, options, move |session| {
            async move { session.plan_call(call, cancel).await }.boxed()
        })
        .await
    }
}

fn call_of(request: ToolRequest<'_>, options: &CallOptions) -> ToolCall {
    let timeout = options.timeout.unwrap_or(McpLimits::DEFAULT.idle);
    ToolCall {
        progress: options.progress.clone().unwrap_or_else(|| Arc::new(|_| {})),
        capture: options.capture.clone(),
        sent: options.sent.clone(),
        ..ToolCall::new(request.tool.to_owned(), request.arguments, timeout)
    }
}

type Work<'a, T> = BoxFuture<'a, Result<T>>;

impl AgentStack {
    /// Runs `work` in the session of a connector, and records the outcome of using the relay.
    ///
    /// A 401 of the server behind the relay means that its token expired, which only the platform renews. `work` is
    /// retried once after the next renewal, if the caller waits that long.
    ///
    /// # Errors
    /// Those of [`connect`](crate::mcp::connect) and `work`, with the platform's own words; those of [`AgentStack::find`]
    /// when the platform rejects the account or does not know the connector.
    pub(crate) async fn in_session<'a, T>(
        &self,
        id: &RemoteId,
        options: &CallOptions,
        work: impl Fn(McpSession) -> Work<'a, T> + Send + Sync,
    ) -> Result<T> {
        let id = id.as_str();
        let connector = ConnectorRef::by_id(id);
        let mut outcome = self.run_in_session(&connector, options, &work).await;
        if let Err(Error::Unauthorized { .. }) = outcome {
            self.sessions.forget(id);
            // The platform returns the same status when it rejects the account itself.
            let found = self.find(id, options).await?;
            if found.is_connected()
                && options
                    .max_retry_wait
                    .is_none_or(|most| TOKEN_RENEWAL_WAIT <= most)
            {
                report_waiting(options);
                sleep(&self.api, TOKEN_RENEWAL_WAIT, options).await?;
                outcome = self.run_in_session(&connector, options, &work).await;
            }
        }
        if let Err(Error::NotAServer {
            found: Found::Status(404),
        }) = outcome
        {
            // The 404 is the platform's for an unknown connector, or the MCP server's for a wrong path.
            self.find(id, options).await?;
        }
        let outcome = outcome.map_err(with_detail);
        if let Err(error) = &outcome
            && !keeps_session(error)
        {
            self.sessions.forget(id);
        }
        let relay = match &outcome {
            Ok(_) => Some(Relay::Works),
            Err(error) => relay_state(error),
        };
        if let Some(relay) = relay {
            self.note(id, |found| found.relay = Some(relay));
        }
        outcome
    }

    async fn run_in_session<'a, T>(
        &self,
        connector: &ConnectorRef,
        options: &CallOptions,
        work: &(impl Fn(McpSession) -> Work<'a, T> + Send + Sync),
    ) -> Result<T> {
        let session = self.sessions.of(&self.api, connector, options).await?;
        work(session).await
    }
}

/// Reports that the call waits for the platform.
fn report_waiting(options: &CallOptions) {
    let Some(progress) = &options.progress else {
        return;
    };
    let seconds = TOKEN_RENEWAL_WAIT.as_secs();
    progress(CallProgress {
        progress: 0.0,
        total: None,
        message: Some(format!(
            "waiting {seconds} s for Agent Stack to renew the sign-in"
        )),
    });
}

fn keeps_session(error: &Error) -> bool {
    matches!(
        error,
        Error::ServerError { .. }
            | Error::ToolNotFound { .. }
            | Error::InputRequired
            | Error::FeatureOff { .. }
            | Error::NotAnswered
            | Error::AsksOverHandshake
            | Error::CannotAsk
            | Error::PageFirst
            | Error::TaskCancelled
            | Error::TaskLost
            | Error::Cancelled
            | Error::RateLimited { .. }
    )
}

/// What an error says about the relay; `None` if it concerns something else.
fn relay_state(error: &Error) -> Option<Relay> {
    match error {
        Error::Unauthorized { .. } => Some(Relay::Refused),
        Error::Unreachable {
            how: Unreachable::Lost,
            ..
        }
        | Error::Status(_)
        | Error::NotAServer { .. }
        | Error::Protocol(_) => Some(Relay::Failed(error_text(error))),
        _ => None,
    }
}

fn error_text(error: &Error) -> String {
    match error.refusal().and_then(|refusal| refusal.text.as_deref()) {
        Some(text) => format!("{error}: {text}"),
        None => error.to_string(),
    }
}

/// Extracts the platform's message from the JSON that the MCP client passed on as text.
fn with_detail(mut error: Error) -> Error {
    if let Error::Status(refusal)
    | Error::Unauthorized { refusal, .. }
    | Error::Forbidden { refusal, .. }
    | Error::RateLimited { refusal, .. } = &mut error
        && let Some(detail) = detail(refusal)
    {
        refusal.text = Some(detail);
    }
    error
}

fn detail(refusal: &Refusal) -> Option<String> {
    let json: Value = serde_json::from_str(refusal.text.as_deref()?).ok()?;
    json["detail"].as_str().map(str::to_owned)
}
