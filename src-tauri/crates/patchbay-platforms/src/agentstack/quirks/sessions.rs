//! Sessions with the MCP servers behind the relay.
//!
//! The relay forwards no `DELETE`, so sessions cannot be closed. They are reused rather than abandoned at the MCP server.
//! Nor does it forward the headers that the newer lifecycle requires.
//!
//! Source: Agent Stack contract, section 3, `mcp`.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_http::{Api, CallOptions};

use crate::Result;
use crate::agentstack::wire::{ConnectorRef, plain_id};
use crate::mcp::{self, ClientFeatures, McpLimits, McpSession, McpTarget, SessionLife};

/// Sessions by connector. A slot is locked while its session is created, so that concurrent callers share one.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Slot>>);

type Slot = Arc<tokio::sync::Mutex<Option<McpSession>>>;

impl Sessions {
    fn slot(&self, id: &str) -> Slot {
        let mut slots = self.0.lock();
        Arc::clone(slots.entry(plain_id(id)).or_default())
    }

    pub(crate) fn forget(&self, id: &str) {
        self.0.lock().remove(&plain_id(id));
    }

    /// Delivers pending cancellations to all MCP servers: the platform drops unsent messages when a connection closes.
    pub(crate) async fn flush(&self) {
        let slots: Vec<Slot> = self.0.lock().drain().map(|(_, slot)| slot).collect();
        let flushed = slots.iter().map(|slot| async move {
            if let Some(session) = slot.lock().await.take() {
                session.flush_cancellations().await;
            }
        });
        futures::future::join_all(flushed).await;
    }

    /// The session of a connector, created if there is none.
    ///
    /// # Errors
    /// Those of [`mcp::connect`]; [`Error::Usage`](crate::Error::Usage) when the id cannot be a path segment.
    pub(crate) async fn of(
        &self,
        api: &Api,
        connector: &ConnectorRef,
        options: &CallOptions,
    ) -> Result<McpSession> {
        let slot = self.slot(connector.id()?);
        let mut live = slot.lock().await;
        if let Some(session) = live.as_ref().filter(|session| !session.is_closed()) {
            return Ok(session.clone());
        }
        let target = McpTarget {
            url: connector.path()?.then("/mcp").under(&api.base),
            tokens: Arc::clone(&api.tokens),
            plain_http: api.clients.plain_http.clone(),
            server_facts: None,
            client_features: ClientFeatures::default(),
            log: None,
            session: SessionLife::Relayed,
        };
        let limits = McpLimits::default();
        // The usual client accepts compression, which the relay labels wrongly.
        let session = mcp::connect(&api.clients.raw, target, limits, &options.stop()).await?;
        *live = Some(session.clone());
        Ok(session)
    }
}
