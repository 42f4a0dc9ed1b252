//! A connector as it is shown: with what helps it on.

use std::collections::HashMap;
use std::ops::Deref;

use patchbay_model::Connector;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::next_action::{NextAction, next_action, reauth_action};

/// A connector with what follows from it and its tools at that moment. The window knows no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename = "Connector", rename_all = "camelCase")]
pub struct ConnectorView {
    /// The connector.
    #[serde(flatten)]
    #[specta(inline)]
    pub connector: Connector,
    /// How many of its tools are not any more as the user agreed to them.
    pub changed_tools: u32,
    /// The one step that helps it on; `None` when it is well, or its platform has to do it.
    pub next_action: Option<NextAction>,
    /// How a person lets it in again, however it is now.
    pub reauth_action: NextAction,
}

impl ConnectorView {
    pub(crate) fn new(connector: Connector, changed_tools: u32) -> Self {
        Self {
            next_action: next_action(&connector, changed_tools),
            reauth_action: reauth_action(&connector),
            changed_tools,
            connector,
        }
    }
}

impl Deref for ConnectorView {
    type Target = Connector;

    fn deref(&self) -> &Connector {
        &self.connector
    }
}

/// A connector as it is shown.
///
/// # Errors
/// [`Error::Store`].
pub async fn view_connector(cx: &Context, connector: Connector) -> Result<ConnectorView, Error> {
    let changed = cx.store().list_changed_tools().await?.into_iter();
    let changed = changed.filter(|one| one.connector == connector.id).count();
    let changed = u32::try_from(changed).unwrap_or(u32::MAX);
    Ok(ConnectorView::new(connector, changed))
}

/// Connectors as they are shown.
///
/// # Errors
/// [`Error::Store`].
pub async fn view_connectors(
    cx: &Context,
    connectors: Vec<Connector>,
) -> Result<Vec<ConnectorView>, Error> {
    let mut changed = HashMap::new();
    for one in cx.store().list_changed_tools().await? {
        *changed.entry(one.connector).or_insert(0) += 1;
    }
    let view = |connector: Connector| {
        let changed = changed.get(&connector.id).copied().unwrap_or_default();
        ConnectorView::new(connector, changed)
    };
    Ok(connectors.into_iter().map(view).collect())
}
