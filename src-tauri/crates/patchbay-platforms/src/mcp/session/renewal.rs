//! Restores what a server of the older era forgets with its session, as when it is restarted.

use std::sync::Arc;

use patchbay_model::Transport;
use rmcp::model::{ClientRequest, GetExtensions as _, PingRequest};
use rmcp::service::{Peer as RmcpPeer, RoleClient};
use tokio::sync::watch;

use super::pending::CANCEL_NOTICE_TIMEOUT;
use super::{McpSession, Peer};
use crate::mcp::McpLimits;
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::reconnect::Reconnects;

/// Notices when a server may have forgotten the session.
pub(super) struct LossWatch {
    /// Number of sessions that began.
    begun: watch::Receiver<u64>,
    reconnects: Arc<Reconnects>,
    limits: McpLimits,
}

impl LossWatch {
    /// Waits until the server may have forgotten the session; `false` once the connection has ended, and after too many
    /// losses in a row.
    pub(super) async fn is_lost(&mut self) -> bool {
        let McpLimits {
            reconnects,
            reconnect_waits,
            ..
        } = self.limits;
        let paused = self.reconnects.pause(reconnects, reconnect_waits);
        if paused.await.is_err() {
            return false;
        }
        let _until_lost = self.reconnects.open_stream();
        self.begun.changed().await.is_ok()
    }

    /// Returns the number of sessions that began, which are no losses then.
    pub(super) fn take_begun(&mut self) -> u64 {
        *self.begun.borrow_and_update()
    }
}

impl McpSession {
    /// `None` if the session is one with its connection.
    pub(super) fn watch_losses(&self) -> Option<LossWatch> {
        match &self.0.remote {
            Peer::Host(wire, Transport::StreamableHttp) if self.is_legacy() => Some(LossWatch {
                begun: wire.sessions_begun(),
                reconnects: Arc::default(),
                limits: self.0.limits,
            }),
            _ => None,
        }
    }

    /// Begins another session whenever the server has forgotten this one, and reports everything as changed then. Ends
    /// with the connection, which it does not keep open.
    pub(super) fn renew_forgotten(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut losses = self.watch_losses();
        let mut known = losses.as_mut().map(LossWatch::take_begun);
        let (peer, log_level) = (self.0.peer.clone(), self.log_level_request());
        let tool_changes = self.0.client_handler.tool_changes.clone();
        let offer_changes = self.0.client_handler.offer_changes.clone();
        async move {
            let Some(mut losses) = losses else { return };
            while losses.is_lost().await {
                if known == Some(losses.take_begun()) {
                    // Whatever is sent, rmcp begins a session if the server does not know the one it names.
                    send_quietly(&peer, PingRequest::default().into()).await;
                }
                let now = Some(losses.take_begun());
                if now == known {
                    continue;
                }
                known = now;
                if let Some(request) = log_level.clone() {
                    send_quietly(&peer, request).await;
                }
                tool_changes.send_replace(());
                offer_changes.send_replace(());
            }
        }
    }
}

/// Sends a request of which neither success nor failure matters.
pub(super) async fn send_quietly(peer: &RmcpPeer<RoleClient>, mut request: ClientRequest) {
    // Without an exchange a failure would count as one of the negotiation.
    request.extensions_mut().insert(Exchange::default());
    let sent = peer.send_request(request);
    drop(tokio::time::timeout(CANCEL_NOTICE_TIMEOUT, sent).await);
}
