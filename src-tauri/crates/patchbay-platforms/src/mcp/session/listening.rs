//! Subscribes to the change notifications of servers of the newer era, which send them on request only.

use std::num::NonZeroUsize;
use std::sync::Arc;

use rmcp::model::{ServerNotification, SubscriptionFilter};
use rmcp::service::ServiceError;

use super::{McpSession, ServerOffer};
use crate::mcp::wire::reconnect::Reconnects;

/// Capacity of the queue of notifications; if it overflows, everything is reported as changed.
pub(super) const BACKLOG: NonZeroUsize = match NonZeroUsize::new(16) {
    Some(backlog) => backlog,
    None => NonZeroUsize::MIN,
};

impl McpSession {
    /// Subscribes to changes of tools, resources and prompts of a server of the newer era, until the session ends or
    /// the server refuses; one of the older era notifies by itself, until it forgets the session. Does not keep the
    /// session open.
    ///
    /// Source: MCP 2026-07-28, `subscriptions/listen`.
    pub fn listen(&self) -> impl Future<Output = ()> + Send + use<> {
        let inner = &self.0;
        let renewal = self.renew_forgotten();
        let filter = change_filter(inner.offers).filter(|_| !self.is_legacy());
        let (peer, limits) = (inner.peer.clone(), inner.limits);
        let tool_changes = inner.client_handler.tool_changes.clone();
        let offer_changes = inner.client_handler.offer_changes.clone();
        async move {
            let Some(filter) = filter else {
                return renewal.await;
            };
            let reconnects = Arc::<Reconnects>::default();
            let pause = || reconnects.pause(limits.reconnects, limits.reconnect_waits);
            while pause().await.is_ok() && !peer.is_transport_closed() {
                let _until_ended = reconnects.open_stream();
                let listening = peer.listen_with_capacity(filter.clone(), BACKLOG);
                let mut subscription = match listening.await {
                    Ok(subscription) => subscription,
                    Err(ServiceError::McpError(error)) => {
                        tracing::debug!(%error, "a server refuses subscriptions");
                        return;
                    }
                    Err(_) => continue,
                };
                // Changes before the subscription were not notified, nor are those of an overflow before the next one.
                tool_changes.send_replace(());
                offer_changes.send_replace(());
                while let Ok(Some(notice)) = subscription.next().await {
                    match notice {
                        ServerNotification::ToolListChangedNotification(_) => {
                            tool_changes.send_replace(())
                        }
                        _ => offer_changes.send_replace(()),
                    }
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
