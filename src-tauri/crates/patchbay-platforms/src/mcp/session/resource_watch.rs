//! Watches single resources for changes, by the subscriptions of both eras.

use std::sync::{Arc, Weak};
use std::time::Duration;

use rmcp::model::{
    ClientRequest, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use rmcp::service::{Peer, RoleClient, ServiceError};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::listening::BACKLOG;
use super::pending::{Timeouts, UsageGuard};
use super::renewal::{LossWatch, send_quietly};
use super::{Inner, McpSession};
use crate::Error;
use crate::mcp::McpLimits;
use crate::mcp::wire::reconnect::Reconnects;

/// How often the session is checked for its end.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// A subscription to a resource, until this is dropped. Does not keep the session open.
pub struct ResourceWatch {
    changes: watch::Receiver<()>,
    session: Weak<Inner>,
    ended: DropGuard,
    task: JoinHandle<()>,
}

impl ResourceWatch {
    /// Waits until the resource has to be read: once the subscription begins, and after each change.
    ///
    /// # Errors
    /// Once the subscription has ended: the error of a lost session; [`Error::Cancelled`] if the session was closed;
    /// [`Error::NotSupported`] if the server refuses it.
    pub async fn changed(&mut self) -> Result<(), Error> {
        if self.changes.changed().await.is_ok() {
            return Ok(());
        }
        Err(match self.session.upgrade().map(McpSession) {
            None => Error::Cancelled,
            // One of the older era has accepted the subscription.
            Some(session) if session.is_closed() || session.is_legacy() => session.lost(),
            Some(_) => watching_not_offered(),
        })
    }

    /// Unsubscribes, and waits until the server was told.
    pub async fn end(self) {
        drop(self.ended);
        drop(self.task.await);
    }
}

impl McpSession {
    /// Subscribes to changes of a resource.
    ///
    /// # Errors
    /// [`Error::NotSupported`] if the server does not declare subscriptions; those of every request, as in
    /// [`McpSession::list_tools`].
    ///
    /// Source: MCP 2025-11-25, `resources/subscribe`; MCP 2026-07-28, `subscriptions/listen`.
    pub async fn watch_resource(
        &self,
        uri: &str,
        cancel: &CancellationToken,
    ) -> Result<ResourceWatch, Error> {
        if !self.0.offers.resource_updates {
            return Err(watching_not_offered());
        }
        let (to, changes) = watch::channel(());
        let ended = CancellationToken::new();
        let until = ended.clone();
        let (peer, limits) = (self.0.peer.clone(), self.0.limits);
        let in_use = UsageGuard::begin(&self.0);
        let uri = uri.to_owned();
        let task = if self.is_legacy() {
            let updates = self.0.client_handler.resource_updates.subscribe();
            self.subscribe(&uri, cancel).await?;
            let losses = self.watch_losses();
            let session = Arc::downgrade(&self.0);
            tokio::spawn(async move {
                let _in_use = in_use;
                to.send_replace(());
                tokio::select! {
                    () = until.cancelled() => {}
                    () = forward(updates, &uri, &to) => {}
                    () = subscribe_again(losses, &session, &uri, &to) => {}
                    () = wait_until_closed(&peer) => {}
                }
                unsubscribe(session, uri).await;
            })
        } else {
            tokio::spawn(async move {
                let _in_use = in_use;
                tokio::select! {
                    () = until.cancelled() => {}
                    () = listen_until_lost(&peer, limits, uri, &to) => {}
                }
            })
        };
        Ok(ResourceWatch {
            changes,
            session: Arc::downgrade(&self.0),
            ended: ended.drop_guard(),
            task,
        })
    }

    /// Subscribes to a resource, even if there is a subscription already: the server may have dropped it.
    async fn subscribe(&self, uri: &str, cancel: &CancellationToken) -> Result<(), Error> {
        let mut subscriptions = self.0.subscriptions.lock().await;
        let request = subscribe_request(uri);
        let timeouts = Timeouts::from_limits(&self.0.limits);
        self.request(request, timeouts, cancel).await?;
        *subscriptions.entry(uri.to_owned()).or_default() += 1;
        Ok(())
    }
}

fn watching_not_offered() -> Error {
    Error::NotSupported("watching this resource".to_owned())
}

/// Removes one watch of a resource; the server is told after the last one.
async fn unsubscribe(session: Weak<Inner>, uri: String) {
    let Some(session) = session.upgrade() else {
        return;
    };
    let mut subscriptions = session.subscriptions.lock().await;
    if let Some(count) = subscriptions.get_mut(&uri) {
        *count -= 1;
        if *count > 0 {
            return;
        }
    }
    subscriptions.remove(&uri);
    // If it fails, further notifications of the server are ignored.
    send_quietly(&session.peer, unsubscribe_request(uri)).await;
}

#[expect(deprecated, reason = "servers of the older era are asked so")]
fn subscribe_request(uri: &str) -> ClientRequest {
    rmcp::model::SubscribeRequest::new(SubscribeRequestParams::new(uri)).into()
}

#[expect(deprecated, reason = "servers of the older era are asked so")]
fn unsubscribe_request(uri: String) -> ClientRequest {
    rmcp::model::UnsubscribeRequest::new(UnsubscribeRequestParams::new(uri)).into()
}

/// Forwards the updates of one resource.
async fn forward(mut updates: broadcast::Receiver<Arc<str>>, uri: &str, to: &watch::Sender<()>) {
    loop {
        match updates.recv().await {
            Ok(updated) if !is_within(&updated, uri) => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                to.send_replace(());
            }
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Whether an updated resource is the subscribed one or a part of it, since servers may name the part.
///
/// Source: MCP 2025-11-25, schema, `ResourceUpdatedNotification`.
fn is_within(updated: &str, uri: &str) -> bool {
    updated.strip_prefix(uri).is_some_and(|rest| {
        rest.is_empty() || uri.ends_with('/') || rest.starts_with(['/', '#', '?'])
    })
}

/// Subscribes again whenever a server of the older era may have forgotten the session, until that fails.
async fn subscribe_again(
    losses: Option<LossWatch>,
    session: &Weak<Inner>,
    uri: &str,
    to: &watch::Sender<()>,
) {
    let Some(mut losses) = losses else {
        return std::future::pending().await;
    };
    while losses.is_lost().await {
        let Some(session) = session.upgrade().map(McpSession) else {
            return;
        };
        let timeouts = Timeouts::from_limits(&session.0.limits);
        let never = CancellationToken::new();
        let subscribed = session.request(subscribe_request(uri), timeouts, &never);
        if subscribed.await.is_err() {
            return;
        }
        losses.take_begun();
        to.send_replace(());
    }
}

async fn wait_until_closed(peer: &Peer<RoleClient>) {
    while !peer.is_transport_closed() {
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Subscribes to a resource, again whenever the subscription ends, until the server refuses.
async fn listen_until_lost(
    peer: &Peer<RoleClient>,
    limits: McpLimits,
    uri: String,
    to: &watch::Sender<()>,
) {
    let filter = SubscriptionFilter::builder()
        .resource_subscription(uri)
        .build();
    let reconnects = Arc::<Reconnects>::default();
    let pause = || reconnects.pause(limits.reconnects, limits.reconnect_waits);
    while pause().await.is_ok() && !peer.is_transport_closed() {
        let _until_ended = reconnects.open_stream();
        let mut subscription = match peer.listen_with_capacity(filter.clone(), BACKLOG).await {
            Ok(subscription) if *subscription.acknowledged() == filter => subscription,
            Ok(_) | Err(ServiceError::McpError(_)) => return,
            Err(_) => continue,
        };
        // Changes before the subscription were not notified.
        to.send_replace(());
        while let Ok(Some(_)) = subscription.next().await {
            to.send_replace(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_part_of_a_resource_is_within_it_and_a_longer_name_is_not() {
        for part in ["a://b", "a://b/c", "a://b#c", "a://b?c"] {
            assert!(is_within(part, "a://b"), "{part}");
        }
        assert!(is_within("a://b/c", "a://b/"));
        for other in ["a://bc", "a://", "b://b"] {
            assert!(!is_within(other, "a://b"), "{other}");
        }
    }
}
