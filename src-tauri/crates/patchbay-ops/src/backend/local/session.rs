//! The connection of a local connector to its server.

mod changes;

use patchbay_model::Connector;
use patchbay_platforms::mcp::{self, McpLimits, McpSession, McpTarget, SessionLife};
use tokio_util::sync::CancellationToken;

use crate::address::{endpoint_of, plain_http};
use crate::connectors::roots::client_features;
use crate::connectors::time_limits::{limits_of, name_limit};
use crate::context::Context;
use crate::error::{Error, TimeLimit};
use crate::secrets::programs::Occasion;
use crate::servers::sessions::over_http::{self, Lease};
use crate::servers::{self, StartCause};

/// Returns the connection of a connector, and whether it existed already.
pub(in crate::backend) async fn session(
    cx: &Context,
    connector: &Connector,
    occasion: Occasion,
    cancel: &CancellationToken,
) -> Result<(McpSession, bool), Error> {
    let slot = cx.sessions().slot(&connector.id);
    let mut live = slot.lock().await;
    if let Some(session) = live.as_ref().filter(|session| !session.is_closed()) {
        return Ok((session.clone(), true));
    }
    let ended_by_itself = live.take().is_some();
    let connected = match &connector.command {
        Some(command) => {
            let cause = StartCause {
                occasion,
                ended_by_itself,
            };
            // Boxed to keep the future of a call small.
            Box::pin(servers::start(cx, connector, command, cause, cancel)).await
        }
        None => Box::pin(connect(cx, connector, cancel)).await,
    };
    let session = connected.map_err(|error| name_limit(error, connector, TimeLimit::Connect))?;
    if connector.command.is_some() {
        servers::supervise(cx, connector, session.clone(), slot.clone());
    }
    changes::watch_changes(cx, connector, &session);
    *live = Some(session.clone());
    Ok((session, false))
}

async fn connect(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    let url = endpoint_of(connector)?;
    let lease = over_http::lease(cx, connector).await;
    let target = McpTarget {
        plain_http: plain_http(connector.allows_plain_http, &url),
        url,
        tokens: cx.tokens().source(connector),
        server_facts: connector.server.clone(),
        client_features: client_features(cx, connector),
        log: Some(servers::log::writer(cx, &connector.id)),
        session: lease
            .as_ref()
            .map_or_else(SessionLife::default, Lease::life),
    };
    let network = cx.network_of(connector).await?;
    let session = mcp::connect(
        network.client_for(&target.url),
        target,
        limits_of(connector, McpLimits::DEFAULT.connect),
        cancel,
    )
    .await?;
    if let Some(lease) = lease {
        lease.hand_over_at_end(cx, &connector.id);
    }
    Ok(session)
}
