//! Live connections to MCP servers, one for each connector, shared by all runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_model::ConnectorId;
use patchbay_platforms::mcp::McpSession;

/// Live connections. A place is locked while its connection is made, so that callers who come
/// together share one.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<ConnectorId, Slot>>);

pub(crate) type Slot = Arc<tokio::sync::Mutex<Option<McpSession>>>;

impl Sessions {
    pub(crate) fn slot(&self, connector: &ConnectorId) -> Slot {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(connector.clone()).or_default())
    }

    /// Ends a connection, for its address changed or nobody may use it any more. Calls that are under way
    /// on it end with it.
    pub(crate) async fn close(&self, connector: &ConnectorId) {
        if let Some(session) = self.take(connector).await {
            session.close().await;
        }
    }

    /// Has whoever comes next connect anew. Calls that are under way come to their own end.
    pub(crate) async fn drain(&self, connector: &ConnectorId) {
        if let Some(session) = self.take(connector).await {
            session.drain().await;
        }
    }

    async fn take(&self, connector: &ConnectorId) -> Option<McpSession> {
        let slot = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            places.remove(connector)
        };
        slot?.lock().await.take()
    }

    /// Lets go of all connections.
    pub(crate) async fn close_all(&self) {
        let connectors: Vec<_> = {
            let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            places.keys().cloned().collect()
        };
        futures::future::join_all(connectors.iter().map(|connector| self.close(connector))).await;
    }
}
