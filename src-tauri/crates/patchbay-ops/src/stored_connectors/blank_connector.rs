//! A new connector with default values.

use patchbay_model::{AccountId, Connector, ConnectorId};

use crate::context::Context;
use crate::stored_connectors::status;

/// Builds an unchecked connector; the caller sets the other fields.
pub(crate) fn blank_connector(
    cx: &Context,
    account: AccountId,
    name: String,
    title: String,
) -> Connector {
    let id = ConnectorId::new(cx.new_id("con"));
    Connector {
        name,
        status: status::unchecked_status(),
        ..Connector::new(id, account, title, status::identity(None), cx.now())
    }
}
