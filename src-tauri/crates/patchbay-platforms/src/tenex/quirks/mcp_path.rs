//! 10ex's own MCP server, an alternative to the routes of three operations.
//!
//! Source: 10ex contract, section 1, "MCP".

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use patchbay_http::{Answer, Api, CallOptions, SecretNames};
use patchbay_model::{Content, Secret};
use serde_json::{Map, Value};

use crate::mcp::{
    CallOutcome, ClientFeatures, McpLimits, McpSession, McpTarget, SessionLife, ToolCall, connect,
};
use crate::{BoxError, Error, Headers, Result, TokenSource};

#[derive(Default)]
pub(crate) struct McpPath(tokio::sync::Mutex<Option<McpSession>>);

impl McpPath {
    /// Calls a tool instead of a route.
    ///
    /// # Errors
    /// Those of [`connect`] and [`McpSession::call_tool`]; [`Error::ServerError`] when the tool fails;
    /// [`Error::UnexpectedAnswer`] when it returns no JSON.
    pub(crate) async fn call(
        &self,
        api: &Api,
        tool: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<Answer> {
        let session = self.session(api, options).await?;
        let timeout = options.timeout.unwrap_or(McpLimits::DEFAULT.idle);
        let call = ToolCall {
            capture: options.capture.clone(),
            sent: options.sent.clone(),
            ..ToolCall::new(tool.to_owned(), arguments, timeout)
        };
        read(
            session.call_tool(call, &options.stop()).await?,
            api.secret_names,
        )
    }

    async fn session(&self, api: &Api, options: &CallOptions) -> Result<McpSession> {
        let mut kept = self.0.lock().await;
        if let Some(session) = kept.as_ref().filter(|session| !session.is_closed()) {
            return Ok(session.clone());
        }
        let mut url = api.base.clone();
        url.set_path(&format!("{}/mcp", api.base.path().trim_end_matches('/')));
        let target = McpTarget {
            url,
            tokens: Arc::new(ExtraHeaders {
                tokens: Arc::clone(&api.tokens),
                headers: api.headers.clone(),
            }),
            plain_http: api.clients.plain_http.clone(),
            server_facts: None,
            client_features: ClientFeatures::default(),
            log: None,
            session: SessionLife::Connection,
        };
        let limits = McpLimits::DEFAULT;
        let session = connect(&api.clients.usual, target, limits, &options.stop()).await?;
        *kept = Some(session.clone());
        Ok(session)
    }
}

/// The credentials of the account, and its other headers.
struct ExtraHeaders {
    tokens: Arc<dyn TokenSource>,
    headers: Vec<(String, String)>,
}

#[async_trait]
impl TokenSource for ExtraHeaders {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let headers = self.tokens.headers().await?;
        let extra = self.headers.iter();
        let extra = extra.map(|(name, value)| (name.clone(), Secret::new(value)));
        Ok(headers.iter().cloned().chain(extra).collect())
    }

    fn header_names(&self) -> Vec<String> {
        let extra = self.headers.iter().map(|(name, _)| name.clone());
        self.tokens
            .header_names()
            .into_iter()
            .chain(extra)
            .collect()
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        self.tokens.on_unauthorized(sent, challenge).await
    }
}

/// Converts the result of a tool, structured or JSON in its first text, to the response of a route.
fn read(outcome: CallOutcome, secret_names: &'static SecretNames) -> Result<Answer> {
    let mut texts = outcome.result.content.iter().filter_map(|part| match part {
        Content::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    let text = texts.next().unwrap_or_default();
    if outcome.result.is_error {
        return Err(Error::ServerError {
            code: 0,
            message: patchbay_model::clean_text(text, 2000),
            data: None,
        });
    }
    let json = match outcome.result.structured {
        Some(structured) => structured.0,
        None => serde_json::from_str(text)
            .map_err(|_| Error::unexpected("the tool returned no JSON"))?,
    };
    let json = match json {
        // Servers wrap results other than objects.
        Value::Object(mut members) if members.len() == 1 && members.contains_key("result") => {
            members.remove("result").unwrap_or_default()
        }
        json => json,
    };
    Ok(Answer {
        status: outcome.status.unwrap_or(200),
        body: Bytes::from(json.to_string()),
        secret_names,
        ..Answer::default()
    })
}
