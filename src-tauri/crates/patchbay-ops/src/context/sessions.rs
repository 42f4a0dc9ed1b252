//! Open connections to MCP servers, one per connector, shared by all runs.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use parking_lot::Mutex;
use patchbay_model::ConnectorId;
use patchbay_platforms::mcp::McpSession;

/// Open connections. A slot is locked while connecting, so that concurrent callers share one connection.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<ConnectorId, Connection>>);

#[derive(Default)]
struct Connection {
    slot: Slot,
    handover: Option<Handover>,
}

pub(crate) type Slot = Arc<tokio::sync::Mutex<Option<McpSession>>>;

/// Hands a session over to other processes.
pub(crate) type Handover = Box<dyn FnOnce(McpSession) -> BoxFuture<'static, ()> + Send>;

impl Sessions {
    pub(crate) fn slot(&self, connector: &ConnectorId) -> Slot {
        let mut connections = self.0.lock();
        Arc::clone(&connections.entry(connector.clone()).or_default().slot)
    }

    /// Sets the connection of a connector to be handed over instead of closed when this process ends.
    pub(crate) fn hand_over_at_end(&self, connector: &ConnectorId, handover: Handover) {
        let mut connections = self.0.lock();
        connections.entry(connector.clone()).or_default().handover = Some(handover);
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
        let connection = self.0.lock().remove(connector);
        connection?.slot.lock().await.take()
    }

    /// Closes all connections or hands them over.
    pub(crate) async fn close_all(&self) {
        let connections = std::mem::take(&mut *self.0.lock());
        let closing = connections.into_values().map(async |connection| {
            let session = connection.slot.lock().await.take();
            match (session, connection.handover) {
                (Some(session), Some(handover)) => handover(session).await,
                (Some(session), None) => session.close().await,
                (None, _) => {}
            }
        });
        futures::future::join_all(closing).await;
    }
}
