//! Sessions over streamable HTTP that outlive a command: what the server remembers by an id is still there for the
//! next command that sends it.
//!
//! A process that is done leaves the session's record in a file; the next one takes the record away, so that no two of
//! them use a session at a time, and goes on where the first one was. A server that has forgotten the session says so
//! before it does anything, and is greeted again. Nothing has to run meanwhile, but for servers that ask whether their
//! client is still there: those are answered by the process that holds programs. In the newer era of the protocol there
//! are no sessions.

mod records;

use std::time::Duration;

use futures::FutureExt as _;
use patchbay_model::{Authentication, Connector, ConnectorId, Timestamp};
use patchbay_platforms::mcp::{
    self, IdleSession, McpSession, McpTarget, ResumableSession, SessionLife,
};
use sha2::{Digest as _, Sha256};

use self::records::{Record, Records};
use crate::address::{endpoint_of, plain_http};
use crate::context::Context;
use crate::error::Error;
use crate::servers::IDLE_TIMEOUT;

/// How long a server may take to hear that a session ends.
const END_LIMIT: Duration = Duration::from_secs(2);

/// What was known of a session when this process began with it.
pub(crate) struct Lease {
    /// The settings of the connector that it belongs to.
    binding: String,
    /// The session that was continued, and since when it is there.
    continued: Option<(ResumableSession, Timestamp)>,
    /// When this process began with it.
    began: Timestamp,
}

impl Lease {
    /// For how long the session is to last.
    pub(crate) fn life(&self) -> SessionLife {
        let continued = self.continued.as_ref();
        SessionLife::Resumable(continued.map(|(session, _)| session.clone()))
    }

    /// Has the session left to the next command when this process ends.
    pub(crate) fn hand_over_at_end(self, cx: &Context, id: &ConnectorId) {
        let (weak, of) = (cx.downgrade(), id.clone());
        let handover = move |live: McpSession| {
            let leaving = async move {
                match weak.upgrade() {
                    Some(cx) => leave(&cx, &of, self, live).await,
                    None => live.close().await,
                }
            };
            leaving.boxed()
        };
        cx.sessions().hand_over_at_end(id, Box::new(handover));
    }

    fn since(&self, session: &ResumableSession) -> Timestamp {
        match &self.continued {
            Some((known, since)) if known.id.expose() == session.id.expose() => *since,
            // The server had forgotten that one, and gave another.
            _ => self.began,
        }
    }
}

/// Takes over what was left of a connector's session; `None` where sessions end with this process.
pub(crate) async fn lease(cx: &Context, connector: &Connector) -> Option<Lease> {
    cx.session_host()?;
    let server = connector.server.as_ref();
    if server.is_some_and(|server| server.protocol_version.as_str() > mcp::HANDSHAKE) {
        return None;
    }
    let binding = binding(connector);
    let now = cx.now();
    let (found, expired) = records(cx)
        .take_over(&connector.id, cx.can_ask(), now)
        .await;
    for record in expired {
        let ending = cx.clone();
        // Whoever waits for this connector does not wait for that.
        cx.tasks()
            .spawn(async move { end_record(&ending, record).await });
    }
    let found = found.filter(|record| record.binding == binding);
    let found = found.map(|record| (record.session(), record.since));
    if found
        .as_ref()
        .is_some_and(|(session, _)| session.is_checked)
    {
        super::release(cx, &connector.id).await;
    }
    Some(Lease {
        binding,
        continued: found,
        began: now,
    })
}

