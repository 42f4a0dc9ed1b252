//! Connectors with the data that user interfaces derive from them.

use std::ops::Deref;

use patchbay_model::Connector;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::need::needs_attention;
use crate::next_action::{NextAction, next_action, reauth_action};

/// A connector with its next action. The window only gets this form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename = "Connector", rename_all = "camelCase")]
pub struct ConnectorView {
    #[serde(flatten)]
    #[specta(inline)]
    pub connector: Connector,
    /// Number of tools that changed since the user accepted them.
    pub changed_tools: u32,
    /// Whether it requires the user's attention.
    pub needs_attention: bool,
    /// What the user should do next; `None` if nothing is wrong or only the platform can fix it.
    pub next_action: Option<NextAction>,
    /// How the user signs in again, whatever the status.
    pub reauth_action: NextAction,
}

impl ConnectorView {
    pub(crate) fn new(connector: Connector, changed_tools: u32) -> Self {
        Self {
            needs_attention: needs_attention(&connector, changed_tools),
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
