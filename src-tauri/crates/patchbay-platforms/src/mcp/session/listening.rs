//! Subscribes to the change notifications of servers of the newer era, which send them on request only.

use std::num::NonZeroUsize;
use std::sync::Arc;

use rmcp::model::{ServerNotification, SubscriptionFilter};
use rmcp::service::{Peer, RoleClient, ServiceError, SubscriptionEnd};

use super::{McpSession, ServerOffer};
use crate::mcp::client_handler::McpClientHandler;
use crate::mcp::wire::reconnect::Reconnects;

/// Capacity of the queue of notifications; if it overflows, everything is reported as changed.
pub(super) const BACKLOG: NonZeroUsize = match NonZeroUsize::new(16) {
    Some(backlog) => backlog,
    None => NonZeroUsize::MIN,
};

impl McpSession {
    /// Subscribes to changes of tools, resources and prompts of a server of the newer era, until the session ends or
    /// the server refuses; one of the older era notifies by itself. Does not keep the session open.
    ///
    /// Source: MCP 2026-07-28, `subscriptions/listen`.
    pub fn listen(&self) -> impl Future<Output = ()> + Send + use<> {
        let inner = &self.0;
        let filter = change_filter(inner.offers).filter(|_| !self.is_legacy());
        let (peer, client_handler, limits) = (
            inner.peer.clone(),
            inner.client_handler.clone(),
            inner.limits,
        );
        async move {
            let Some(filter) = filter else { return };
            let reconnects = Arc::<Reconnects>::default();
            let pause = || reconnects.pause(limits.reconnects, limits.reconnect_waits);
            while pause().await.is_ok() && !peer.is_transport_closed() {
                let _until_ended = reconnects.open_stream();
                if let Err(Refused) = listen_once(&peer, &client_handler, filter.clone()).await {
                    return;
                }
            }
        }
    }
}

/// The changes of which the server can notify; `None` if there are none.
fn change_filter(offers: ServerOffer) -> Option<SubscriptionFilter> {
    let mut filter = SubscriptionFilter::new();
    filter.tools_list_changed = offers.tool_changes.then_some(true);
    filter.resources_list_changed = offers.resource_changes.then_some(true);
    filter.prompts_list_changed = offers.prompt_changes.then_some(true);
    (filter != SubscriptionFilter::new()).then_some(filter)
}

/// The server refuses subscriptions, and would again.
struct Refused;

/// Subscribes once, until the subscription ends.
async fn listen_once(
    peer: &Peer<RoleClient>,
    client_handler: &McpClientHandler,
    filter: SubscriptionFilter,
) -> Result<(), Refused> {
    let mut subscription = match peer.listen_with_capacity(filter, BACKLOG).await {
        Ok(subscription) => subscription,
        Err(ServiceError::McpError(error)) => {
            tracing::debug!(%error, "a server refuses subscriptions");
            return Err(Refused);
        }
        Err(_) => return Ok(()),
    };
    while let Ok(Some(notice)) = subscription.next().await {
        match notice {
            ServerNotification::ToolListChangedNotification(_) => {
                client_handler.tool_changes.send_replace(())
            }
            _ => client_handler.offer_changes.send_replace(()),
        }
    }
    if let Some(SubscriptionEnd::Lagged { .. }) = subscription.end() {
        client_handler.tool_changes.send_replace(());
        client_handler.offer_changes.send_replace(());
    }
    Ok(())
}
