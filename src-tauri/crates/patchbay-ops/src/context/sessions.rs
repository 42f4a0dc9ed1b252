//! Live connections to MCP servers, one for each connector, shared by all runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use patchbay_model::ConnectorId;
use patchbay_platforms::mcp::McpSession;

/// Live connections. A place is locked while its connection is made, so that callers who come
/// together share one.
#[derive(Default)]
pub(crate) struct Sessions {
    slots: Mutex<HashMap<ConnectorId, Slot>>,
    handovers: Mutex<HashMap<ConnectorId, Handover>>,
}

pub(crate) type Slot = Arc<tokio::sync::Mutex<Option<McpSession>>>;

/// Leaves a session to other processes.
pub(crate) type Handover = Box<dyn FnOnce(McpSession) -> BoxFuture<'static, ()> + Send>;

impl Sessions {
    pub(crate) fn slot(&self, connector: &ConnectorId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(connector.clone()).or_default())
    }

    /// Has the connection of a connector handed over when this process ends, rather than ended.
    pub(crate) fn hand_over_at_end(&self, connector: &ConnectorId, handover: Handover) {
        self.handovers().insert(connector.clone(), handover);
    }

    fn handovers(&self) -> MutexGuard<'_, HashMap<ConnectorId, Handover>> {
        self.handovers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a connection, for its address changed or nobody may use it any more. Calls that are under way
    /// on it end with it.
    pub(crate) async fn close(&self, connector: &ConnectorId) {
        if let Some(session) = self.take(connector).await {
            session.close().await;
        }
    }

    /// Makes the next caller connect anew. Running calls finish on the old connection.
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

    /// Lets go of all connections.
    pub(crate) async fn close_all(&self) {
        let connectors: Vec<_> = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.keys().cloned().collect()
        };
        let farewells = connectors.iter().map(async |connector| {
            let handover = self.handovers().remove(connector);
            match (self.take(connector).await, handover) {
                (Some(session), Some(handover)) => handover(session).await,
                (Some(session), None) => session.close().await,
                (None, _) => {}
            }
        });
        futures::future::join_all(farewells).await;
    }
}
