//! The connection of a connector to its server.

use std::time::Duration;

use patchbay_model::Connector;
use patchbay_platforms::mcp::{self, McpLimits, McpSession, McpTarget};
use tokio_util::sync::CancellationToken;

use crate::address::{endpoint_of, plain_http};
use crate::connectors::roots::declared_to;
use crate::connectors::time_limits::{limits_of, name_limit};
use crate::context::Context;
use crate::error::{Error, TimeLimit};
use crate::events::Event;
use crate::secrets::programs::Occasion;
use crate::servers::{self, Cause};

/// The connection of a connector, and whether it was there already.
///
/// # Errors
/// [`Error::Platform`] when none can be made; [`Error::SignInNeeded`], [`Error::SignInLapsed`],
/// [`Error::Vault`] from its credential; those of starting its program.
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
            let cause = Cause {
                occasion,
                ended_by_itself,
            };
            servers::start(cx, connector, command, cause, cancel).await
        }
        None => connect(cx, connector, cancel).await,
    };
    let session = connected.map_err(|error| name_limit(error, connector, TimeLimit::Connect))?;
    if connector.command.is_some() {
        servers::look_after(cx, connector, session.clone(), slot.clone());
    }
    tell_of_changes(cx, connector, &session);
    *live = Some(session.clone());
    Ok((session, false))
}

/// How often it is told at most that what a server offers changed.
const NEWS: Duration = Duration::from_secs(2);

/// Tells whoever shows it when the server says that its resources or prompts changed, as long as it is connected.
fn tell_of_changes(cx: &Context, connector: &Connector, session: &McpSession) {
    let (mut offer, events) = (session.offer(), cx.event_sender());
    let (connector, ending) = (connector.id.clone(), cx.ending().clone());
    let telling = async move {
        while offer.changed().await.is_ok() {
            let connector = connector.clone();
            // Nobody may be listening, as on the command line.
            drop(events.send(Event::OfferChanged { connector }));
            tokio::time::sleep(NEWS).await;
        }
    };
    cx.tasks().spawn(async move {
        tokio::select! {
            () = telling => {}
            () = ending.cancelled() => {}
        }
    });
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
        declared: declared_to(cx, connector),
    };
    let network = cx.network_of(connector).await?;
    Ok(mcp::connect(
        network.client_for(&target.url),
        target,
        limits_of(connector, McpLimits::DEFAULT.connect),
        cancel,
    )
    .await?)
}
