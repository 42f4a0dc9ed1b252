//! Restores what a server of the older era forgets with its session, as when it is restarted.

use std::sync::Arc;

use patchbay_model::Transport;
use rmcp::model::{ClientRequest, GetExtensions as _, PingRequest};
use rmcp::service::{Peer as RmcpPeer, RoleClient};
use tokio::sync::watch;

use super::pending::CANCEL_NOTICE_TIMEOUT;
use super::{McpSession, Peer};
use crate::mcp::exchange::Exchange;
use crate::mcp::wire::reconnect::Reconnects;

impl McpSession {
    /// Changes whenever the server may have forgotten the session; its value counts the sessions that began. `None` if
    /// the session is one with its connection.
    pub(super) fn sessions_begun(&self) -> Option<watch::Receiver<u64>> {
        match &self.0.remote {
            Peer::Host(wire, Transport::StreamableHttp) if self.is_legacy() => {
                Some(wire.sessions_begun())
            }
            _ => None,
        }
    }

    /// Begins another session whenever the server has forgotten this one, and reports everything as changed then. Ends
    /// with the connection, which it does not keep open.
    pub(super) fn renew_forgotten(&self) -> impl Future<Output = ()> + Send + use<> {
        let begun = self.sessions_begun().map(|begun| {
            let known = *begun.borrow();
            (begun, known)
        });
        let (peer, limits, log_level) =
            (self.0.peer.clone(), self.0.limits, self.log_level_request());
        let tool_changes = self.0.client_handler.tool_changes.clone();
        let offer_changes = self.0.client_handler.offer_changes.clone();
        async move {
            let Some((mut begun, mut known)) = begun else {
                return;
            };
            let reconnects = Arc::<Reconnects>::default();
            let pause = || reconnects.pause(limits.reconnects, limits.reconnect_waits);
            while pause().await.is_ok() {
                let _until_forgotten = reconnects.open_stream();
                if begun.changed().await.is_err() {
                    return;
                }
                if *begun.borrow_and_update() == known {
                    // Whatever is sent, rmcp begins a session if the server does not know the one it names.
                    send_quietly(&peer, PingRequest::default().into()).await;
                }
                let now = *begun.borrow_and_update();
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
