//! Live connections to MCP servers, one for each connector, shared by all runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use patchbay_model::{Connector, ConnectorId};
use patchbay_platforms::mcp::{self, McpLimits, McpSession, McpTarget};
use tokio_util::sync::CancellationToken;

use crate::address::{endpoint_of, plain_http};
use crate::{Context, Error};

/// Live connections. A place is locked while its connection is made, so that callers who come
/// together share one.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<ConnectorId, Slot>>);

type Slot = Arc<tokio::sync::Mutex<Option<McpSession>>>;

impl Sessions {
    fn slot(&self, connector: &ConnectorId) -> Slot {
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

/// The connection of a connector, and whether it was there already.
///
/// # Errors
/// [`Error::Platform`] when none can be made; [`Error::SignInNeeded`], [`Error::SignInLapsed`],
/// [`Error::Vault`] from its credential.
pub(crate) async fn session(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<(McpSession, bool), Error> {
    let slot = cx.sessions().slot(&connector.id);
    let mut live = slot.lock().await;
    if let Some(session) = live.as_ref().filter(|session| !session.is_closed()) {
        return Ok((session.clone(), true));
    }
    let session = connect(cx, connector, cancel).await?;
    *live = Some(session.clone());
    Ok((session, false))
}

async fn connect(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    let url = endpoint_of(connector)?;
    let target = McpTarget {
        plain_http: plain_http(connector.allows_plain_http, &url),
        url,
        tokens: cx.tokens().source(connector),
        server_facts: connector.server.clone(),
    };
    Ok(mcp::connect(
        cx.http_to(&target.url),
        target,
        McpLimits::default(),
        cancel,
    )
    .await?)
}
