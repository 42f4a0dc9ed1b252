//! The settings that a session is made with. One with outdated settings must not be used: its server, credential or
//! trust may have been withdrawn, in this process or another one.

use std::sync::{Arc, OnceLock};

use patchbay_model::{Connector, ConnectorId, Status, WalletKind};

use crate::context::Context;
use crate::context::sessions::SessionSettings;
use crate::error::Error;
use crate::stored_connectors::{find_connector, status};

/// Reads the current settings of a connector.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Store`].
pub(crate) async fn read_settings(
    cx: &Context,
    id: &ConnectorId,
) -> Result<SessionSettings, Error> {
    let connector = find_connector(cx, id).await?;
    status::ensure_enabled(&connector)?;
    let entry = match connector.authentication.entry() {
        Some(entry) => cx.store().find_wallet_entry(entry).await?,
        None => None,
    };
    let entry = entry.filter(|entry| entry.kind != WalletKind::Oauth);
    Ok(SessionSettings {
        connector,
        secret_replaced_at: entry.map(|entry| entry.replaced_at),
        program: OnceLock::new(),
    })
}

/// Whether a session that was made for `before` must not be used for `after`.
pub(crate) fn is_outdated(before: &Connector, after: &Connector) -> bool {
    after.endpoint != before.endpoint
        || after.command != before.command
        || after.allows_plain_http != before.allows_plain_http
        || after.authentication != before.authentication
        || after.identity.user != before.identity.user
        || after.time_limits != before.time_limits
        || after.roots != before.roots
        || after.sampling != before.sampling
        || after.log_level != before.log_level
        || after.network != before.network
        || after.status.status == Status::Disabled
}

/// Whether the program that a session was started with was not forgotten since.
async fn is_still_allowed(cx: &Context, used: &SessionSettings) -> Result<bool, Error> {
    match used.program.get() {
        Some(id) => Ok(cx.store().is_program_allowed(id).await?),
        None => Ok(true),
    }
}

/// Closes the connections of this process whose connector another process changed, turned off or removed, whose
/// secret it replaced, or whose program it forgot.
pub(crate) async fn close_outdated(cx: &Context) -> Result<(), Error> {
    let mut outdated = Vec::new();
    for used in cx.sessions().settings() {
        match read_settings(cx, &used.connector.id).await {
            Ok(current)
                if current.secret_replaced_at == used.secret_replaced_at
                    && !is_outdated(&used.connector, &current.connector)
                    && is_still_allowed(cx, &used).await? => {}
            Ok(_) | Err(Error::NotFound { .. } | Error::SwitchedOff { .. }) => outdated.push(used),
            Err(error) => return Err(error),
        }
    }
    let close = async |used: Arc<SessionSettings>| {
        let id = &used.connector.id;
        cx.sessions().close_made_with(id, &used).await;
        cx.restarts().forget(id);
    };
    futures::future::join_all(outdated.into_iter().map(close)).await;
    Ok(())
}
