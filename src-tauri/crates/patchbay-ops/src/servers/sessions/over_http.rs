//! Streamable HTTP sessions that outlive a command.
//!
//! A process that exits leaves a record of the session in a file. The next process removes the record, so that no two
//! processes use a session at once, and resumes it. A server that has forgotten the session refuses the id, and the
//! session is initialized again. No process has to run in between, except for servers that ping their client: the host
//! process answers those. Newer protocol versions have no sessions.

mod records;

use std::time::Duration;

use futures::FutureExt as _;
use patchbay_model::{Authentication, Connector, ConnectorId, Timestamp};
use patchbay_platforms::mcp::{
    self, IdleSession, McpSession, McpTarget, ResumableSession, SessionLife,
};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use self::records::{Record, Records};
use super::host;
use crate::address::{endpoint_of, plain_http};
use crate::context::session_host::SessionHost;
use crate::context::sessions::Handover;
use crate::context::{Context, WeakContext};
use crate::error::Error;
use crate::servers::IDLE_TIMEOUT;

const END_TIMEOUT: Duration = Duration::from_secs(2);

/// The right of this process to use the session of a connector. Dropped before there is a connection, it leaves the
/// session again.
pub(crate) struct Lease {
    cx: WeakContext,
    /// Hash of the connector's settings, see [`binding`].
    binding: String,
    /// The session to resume.
    resumed: Option<Record>,
    leased_at: Timestamp,
}

impl Lease {
    pub(crate) fn life(&self) -> SessionLife {
        let resumed = self.resumed.as_ref();
        SessionLife::Resumable(resumed.map(|record| record.session.clone()))
    }

    /// Returns what leaves the session of the connection to the next command when this process ends.
    pub(crate) fn handover(mut self, cx: &Context, id: &ConnectorId) -> Handover {
        let (weak, connector) = (cx.downgrade(), id.clone());
        let binding = std::mem::take(&mut self.binding);
        let resumed = self.resumed.take();
        let resumed = resumed.map(|record| (record.session.id, record.since));
        let leased_at = self.leased_at;
        let since = resumed.as_ref().map_or(leased_at, |(_, since)| *since);
        // The server may have forgotten that session and created another.
        let since_of = move |session: &ResumableSession| match &resumed {
            Some((id, since)) if id.expose() == session.id.expose() => *since,
            _ => leased_at,
        };
        let leave = Box::new(move |live: McpSession| {
            let leaving = async move {
                match weak.upgrade() {
                    Some(cx) => leave(&cx, &connector, binding, since_of, live).await,
                    None => live.close().await,
                }
            };
            leaving.boxed()
        });
        Handover { since, leave }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(record), Some(cx)) = (self.resumed.take(), self.cx.upgrade()) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let tasks = cx.tasks().clone();
        let leaving = async move {
            if let Ok(Some(connector)) = cx.store().find_connector(&record.connector).await {
                leave_record(&cx, &connector, record).await;
            }
        };
        tasks.spawn_on(leaving, &runtime);
    }
}

/// Takes over the session that another process left; `None` if sessions end with this process.
pub(crate) async fn lease(cx: &Context, connector: &Connector) -> Option<Lease> {
    cx.session_host()?;
    let server = connector.server.as_ref();
    if server.is_some_and(|server| server.protocol_version.as_str() > mcp::HANDSHAKE) {
        return None;
    }
    let binding = binding(connector);
    let now = cx.now();
    let (found, expired) = records(cx).take_over(&connector.id, now).await;
    for record in expired {
        let ending = cx.clone();
        // In the background, as the caller waits for this connector only.
        cx.tasks()
            .spawn(async move { end_record(&ending, record).await });
    }
    let lease = Lease {
        cx: cx.downgrade(),
        resumed: found.filter(|record| record.binding == binding),
        binding,
        leased_at: now,
    };
    let resumed = lease.resumed.as_ref();
    if resumed.is_some_and(|record| record.session.is_checked) {
        let released = host::release(cx.paths(), &connector.id).await;
        if let Err(error) = released {
            tracing::debug!(%error, "a session was not taken back");
        }
    }
    Some(lease)
}

/// Leaves a session to the next command, or ends it if it may not be resumed. `since` tells when a session was created.
async fn leave(
    cx: &Context,
    id: &ConnectorId,
    bound: String,
    since: impl FnOnce(&ResumableSession) -> Timestamp,
    live: McpSession,
) {
    let idle = live.idle_for().unwrap_or_default();
    if idle >= IDLE_TIMEOUT {
        return live.close().await;
    }
    let connector = match cx.store().find_connector(id).await {
        Ok(Some(connector)) if binding(&connector) == bound => connector,
        // The connector is gone or its settings changed.
        _ => return live.close().await,
    };
    let Some(mut session) = live.detach().await else {
        return;
    };
    if let Authentication::Oauth { .. } = connector.authentication {
        // OAuth tokens are renewed, which must not end the session; a new sign-in ends it anyway.
        session.credentials = None;
    }
    let since = since(&session);
    let record = Record::new(&connector, bound, session, since, cx.now() - idle);
    leave_record(cx, &connector, record).await;
}

