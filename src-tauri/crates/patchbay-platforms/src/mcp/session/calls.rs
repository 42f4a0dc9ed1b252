//! Calls tools; repeats a call with the person's answers if the server asks first.

use std::time::{Duration, Instant};

use patchbay_http::Capture;
use patchbay_model::{Content, ToolResult, clean_text};
use rmcp::model::{CallToolRequest, CallToolRequestParams, ClientRequest, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::pending::{CallContext, RawResponse};
use super::rounds::{PageVisits, Round, Rounds};
use super::{METHOD_NOT_FOUND, McpSession, tasks};
use crate::Error;
use crate::mcp::exchange::Exchange;
use crate::mcp::{CallOutcome, ToolCall, content};

const HEADER_MISMATCH: i64 = ErrorCode::HEADER_MISMATCH.0 as i64;
const INVALID_PARAMS: i64 = ErrorCode::INVALID_PARAMS.0 as i64;

/// Messages of frameworks that support both eras, and can ask only in the older one.
///
/// Source: Python SDK 2 (`NoBackChannelError`), FastMCP 4, TypeScript server 2.
const ASKS_OVER_HANDSHAKE: [&str; 4] = [
    "no back-channel for server-initiated requests",
    "via server-initiated requests is unavailable on",
    "Server-to-client requests are not available on protocol revision",
    "be signalled by throwing",
];

impl McpSession {
    /// Calls a tool and waits for its result; the server's questions go to [`ToolCall::asker`].
    ///
    /// By `cancel`, or when the future is dropped, the server is told to stop (`notifications/cancelled`, and
    /// `tasks/cancel` for a task) without waiting for it, and an open question is closed.
    ///
    /// # Errors
    /// [`Error::ToolNotFound`]; [`Error::TimedOut`] after [`ToolCall::timeout`] without progress or
    /// [`McpLimits::total`](crate::mcp::McpLimits::total), not counting the time of questions; [`Error::Cancelled`];
    /// [`Error::InputRequired`] if the server asks and nobody can answer; [`Error::FeatureOff`] if it asks for what is
    /// off for the connector; [`Error::NotAnswered`] if the call requires
    /// an answer that was not given; [`Error::AsksOverHandshake`], [`Error::CannotAsk`]; [`Error::PageFirst`];
    /// [`Error::TooLarge`]; [`Error::ServerError`]; [`Error::TaskCancelled`]; [`Error::TaskLost`] for
    /// [`ToolCall::resumes`]; and those of every request, as in [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `tools/call`, "Multi Round-Trip Requests"; MCP requirement R4.
    pub async fn call_tool(
        &self,
        call: ToolCall,
        cancel: &CancellationToken,
    ) -> Result<CallOutcome, Error> {
        let started = Instant::now();
        let client_handler = &self.0.client_handler;
        client_handler.log.redact(&call.secrets);
        let router = &client_handler.question_router;
        let registered_call = router.register_call(call.asker.as_ref());
        let features_off = &client_handler.features_off;
        let asked_before = features_off.asked();
        let cx = CallContext {
            call: &call,
            registered_call: registered_call.as_ref(),
            cancel,
        };
        let mut visits = PageVisits::new(cx.registered_call, cancel);
        let response = loop {
            // The rare cases are boxed, or the future of every call would be as large as theirs.
            let response = match &call.resumes {
                Some(task) => Box::pin(self.resume_task(task, cx)).await,
                None if self.is_task(&call) => Box::pin(self.call_as_task(cx)).await,
                None => self.call_until_answered(cx).await,
            };
            if let Err(error) = &response
                && Box::pin(visits.next(error)).await?
            {
                continue;
            }
            break response;
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => {
                let error = self.explain(error, cx);
                return Err(features_off.explain(error, &asked_before));
            }
        };
        if !response.result.is_object() {
            return Err(Error::Protocol("a result that isn't an object".to_owned()));
        }
        let outcome = CallOutcome {
            result: content::tool_result(&response.result),
            status: response.status,
            wait: started.elapsed(),
            bytes: response.bytes,
        };
        if cx.can_ask() && cannot_ask(&outcome.result) {
            return Err(self.back_channel_error());
        }
        match features_off.explain_result(&outcome.result, &asked_before) {
            Some(error) => Err(error),
            None => Ok(outcome),
        }
    }

    /// Repeats a call with answers until it has a result.
    async fn call_until_answered(&self, cx: CallContext<'_>) -> Result<RawResponse, Error> {
        let call = cx.call;
        let mut round = Round::default();
        let mut capture = call.capture.clone();
        let mut rounds = Rounds::new(self, cx.registered_call, self.limit_of(call), cx.cancel);
        loop {
            let response = self.send_call(&round, &capture, cx).await?;
            if response.result["resultType"] == "task" {
                return Box::pin(self.wait_for_created(&response.result, cx)).await;
            }
            let Some(next) = Box::pin(rounds.next(&response.result)).await? else {
                return Ok(response);
            };
            // The requests that follow contain the person's answers.
            capture = capture.with_first_request();
            round = next;
        }
    }

    /// Whether a call is made as a task.
    fn is_task(&self, call: &ToolCall) -> bool {
        call.as_task && self.takes_task_calls()
    }

    pub(super) fn first_request(&self, call: &ToolCall) -> ClientRequest {
        match self.is_task(call) {
            true => tasks::request_of(call),
            false => request_of(call, &Round::default()),
        }
    }

    /// Total timeout of a call, not counting the time of questions.
    pub(super) fn limit_of(&self, call: &ToolCall) -> Duration {
        self.0.limits.total.max(call.timeout)
    }

    async fn send_call(
        &self,
        round: &Round,
        capture: &Capture,
        cx: CallContext<'_>,
    ) -> Result<RawResponse, Error> {
        let once = async || {
            let timeouts = cx.timeouts(self.limit_of(cx.call));
            let request = request_of(cx.call, round);
            let exchange = Exchange::with_capture(capture.clone());
            self.exchange(request, exchange, timeouts, &*cx.call.progress, cx.cancel)
                .await
        };
        if self.must_list_before(cx.call) {
            Box::pin(self.list_tools(cx.cancel)).await?;
        }
        match once().await {
            // The tool has changed since its schema was stored. The server has rejected the call without executing it,
            // so it is safe to repeat.
            Err(Error::ServerError { code, .. }) if code == HEADER_MISMATCH => {
                Box::pin(self.list_tools(cx.cancel)).await?;
                once().await
            }
            response => response,
        }
    }

    /// Replaces an error of the server by what it means for the call.
    fn explain(&self, error: Error, cx: CallContext<'_>) -> Error {
        let error = self.explain_back_channel(error, cx.can_ask());
        map_unknown_tool(error, &cx.call.name)
    }

    /// Replaces the error of a server that can't ask over this session, though it may.
    pub(super) fn explain_back_channel(&self, error: Error, may_ask: bool) -> Error {
        match &error {
            Error::ServerError { message, .. } if may_ask && asks_over_handshake(message) => {
                self.back_channel_error()
            }
            _ => error,
        }
    }

    /// The error for a server that can't ask over this session.
    fn back_channel_error(&self) -> Error {
        match self.is_legacy() {
            true => Error::CannotAsk,
            false => Error::AsksOverHandshake,
        }
    }
}

fn request_of(call: &ToolCall, round: &Round) -> ClientRequest {
    let params = CallToolRequestParams::new(call.name.clone());
    let mut params = params.with_arguments(call.arguments.clone());
    params.request_state.clone_from(&round.state);
    params.input_responses.clone_from(&round.responses);
    CallToolRequest::new(params).into()
}

/// Whether a tool failed because it could not ask over this session.
fn cannot_ask(result: &ToolResult) -> bool {
    let is_message =
        |part: &Content| matches!(part, Content::Text { text, .. } if asks_over_handshake(text));
    result.is_error && result.content.iter().any(is_message)
}

fn asks_over_handshake(message: &str) -> bool {
    ASKS_OVER_HANDSHAKE
        .iter()
        .any(|known| message.contains(known))
}

/// Detects an unknown tool, whose error code is that of invalid arguments, by the message.
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
