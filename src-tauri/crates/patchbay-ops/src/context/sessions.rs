//! Open connections to MCP servers, one per connector, shared by all runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use patchbay_model::ConnectorId;
use patchbay_platforms::mcp::McpSession;

/// Open connections. A slot is locked while connecting, so that concurrent callers share one connection.
#[derive(Default)]
pub(crate) struct Sessions {
    slots: Mutex<HashMap<ConnectorId, Slot>>,
    handovers: Mutex<HashMap<ConnectorId, Handover>>,
}

pub(crate) type Slot = Arc<tokio::sync::Mutex<Option<McpSession>>>;

/// Hands a session over to other processes.
pub(crate) type Handover = Box<dyn FnOnce(McpSession) -> BoxFuture<'static, ()> + Send>;

impl Sessions {
    pub(crate) fn slot(&self, connector: &ConnectorId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(connector.clone()).or_default())
    }

    /// Sets the connection of a connector to be handed over instead of closed when this process ends.
    pub(crate) fn hand_over_at_end(&self, connector: &ConnectorId, handover: Handover) {
        self.handovers().insert(connector.clone(), handover);
    }

    fn handovers(&self) -> MutexGuard<'_, HashMap<ConnectorId, Handover>> {
        self.handovers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes a connection that must not be used any more. Running calls on it fail.
    pub(crate) async fn close(&self, connector: &ConnectorId) {
        if let Some(session) = self.take(connector).await {
            session.close().await;
        }
    }

    /// Makes the next caller connect again. Running calls finish on the old connection.
    pub(crate) async fn drain(&self, connector: &ConnectorId) {
        if let Some(session) = self.take(connector).await {
            session.drain().await;
        }
    }

    async fn take(&self, connector: &ConnectorId) -> Option<McpSession> {
        self.handovers().remove(connector);
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.remove(connector)
        };
        slot?.lock().await.take()
    }

    /// Closes all connections or hands them over.
    pub(crate) async fn close_all(&self) {
        let connectors: Vec<_> = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.keys().cloned().collect()
        };
        let closing = connectors.iter().map(async |connector| {
            let handover = self.handovers().remove(connector);
            match (self.take(connector).await, handover) {
                (Some(session), Some(handover)) => handover(session).await,
                (Some(session), None) => session.close().await,
                (None, _) => {}
            }
        });
        futures::future::join_all(closing).await;
    }
}
