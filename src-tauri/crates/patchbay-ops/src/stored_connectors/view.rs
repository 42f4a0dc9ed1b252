//! Building and emitting the views of connectors.

use std::collections::HashMap;

use patchbay_model::{Connector, ConnectorId};

use crate::connector_view::ConnectorView;
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

pub async fn view_connector(cx: &Context, connector: Connector) -> Result<ConnectorView, Error> {
    let changed = cx.store().list_changed_tools().await?.into_iter();
    let changed = changed
        .filter(|change| change.connector == connector.id)
        .count();
    let changed = u32::try_from(changed).unwrap_or(u32::MAX);
    Ok(ConnectorView::new(connector, changed))
}

pub async fn view_connectors(
    cx: &Context,
    connectors: Vec<Connector>,
) -> Result<Vec<ConnectorView>, Error> {
    let mut changed = HashMap::new();
    for change in cx.store().list_changed_tools().await? {
        *changed.entry(change.connector).or_insert(0) += 1;
    }
    let view = |connector: Connector| {
        let changed = changed.get(&connector.id).copied().unwrap_or_default();
        ConnectorView::new(connector, changed)
    };
    Ok(connectors.into_iter().map(view).collect())
}

/// Emits the current state of a connector, or that the list changed if it is gone.
pub(crate) async fn emit_changed(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    if !cx.is_listened_to() {
        return Ok(());
    }
    // Serializes reading and emitting, so that events are never out of order.
    let _turn = cx.connector_turn().await;
    cx.emit(match cx.store().find_connector(id).await? {
        None => Event::ConnectorsChanged,
        Some(connector) => Event::ConnectorChanged {
            connector: Box::new(view_connector(cx, connector).await?),
        },
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored_connectors::status;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn events_carry_a_changed_connector_with_its_next_action() {
        let (_home, cx) = open_temporary().await;
        let added = add(&cx, UNREACHABLE_URL).await;
        let mut events = cx.events();
        let rename = |connector: &mut Connector| connector.title = "Other".to_owned();
        status::change(&cx, &added.id, rename).await.unwrap();
        let Ok(Event::ConnectorChanged { connector }) = events.recv().await else {
            panic!("nothing was told of it");
        };
        assert_eq!(connector.title, "Other");
        assert!(connector.needs_attention, "a draft");
        let known = cx.store().find_connector(&added.id).await.unwrap().unwrap();
        assert_eq!(*connector, view_connector(&cx, known).await.unwrap());
        cx.store().remove_connector(&added.id).await.unwrap();
        emit_changed(&cx, &added.id).await.unwrap();
        assert!(matches!(events.recv().await, Ok(Event::ConnectorsChanged)));
    }
}
