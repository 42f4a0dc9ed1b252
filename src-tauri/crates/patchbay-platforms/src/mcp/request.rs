//! Requests in flight, and how they fail.

use std::sync::Arc;

use parking_lot::Mutex;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetExtensions as _, RequestId};

use super::exchange::Exchange;
use super::wire::reconnect::Reconnects;
use crate::Error;

/// A request in flight, with what is needed to read its response. Clones share the exchange.
#[derive(Clone)]
pub(super) struct TrackedRequest {
    pub(super) id: RequestId,
    pub(super) exchange: Exchange,
    /// Whether the caller waits for the exchange; it doesn't during the negotiation.
    pub(super) is_followed: bool,
    pub(super) kind: RequestKind,
    pub(super) reconnects: Arc<Reconnects>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestKind {
    Discover,
    Initialize,
    /// A subscription, which its response ends.
    Listen,
    /// One page of a list, by the member that contains its items.
    List(&'static str),
    Other,
}

impl TrackedRequest {
    /// `None` if the message is no request.
    pub(super) fn of(message: &ClientJsonRpcMessage) -> Option<Self> {
        let ClientJsonRpcMessage::Request(request) = message else {
            return None;
        };
        let exchange = request.request.extensions().get::<Exchange>().cloned();
        Some(Self {
            id: request.id.clone(),
            is_followed: exchange.is_some(),
            exchange: exchange.unwrap_or_default(),
            kind: RequestKind::of(&request.request),
            reconnects: Arc::default(),
        })
    }
}

impl RequestKind {
    fn of(request: &ClientRequest) -> Self {
        match request {
            ClientRequest::DiscoverRequest(_) => Self::Discover,
            ClientRequest::InitializeRequest(_) => Self::Initialize,
            ClientRequest::SubscriptionsListenRequest(_) => Self::Listen,
            ClientRequest::ListToolsRequest(_) => Self::List("tools"),
            ClientRequest::ListResourcesRequest(_) => Self::List("resources"),
            ClientRequest::ListResourceTemplatesRequest(_) => Self::List("resourceTemplates"),
            ClientRequest::ListPromptsRequest(_) => Self::List("prompts"),
            _ => Self::Other,
        }
    }

    pub(super) fn begins_negotiation(self) -> bool {
        matches!(self, Self::Discover | Self::Initialize)
    }

    /// Whether rmcp itself needs the result.
    pub(super) fn is_read_by_rmcp(self) -> bool {
        matches!(self, Self::Discover | Self::Initialize | Self::Listen)
    }
}

/// The last error of a request without an [`Exchange`], which is how negotiations fail. Clones share it.
#[derive(Clone, Default)]
pub(super) struct NegotiationFailure(Arc<Mutex<Option<Error>>>);

impl NegotiationFailure {
    /// Fails a request, or the negotiation if no exchange follows it.
    pub(super) fn record(&self, error: Error, tracked: Option<&TrackedRequest>) {
        match tracked {
            Some(tracked) if tracked.is_followed => tracked.exchange.fail(error),
            _ => *self.0.lock() = Some(error),
        }
    }

    pub(super) fn record_if_none(&self, error: impl FnOnce() -> Error) {
        self.0.lock().get_or_insert_with(error);
    }

    pub(super) fn take(&self) -> Option<Error> {
        self.0.lock().take()
    }
}
