//! What a server says by itself about what it offers.

use std::time::Duration;

use patchbay_model::{Connector, ConnectorId, Tool};
use patchbay_platforms::mcp::McpSession;
use tokio::sync::watch;

use crate::backend::{ListedTools, for_connector};
use crate::connectors::{find_connector, tools};
use crate::context::{Context, WeakContext};
use crate::error::Error;
use crate::events::Event;

/// How often the tools are listed, and the rest is told, at most: a server may say it all the time.
const NEWS: Duration = Duration::from_secs(2);

/// How long a connection has to last before its server is listened to: most commands are over by then.
const LASTING: Duration = Duration::from_secs(2);

/// Lists the tools again when the server says that they changed, and tells whoever shows its resources and prompts
/// when those did, as long as it is connected.
pub(super) fn follow(cx: &Context, connector: &Connector, session: &McpSession) {
    let id = &connector.id;
    let tools = follow_tools(cx.downgrade(), id.clone(), session.tool_list());
    let offer = follow_offer(cx.downgrade(), id.clone(), session.offer());
    let listening = session.listen();
    let listening = async move {
        tokio::time::sleep(LASTING).await;
        listening.await;
    };
    let ending = cx.ending().clone();
    cx.tasks().spawn(async move {
        tokio::select! {
            _ = futures::future::join3(tools, offer, listening) => {}
            () = ending.cancelled() => {}
        }
    });
}

async fn follow_tools(cx: WeakContext, id: ConnectorId, mut changed: watch::Receiver<()>) {
    while changed.changed().await.is_ok() {
        let Some(cx) = cx.upgrade() else { return };
        if let Err(error) = list_again(&cx, &id).await {
            // Whoever uses it next meets the same, and is told.
            tracing::debug!(connector = %id, %error, "tools that changed were not listed");
        }
        drop(cx);
        tokio::time::sleep(NEWS).await;
    }
}

async fn follow_offer(cx: WeakContext, id: ConnectorId, mut changed: watch::Receiver<()>) {
    while changed.changed().await.is_ok() {
        let Some(cx) = cx.upgrade() else { return };
        let connector = id.clone();
        cx.emit(Event::OfferChanged { connector });
        drop(cx);
        tokio::time::sleep(NEWS).await;
    }
}

/// Keeps the tools as the server lists them now, on the connection that there is: none is made for it.
async fn list_again(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    let live = cx.sessions().slot(id).lock().await.clone();
    let Some(live) = live.filter(|session| !session.is_closed()) else {
        return Ok(());
    };
    let tools = live.list_tools(cx.ending()).await?;
    let known = cx.store().list_tools(Some(id)).await?;
    if are_same(&tools, known.iter().map(|(_, tool)| tool)) {
        return Ok(());
    }
    let connector = find_connector(cx, id).await?;
    let backend = for_connector(cx, &connector);
    let listed = ListedTools {
        tools,
        server: Some(live.facts().clone()),
    };
    tools::keep(cx, &connector, &*backend, listed).await?;
    Ok(())
}

/// Whether two lists hold the same tools, in whatever order.
fn are_same<'a>(listed: &'a [Tool], known: impl Iterator<Item = &'a Tool>) -> bool {
    let (mut listed, mut known): (Vec<_>, Vec<_>) = (listed.iter().collect(), known.collect());
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    known.sort_by(|one, other| one.name.cmp(&other.name));
    listed == known
}