/// Leaves a session to the next command, or ends it where nobody may continue it.
async fn leave(cx: &Context, id: &ConnectorId, lease: Lease, live: McpSession) {
    let idle = live.idle_for().unwrap_or_default();
    if idle >= IDLE_TIMEOUT {
        return live.close().await;
    }
    let connector = match cx.store().find_connector(id).await {
        Ok(Some(connector)) if binding(&connector) == lease.binding => connector,
        // It is gone or goes elsewhere by now.
        _ => return live.close().await,
    };
    let Some(mut session) = live.detach().await else {
        return;
    };
    if let Authentication::Oauth { .. } = connector.authentication {
        // Its tokens are renewed; whoever signs in again ends the session.
        session.credentials = None;
    }
    let since = lease.since(&session);
    let record = Record::new(
        &connector,
        lease.binding,
        session.clone(),
        since,
        cx.now() - idle,
    );
    match records(cx).leave(record, cx.can_ask()).await {
        Some(surplus) if is_same(&surplus, &session) => return end(cx, &connector, surplus).await,
        Some(surplus) => end(cx, &connector, surplus).await,
        None => {}
    }
    if session.is_checked {
        keep_alive(cx, &connector, session).await;
    }
}

fn is_same(record: &Record, session: &ResumableSession) -> bool {
    record.session().id.expose() == session.id.expose()
}

/// Has somebody answer a server that asks whether its client is still there. A client certificate does not leave the
/// vault for that.
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
    let idle = IdleSession {
        connector: connector.id.as_str().to_owned(),
        asks: cx.can_ask(),
        url,
        network: connector.network.clone(),
        allows_plain_http: connector.allows_plain_http,
        headers,
        id: session.id,
        handshake: session.handshake,
    };
    super::keep_alive(cx, idle).await;
}

/// The sessions that are left now, the newest last.
pub(super) async fn list(cx: &Context) -> Vec<Record> {
    records(cx).list(cx.now()).await
}

/// Ends what is left of a connector's sessions, as long as its credential is there; how many those were.
pub(crate) async fn end_for_connector(cx: &Context, connector: &Connector) -> u32 {
    let left = records(cx).take(Some(&connector.id)).await;
    let count = left.len();
    let ended = left.into_iter().map(|record| end(cx, connector, record));
    futures::future::join_all(ended).await;
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Ends what is left of the sessions of a connector, or of all of them; how many those were.
pub(super) async fn end_all(cx: &Context, id: Option<&ConnectorId>) -> u32 {
    let left = records(cx).take(id).await;
    let count = left.len();
    futures::future::join_all(left.into_iter().map(|record| end_record(cx, record))).await;
    u32::try_from(count).unwrap_or(u32::MAX)
}

async fn end_record(cx: &Context, record: Record) {
    match cx.store().find_connector(&record.connector).await {
        Ok(Some(connector)) => end(cx, &connector, record).await,
        // Nobody could tell the server in its name.
        _ => tracing::debug!(connector = %record.connector, "a session is forgotten"),
    }
}

/// Tells the server that a session ends. One that belongs to other settings is forgotten only: neither its id nor the
/// credential goes where it does not belong.
async fn end(cx: &Context, connector: &Connector, record: Record) {
    if record.binding != binding(connector) {
        return;
    }
    if let Err(error) = tell(cx, connector, record).await {
        tracing::debug!(connector = %connector.id, %error, "a server was not told that its session ends");
    }
}

async fn tell(cx: &Context, connector: &Connector, record: Record) -> Result<(), Error> {
    let url = endpoint_of(connector)?;
    let network = cx.network_of(connector).await?;
    let target = McpTarget {
        plain_http: plain_http(connector.allows_plain_http, &url),
        tokens: cx.tokens().source(connector),
        ..McpTarget::anonymous(url)
    };
    let http = network.client_for(&target.url);
    mcp::end_session(http, target, record.session(), END_LIMIT).await;
    Ok(())
}

fn records(cx: &Context) -> Records {
    Records::new(cx.paths())
}

/// Tells the settings that a session belongs to from others.
fn binding(connector: &Connector) -> String {
    let parts = serde_json::json!([
        connector.endpoint,
        connector.authentication,
        connector.identity.user,
        connector.network,
        connector.roots,
        connector.sampling,
    ]);
    let hash = Sha256::digest(parts.to_string());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
