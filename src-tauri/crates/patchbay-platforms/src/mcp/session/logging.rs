//! Sets the log level of a server.

use patchbay_model::LogLevel;
use rmcp::model::{ClientRequest, GetExtensions as _, RequestMetaObject};
use rmcp::service::PeerRequestOptions;

use super::McpSession;
use crate::mcp::exchange::Exchange;

impl McpSession {
    /// Sets the log level of a server of the older era that declares logging. The response is not awaited: the session
    /// works either way.
    ///
    /// Source: MCP 2025-11-25, `logging/setLevel`.
    pub(in crate::mcp) async fn request_log_level(&self) {
        let Some(mut request) = self.log_level_request() else {
            return;
        };
        // Without an exchange a failure would count as one of the negotiation.
        request.extensions_mut().insert(Exchange::default());
        let options = PeerRequestOptions::no_options();
        let sent = self.0.peer.send_cancellable_request(request, options);
        if let Err(error) = sent.await {
            tracing::debug!(%error, "the log level was not set");
        }
    }

    /// The request that sets the log level; `None` if the server does not take it.
    pub(super) fn log_level_request(&self) -> Option<ClientRequest> {
        let is_taken = self.0.offers.log && self.is_legacy();
        is_taken.then(|| set_level(self.0.client_handler.log_level))
    }

    /// Options of each request. In the newer era a server logs nothing for a request without a level.
    ///
    /// Source: MCP 2026-07-28, "Logging", `io.modelcontextprotocol/logLevel`.
    pub(super) fn request_options(&self) -> PeerRequestOptions {
        let options = PeerRequestOptions::no_options();
        if !self.0.offers.log || self.is_legacy() {
            return options;
        }
        let mut meta = RequestMetaObject::new();
        meta.set_log_level(wire_level(self.0.client_handler.log_level));
        options.with_meta(meta)
    }
}

#[expect(deprecated, reason = "servers of the older era are told so")]
fn set_level(level: LogLevel) -> ClientRequest {
    use rmcp::model::{SetLevelRequest, SetLevelRequestParams};

    SetLevelRequest::new(SetLevelRequestParams::new(wire_level(level))).into()
}

#[expect(deprecated, reason = "servers still write logs through it")]
fn wire_level(level: LogLevel) -> rmcp::model::LoggingLevel {
    use rmcp::model::LoggingLevel;

    match level {
        LogLevel::Debug => LoggingLevel::Debug,
        LogLevel::Info => LoggingLevel::Info,
        LogLevel::Notice => LoggingLevel::Notice,
        LogLevel::Warning => LoggingLevel::Warning,
        LogLevel::Error => LoggingLevel::Error,
        LogLevel::Critical => LoggingLevel::Critical,
        LogLevel::Alert => LoggingLevel::Alert,
        LogLevel::Emergency => LoggingLevel::Emergency,
    }
}
