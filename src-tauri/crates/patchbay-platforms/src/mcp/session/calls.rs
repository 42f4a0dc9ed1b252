//! Calling a tool: once, and again with what the person answered where the server asks first.

use std::time::{Duration, Instant};

use patchbay_http::Capture;
use patchbay_model::{Content, ToolResult, clean_text};
use rmcp::model::{CallToolRequest, CallToolRequestParams, ClientRequest, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::pending::{RawResponse, Timeouts};
use super::rounds::{Rounds, unexpected};
use super::{METHOD_NOT_FOUND, McpSession, tasks};
use crate::Error;
use crate::mcp::exchange::Exchange;
use crate::mcp::question_router::RegisteredCall;
use crate::mcp::{CallOutcome, ToolCall, content};

const HEADER_MISMATCH: i64 = ErrorCode::HEADER_MISMATCH.0 as i64;
const INVALID_PARAMS: i64 = ErrorCode::INVALID_PARAMS.0 as i64;

/// A page has to be visited before the call.
///
/// Source: MCP 2025-11-25, "Elicitation", "URL Elicitation Required Error".
const URL_ELICITATION_REQUIRED: i64 = -32042;

/// What frameworks say that speak both eras, and can ask only in the older one.
///
/// Source: Python SDK 2 (`NoBackChannelError`), TypeScript server 2.
const ASKS_OVER_HANDSHAKE: [&str; 3] = [
    "no back-channel for server-initiated requests",
    "Server-to-client requests are not available on protocol revision",
    "be signalled by throwing",
];

impl McpSession {
    /// Calls a tool and waits for its answer; what the server asks meanwhile goes to [`ToolCall::asker`].
    ///
    /// When `cancel` is triggered, or when the future is dropped, the server is told to stop
    /// (`notifications/cancelled`, and `tasks/cancel` of a task) without waiting for it, and an open question is closed.
    ///
    /// # Errors
    /// [`Error::ToolNotFound`]; [`Error::TimedOut`] after [`ToolCall::timeout`] of silence or
    /// [`McpLimits::total`](crate::mcp::McpLimits::total), the time of questions apart; [`Error::Cancelled`];
    /// [`Error::InputRequired`] when the server asks and nobody is there, or for what nobody can give;
    /// [`Error::NotAnswered`] when the call can't go on without an answer that was not given;
    /// [`Error::AsksOverHandshake`], [`Error::CannotAsk`]; [`Error::PageFirst`]; [`Error::TooLarge`]; [`Error::ServerError`];
    /// [`Error::TaskCancelled`]; [`Error::TaskLost`] for one of [`ToolCall::resumes`]; and those of
    /// every request, as in [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `tools/call`, "Multi Round-Trip Requests"; MCP requirement R4.
    pub async fn call_tool(
        &self,
        call: ToolCall,
        cancel: &CancellationToken,
    ) -> Result<CallOutcome, Error> {
        let started = Instant::now();
        let registered_call = self
            .0
            .client_handler
            .question_router()
            .register_call(call.asker.as_ref());
        let registered_call = registered_call.as_ref();
        let answered = match &call.resumes {
            // Boxed, or each call would move the room that a task takes.
            Some(task) => Box::pin(self.resume_task(task, &call, registered_call, cancel)).await,
            None if self.is_task(&call) => {
                Box::pin(self.call_as_task(&call, registered_call, cancel)).await
            }
            None => {
                self.call_until_answered(&call, registered_call, cancel)
                    .await
            }
        };
        let answered = match answered {
            Ok(answered) => answered,
            Err(error) => {
                let explained = self.explain(error, &call, registered_call, cancel);
                return Err(Box::pin(explained).await);
            }
        };
        let outcome = outcome(&answered, started);
        if registered_call.is_some() && cannot_ask(&outcome.result) {
            return Err(self.back_channel_error());
        }
        Ok(outcome)
    }

    /// Calls a tool as often as the server asks first.
    async fn call_until_answered(
        &self,
        call: &ToolCall,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let mut params = params_of(call);
        let mut capture = call.capture.clone();
        let mut rounds = Rounds::new(&self.0.client_handler, self.limit_of(call));
        loop {
            let answered = self.send_call(call, &params, &capture, registered_call, cancel);
            let answered = answered.await?;
            let result = &answered.answer["result"];
            match result["resultType"].as_str() {
                None | Some("complete") => return Ok(answered),
                Some("task") => {
                    let task = self.wait_for_created(result, call, registered_call, cancel);
                    return Box::pin(task).await;
                }
                Some("input_required") => {
                    // Those that follow hold what the person answered.
                    capture = capture.with_first_request();
                    let next = Box::pin(rounds.next(result, registered_call));
                    let round = tokio::select! {
                        biased;
                        () = cancel.cancelled() => return Err(Error::Cancelled),
                        round = next => round?,
                    };
                    (params.request_state, params.input_responses) = (round.state, round.responses);
                }
                Some(other) => return Err(unexpected(other)),
            }
        }
    }

    /// Whether a call is made as a task: in the newer era a server decides that by itself.
    fn is_task(&self, call: &ToolCall) -> bool {
        call.as_task && self.is_legacy()
    }

    /// What a call begins with.
    pub(super) fn first_request(&self, call: &ToolCall) -> ClientRequest {
        match self.is_task(call) {
            true => tasks::request_of(call, self.limit_of(call)),
            false => request_of(params_of(call)),
        }
    }

    /// How long a call may take in all, the time of questions apart.
    pub(super) fn limit_of(&self, call: &ToolCall) -> Duration {
        self.0.limits.total.max(call.timeout)
    }

    async fn send_call(
        &self,
        call: &ToolCall,
        params: &CallToolRequestParams,
        capture: &Capture,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Result<RawResponse, Error> {
        let once = async || {
            let timeouts = Timeouts {
                idle: call.timeout,
                total: self.limit_of(call),
                is_asking: registered_call.map(RegisteredCall::is_asking),
            };
            let request = request_of(params.clone());
            let exchange = Exchange::captured(capture.clone());
            self.exchange(request, exchange, timeouts, &*call.progress, cancel)
                .await
        };
        match once().await {
            // Arguments that go into headers as well are known from the list only. The server has
            // refused the call unseen, so that nothing happens twice.
            Err(Error::ServerError { code, .. }) if code == HEADER_MISMATCH => {
                Box::pin(self.list_tools(cancel)).await?;
                once().await
            }
            answered => answered,
        }
    }

    /// What an error of the server means for the call.
    async fn explain(
        &self,
        error: Error,
        call: &ToolCall,
        registered_call: Option<&RegisteredCall<'_>>,
        cancel: &CancellationToken,
    ) -> Error {
        let (
            Error::ServerError {
                code,
                message,
                data,
            },
            Some(registered_call),
        ) = (&error, registered_call)
        else {
            return map_unknown_tool(error, &call.name);
        };
        if *code == URL_ELICITATION_REQUIRED {
            let was_opened = tokio::select! {
                biased;
                () = cancel.cancelled() => return Error::Cancelled,
                was_opened = registered_call.offer_pages(data.as_ref()) => was_opened,
            };
            return match was_opened {
                true => Error::PageFirst,
                false => error,
            };
        }
        if asks_over_handshake(message) {
            return self.back_channel_error();
        }
        map_unknown_tool(error, &call.name)
    }

    /// What it means that the server found no way to ask over this session.
    fn back_channel_error(&self) -> Error {
        match self.is_legacy() {
            true => Error::CannotAsk,
            false => Error::AsksOverHandshake,
        }
    }
}

fn outcome(answered: &RawResponse, started: Instant) -> CallOutcome {
    CallOutcome {
        result: content::tool_result(&answered.answer["result"]),
        status: answered.status,
        wait: started.elapsed(),
        bytes: answered.bytes,
    }
}

fn request_of(params: CallToolRequestParams) -> ClientRequest {
    CallToolRequest::new(params).into()
}

fn params_of(call: &ToolCall) -> CallToolRequestParams {
    CallToolRequestParams::new(call.name.clone()).with_arguments(call.arguments.clone())
}

/// Whether a tool failed because it could not ask over this session.
fn cannot_ask(result: &ToolResult) -> bool {
    let says_so = |part: &Content| match part {
        Content::Text { text } => asks_over_handshake(text),
        _ => false,
    };
    result.is_error && result.content.iter().any(says_so)
}

fn asks_over_handshake(words: &str) -> bool {
    ASKS_OVER_HANDSHAKE
        .iter()
        .any(|known| words.contains(known))
}

/// The protocol gives an unknown tool the code of wrong arguments; only the words tell them apart.
///
/// Source: MCP 2026-07-28, "Tools", "Error Handling".
fn map_unknown_tool(error: Error, name: &str) -> Error {
    match &error {
        Error::ServerError { code, message, .. }
            if matches!(*code, INVALID_PARAMS | METHOD_NOT_FOUND)
                && is_unknown_tool_message(message) =>
        {
            Error::ToolNotFound {
                name: clean_text(name, 200),
            }
        }
        _ => error,
    }
}

fn is_unknown_tool_message(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("tool")
        && ["unknown", "not found", "no such", "does not exist"]
            .iter()
            .any(|words| message.contains(words))
}
