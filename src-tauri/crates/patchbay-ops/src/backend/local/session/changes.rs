//! Change notifications of servers.

use std::time::Duration;

use patchbay_model::{Connector, ConnectorId, Tool};
use patchbay_platforms::mcp::McpSession;
use tokio::sync::watch;

use crate::backend::listed_tools::{ListedTools, save_listed};
use crate::context::{Context, WeakContext};
use crate::error::Error;
use crate::events::Event;
use crate::stored_connectors::status;

/// Minimum time between two reactions to notifications, which may come without pause.
const MIN_INTERVAL: Duration = Duration::from_secs(2);

/// Age of a connection before notifications are requested; most commands have ended by then.
const LASTING: Duration = Duration::from_secs(2);

/// Lists the tools again when the server reports changes, and emits events for changed resources and prompts, as long
/// as it is connected.
pub(super) fn watch_changes(cx: &Context, connector: &Connector, session: &McpSession) {
    let id = &connector.id;
    let tools = watch_tools(cx.downgrade(), id.clone(), session.subscribe_tool_changes());
    let offer = watch_resources_and_prompts(
        cx.downgrade(),
        id.clone(),
        session.subscribe_offer_changes(),
    );
    let listening = session.listen();
    let listening = async move {
        tokio::time::sleep(LASTING).await;
        listening.await;
    };
    let ending = cx.shutdown().clone();
    cx.tasks().spawn(async move {
        tokio::select! {
            _ = futures::future::join3(tools, offer, listening) => {}
            () = ending.cancelled() => {}
        }
    });
}

async fn watch_tools(cx: WeakContext, id: ConnectorId, mut changed: watch::Receiver<()>) {
    while changed.changed().await.is_ok() {
        let Some(cx) = cx.upgrade() else { return };
        // Boxed to keep the future of each connection small.
        if let Err(error) = Box::pin(relist_tools(&cx, &id)).await {
            // The next use of the connection reports the error.
            tracing::debug!(connector = %id, %error, "tools that changed were not listed");
        }
        drop(cx);
        tokio::time::sleep(MIN_INTERVAL).await;
    }
}

async fn watch_resources_and_prompts(
    cx: WeakContext,
    id: ConnectorId,
    mut changed: watch::Receiver<()>,
) {
    while changed.changed().await.is_ok() {
        let Some(cx) = cx.upgrade() else { return };
        let connector = id.clone();
        cx.emit(Event::OfferChanged { connector });
        drop(cx);
        tokio::time::sleep(MIN_INTERVAL).await;
    }
}

/// Lists the tools again and saves them, on the live connection only.
async fn relist_tools(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    let Some(live) = cx.sessions().open(id).await else {
        return Ok(());
    };
    let tools = live.list_tools(cx.shutdown()).await?;
    let known = cx.store().list_tools(Some(id)).await?;
    if have_same_tools(&tools, known.iter().map(|(_, tool)| tool)) {
        return Ok(());
    }
    let listed = ListedTools {
        tools,
        server: Some(live.facts().clone()),
    };
    let now = cx.now();
    let is_ready = Box::new(move |connector: &mut Connector| status::mark_ready(connector, now));
    save_listed(cx, id, Some(is_ready), listed).await?;
    Ok(())
}

/// Whether both lists hold the same tools in any order.
fn have_same_tools<'a>(listed: &'a [Tool], known: impl Iterator<Item = &'a Tool>) -> bool {
    let (mut listed, mut known): (Vec<_>, Vec<_>) = (listed.iter().collect(), known.collect());
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    known.sort_by(|one, other| one.name.cmp(&other.name));
    listed == known
}