/// Leaves a session to the next command, unless that has an older one.
async fn leave_record(cx: &Context, connector: &Connector, record: Record) {
    let session = record.session.clone();
    if let Some(surplus) = records(cx).leave(record).await {
        let is_surplus = surplus.session.id.expose() == session.id.expose();
        end(cx, connector, surplus).await;
        if is_surplus {
            return;
        }
    }
    if session.is_checked {
        keep_alive(cx, connector, session).await;
    }
}

/// Lets the host process answer the pings of a server, unless that needs a client certificate, which must not leave the
/// vault.
async fn keep_alive(cx: &Context, connector: &Connector, session: ResumableSession) {
    let Ok(url) = endpoint_of(connector) else {
        return;
    };
    if connector.network.client_certificate.is_some() {
        return;
    }
    let headers = match cx.tokens().source(connector).headers().await {
        Ok(headers) => headers.to_vec(),
        Err(error) => {
            tracing::debug!(connector = %connector.id, %error, "a session is not kept alive");
            return;
        }
    };
    let id = session.id.clone();
    let idle = IdleSession {
        connector: connector.id.as_str().to_owned(),
        url,
        network: connector.network.clone(),
        allows_plain_http: connector.allows_plain_http,
        headers,
        id: session.id,
        handshake: session.handshake,
    };
    let Some(host @ SessionHost::Program(_)) = cx.session_host() else {
        return;
    };
    if let Err(error) = host::keep_alive(cx, host, idle).await {
        tracing::warn!(%error, "a session is not kept alive");
        return;
    }
    // A command that took it over before the host had it could not release it, and the host would end it.
    let left = records(cx).list(cx.now()).await;
    let is_left = left
        .iter()
        .any(|it| it.connector == connector.id && it.session.id.expose() == id.expose());
    if !is_left && let Err(error) = host::release(cx.paths(), &connector.id).await {
        tracing::debug!(%error, "a session was not taken back");
    }
}

/// Lists the records of sessions, oldest first.
pub(super) async fn list(cx: &Context) -> Vec<Record> {
    records(cx).list(cx.now()).await
}

/// Whether a command has left a session of that connector.
pub(crate) async fn is_left(cx: &Context, id: &ConnectorId) -> bool {
    let left = list(cx).await;
    left.iter().any(|record| record.connector == *id)
}

/// Ends the sessions of a connector that is about to be changed or removed, with its former settings.
pub(crate) async fn end_for_connector(cx: &Context, connector: &Connector) {
    let records = records(cx).take(Some(&connector.id)).await;
    let ending = records.into_iter().map(|it| end(cx, connector, it));
    futures::future::join_all(ending).await;
}

/// Ends the sessions of a connector, or of all connectors, and returns their number.
pub(super) async fn end_all(cx: &Context, id: Option<&ConnectorId>) -> u32 {
    let records = records(cx).take(id).await;
    let ending = records.into_iter().map(|it| end_record(cx, it));
    let ended = futures::future::join_all(ending).await;
    u32::try_from(ended.len()).unwrap_or(u32::MAX)
}

async fn end_record(cx: &Context, record: Record) {
    match cx.store().find_connector(&record.connector).await {
        Ok(Some(connector)) => end(cx, &connector, record).await,
        // Without its connector there is no credential to tell the server.
        _ => tracing::debug!(connector = %record.connector, "a session is forgotten"),
    }
}

/// Tells the server that a session ends. A session with other settings is only forgotten, so that neither its id nor
/// the credential is sent to the wrong server.
async fn end(cx: &Context, connector: &Connector, record: Record) {
    if record.binding != binding(connector) {
        return;
    }
    if let Err(error) = request_end(cx, connector, record).await {
        tracing::debug!(connector = %connector.id, %error, "a server was not told that its session ends");
    }
}

async fn request_end(cx: &Context, connector: &Connector, record: Record) -> Result<(), Error> {
    let url = endpoint_of(connector)?;
    let network = cx.network_of(connector).await?;
    let target = McpTarget {
        plain_http: plain_http(connector.allows_plain_http, &url),
        tokens: cx.tokens().source(connector),
        ..McpTarget::anonymous(url)
    };
    let http = network.client_for(&target.url);
    mcp::end_session(http, target, record.session, END_TIMEOUT).await;
    Ok(())
}

fn records(cx: &Context) -> Records {
    Records::new(cx.paths())
}

/// Hashes the settings of a connector that its sessions depend on.
fn binding(connector: &Connector) -> String {
    let parts = serde_json::json!([
        connector.endpoint,
        connector.authentication,
        connector.identity.user,
        connector.network,
        connector.roots,
        connector.sampling,
    ]);
    format!("{:x}", Sha256::digest(parts.to_string()))
}

#[cfg(test)]
mod tests;
