//! The connection of a local connector to its server.

mod changes;

use std::sync::Arc;

use patchbay_model::Connector;
use patchbay_platforms::mcp::{self, McpSession, McpTarget, SessionLife};
use tokio_util::sync::CancellationToken;

use crate::address::{endpoint_of, plain_http};
use crate::context::Context;
use crate::context::sessions::{Connection, Handover};
use crate::error::{Error, TimeLimit};
use crate::secrets::programs::Occasion;
use crate::servers::sessions::over_http::{self, Lease};
use crate::servers::sessions::settings::{is_outdated, read_settings};
use crate::servers::{self, StartCause};
use crate::stored_connectors::roots::client_features;
use crate::stored_connectors::time_limits::{limits_of, name_limit};

/// Returns the connection of a connector, and whether it existed already; one that did is returned even if `cancel` is
/// cancelled. Connects with the current settings of the connector, which may be newer than the caller's copy.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::SwitchedOff`] by the current settings; [`Error::Cancelled`], also when the
/// connection is closed meanwhile; whatever prevented the connection.
pub(in crate::backend) async fn session(
    cx: &Context,
    connector: &Connector,
    occasion: Occasion,
    cancel: &CancellationToken,
) -> Result<(McpSession, bool), Error> {
    let slot = cx.sessions().slot(&connector.id);
    let closing = slot.closing();
    let mut connection = tokio::select! {
        biased;
        () = closing.cancelled() => return Err(Error::Cancelled),
        connection = slot.lock() => connection,
        () = cancel.cancelled() => return Err(Error::Cancelled),
    };
    if let Some(session) = usable(connection.as_ref(), connector) {
        return Ok((session, true));
    }
    if cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let cancel = &slot.begin(cancel);
    let settings = Arc::new(read_settings(cx, &connector.id).await?);
    let connector = &settings.connector;
    if let Some(open) = connection.as_ref()
        && let Some(session) = usable(Some(open), connector)
    {
        slot.use_settings(&open.settings);
        return Ok((session, true));
    }
    slot.use_settings(&settings);
    let mut ended_by_itself = false;
    if let Some(former) = connection.take() {
        ended_by_itself = former.session.is_closed() && !former.session.is_stopped();
        former.session.close().await;
    }
    let connected = match &connector.command {
        Some(command) => {
            let cause = StartCause {
                occasion,
                ended_by_itself,
            };
            // Boxed to keep the future of a call small.
            let started = Box::pin(servers::start(cx, &settings, command, cause, cancel)).await;
            started.map(|session| (session, None))
        }
        None => Box::pin(connect(cx, connector, cancel)).await,
    };
    let (session, handover) =
        connected.map_err(|error| name_limit(error, connector, TimeLimit::Connect))?;
    if connector.command.is_some() {
        servers::supervise(cx, Arc::clone(&slot), Arc::clone(&settings));
    }
    changes::watch_changes(cx, connector, &session);
    *connection = Some(Connection {
        session: session.clone(),
        settings,
        handover,
    });
    Ok((session, false))
}

/// Returns the session of a connection that is open and not outdated.
pub(super) fn usable(connection: Option<&Connection>, connector: &Connector) -> Option<McpSession> {
    let open = connection.filter(|it| !it.session.is_closed())?;
    (!is_outdated(&open.settings.connector, connector)).then(|| open.session.clone())
}

async fn connect(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<(McpSession, Option<Handover>), Error> {
    let url = endpoint_of(connector)?;
    let lease = over_http::lease(cx, connector).await;
    let target = McpTarget {
        plain_http: plain_http(connector.allows_plain_http, &url),
        url,
        tokens: cx.tokens().source(connector),
        server_facts: connector.server.clone(),
        client_features: client_features(cx, connector, lease.is_some()),
        log: Some(servers::log::writer(cx, &connector.id)),
        session: lease
            .as_ref()
            .map_or_else(SessionLife::default, Lease::life),
    };
    let network = cx.network_of(connector).await?;
    let session = mcp::connect(
        network.client_for(&target.url),
        target,
        limits_of(connector),
        cancel,
    )
    .await?;
    Ok((
        session,
        lease.map(|lease| lease.handover(cx, &connector.id)),
    ))
}
