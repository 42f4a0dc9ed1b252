//! Watching resources for changes.

use std::time::Duration;

use patchbay_model::{ConnectorId, WatchId};
use patchbay_platforms::mcp::ResourceWatch;
use tokio_util::sync::CancellationToken;

use crate::backend::for_connector;
use crate::connectors::mcp_resources::{find_enabled, record_scopes_on_refusal};
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

/// Minimum interval between two notifications, and the time for an ended connection to be restored.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Calls `on_change` once the subscription to a resource is active and on every change, until `until` completes. A
/// check may reconnect in the meantime.
///
/// # Errors
/// As [`list_resources`](crate::list_resources); [`Error::Platform`] if changes are not reported, or not any more.
pub async fn watch_resource(
    cx: &Context,
    id: &ConnectorId,
    uri: &str,
    until: impl Future<Output = ()>,
    on_change: impl Fn(),
) -> Result<(), Error> {
    let cancel = cx.shutdown().child_token();
    let mut watching = std::pin::pin!(watch_until_cancelled(cx, id, uri, &cancel, on_change));
    tokio::select! {
        ended = &mut watching => return ended,
        () = until => cancel.cancel(),
    }
    watching.await
}

/// Like [`watch_resource`], emitting events until [`end_watch`] is called with `watch`.
pub async fn watch_resource_until_ended(
    cx: &Context,
    id: &ConnectorId,
    uri: &str,
    watch: &WatchId,
) -> Result<(), Error> {
    let cancel = cx.shutdown().child_token();
    let _guard = cx.watches().register(watch, cancel.clone());
    let emit = || {
        let (connector, uri) = (id.clone(), uri.to_owned());
        cx.emit(Event::ResourceChanged { connector, uri });
    };
    watch_until_cancelled(cx, id, uri, &cancel, emit).await
}

/// Ends a watch; does nothing if it has ended.
pub fn end_watch(cx: &Context, watch: &WatchId) {
    cx.watches().cancel(watch);
}

async fn watch_until_cancelled(
    cx: &Context,
    id: &ConnectorId,
    uri: &str,
    cancel: &CancellationToken,
    on_change: impl Fn(),
) -> Result<(), Error> {
    loop {
        let mut watch = tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            begun = begin(cx, id, uri) => begun?,
        };
        let ended = loop {
            tokio::select! {
                () = cancel.cancelled() => {
                    watch.end().await;
                    return Ok(());
                }
                changed = watch.changed() => match changed {
                    Ok(()) => on_change(),
                    Err(error) => break error,
                },
            }
            pause(cancel).await;
        };
        pause(cancel).await;
        // The user may have ended the server: do not start it just for this.
        let is_refused = matches!(ended, patchbay_platforms::Error::NotSupported(_));
        if is_refused || !is_connected(cx, id).await {
            return Err(ended.into());
        }
    }
}

async fn begin(cx: &Context, id: &ConnectorId, uri: &str) -> Result<ResourceWatch, Error> {
    let connector = find_enabled(cx, id).await?;
    let watch = for_connector(cx, &connector).watch_resource(uri).await;
    record_scopes_on_refusal(cx, id, watch).await
}

async fn is_connected(cx: &Context, id: &ConnectorId) -> bool {
    cx.sessions().open(id).await.is_some()
}

async fn pause(cancel: &CancellationToken) {
    drop(tokio::time::timeout(MIN_INTERVAL, cancel.cancelled()).await);
}
