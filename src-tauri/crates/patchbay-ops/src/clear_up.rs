//! What is put in order at start, before anything else.

use patchbay_model::{Connector, Status};

use crate::list_connectors::list_connectors;
use crate::{Context, Error, status};

/// Ends what a crash left half done and really deletes what was removed in an earlier session.
pub(crate) async fn clear_up(cx: &Context) -> Result<(), Error> {
    let store = cx.store();
    store.close_orphans(store.liveness()).await?;
    let expired = store.expire_open_authorizations(store.liveness()).await?;
    if !expired.is_empty() {
        end_authorizing(cx).await?;
    }
    crate::edit_connector::purge_removed(cx).await
}

/// A connector whose sign-in was cut off waits for the next one.
async fn end_authorizing(cx: &Context) -> Result<(), Error> {
    let under_way = cx.store().list_authorizations(100).await?;
    for connector in list_connectors(cx).await? {
        let elsewhere = under_way
            .iter()
            .any(|other| other.connector == connector.id && !other.state.is_over());
        if connector.status.status != Status::Authorizing || elsewhere {
            continue;
        }
        let end = |connector: &mut Connector| {
            if connector.status.status == Status::Authorizing {
                connector.status.status = Status::NeedsAuthorization;
                connector.status.reason = Some("the last sign-in was not finished".to_owned());
            }
        };
        status::change(cx, &connector.id, end).await?;
    }
    Ok(())
}
