//! Effects of changed credentials on the connectors and accounts that use them.

use crate::context::Context;
use crate::error::Error;
use crate::servers::sessions;
use crate::stored_connectors::{list_connectors, status};
use patchbay_model::{
    Authentication, Code, Connector, ConnectorStatus, Status, WalletEntry, WalletEntryId,
};

/// Ends the sessions of connectors and accounts that use an entry, so that they read it again.
pub(crate) async fn reload_users(cx: &Context, entry: &WalletEntry) -> Result<(), Error> {
    for user in &entry.used_by {
        sessions::end_session(cx, &user.connector).await;
    }
    for account in cx.store().list_accounts().await? {
        if account.entries.contains(&entry.id) {
            cx.sign_ins().forget(&account.id);
        }
    }
    Ok(())
}

/// Updates the identity of a connector after its credential changed, and returns the connector.
pub(crate) async fn refresh_identity(
    cx: &Context,
    connector: Connector,
) -> Result<Connector, Error> {
    let used = connector.authentication.entry().cloned();
    let entry = match &used {
        Some(id) => cx.store().find_wallet_entry(id).await?,
        None => None,
    };
    let change = move |connector: &mut Connector| {
        if connector.authentication.entry() == used.as_ref() {
            connector.identity = status::identity(entry.as_ref());
        }
    };
    let changed = status::change(cx, &connector.id, change).await?;
    Ok(changed.map_or(connector, |changed| changed.after))
}

/// Updates the identities of all connectors that use an entry.
pub(crate) async fn refresh_identities(cx: &Context, entry: &WalletEntry) -> Result<(), Error> {
    for connector in list_connectors(cx).await? {
        if connector.authentication.entry() == Some(&entry.id) {
            refresh_identity(cx, connector).await?;
        }
    }
    Ok(())
}

/// Removes a deleted wallet entry from all connectors.
pub(crate) async fn drop_credential(cx: &Context, gone: &WalletEntry) -> Result<(), Error> {
    for connector in list_connectors(cx).await? {
        if !uses(&connector.authentication, &gone.id) {
            continue;
        }
        let gone = gone.clone();
        let drop = move |connector: &mut Connector| {
            let reason = format!("its credential {} was deleted", gone.name);
            remove_credential(connector, &gone.id, &reason);
        };
        status::change(cx, &connector.id, drop).await?;
        sessions::end_session(cx, &connector.id).await;
    }
    Ok(())
}

/// Whether a connector uses the wallet entry as its credential or OAuth app.
fn uses(authentication: &Authentication, id: &WalletEntryId) -> bool {
    [authentication.entry(), authentication.app()].contains(&Some(id))
}

/// Removes credentials that were deleted while the connector was removed.
pub(crate) async fn drop_gone_credentials(
    cx: &Context,
    connector: Connector,
) -> Result<Connector, Error> {
    let used = &connector.authentication;
    let mut gone = Vec::new();
    for id in [used.entry(), used.app()].into_iter().flatten() {
        if cx.store().find_wallet_entry(id).await?.is_none() {
            gone.push(id.clone());
        }
    }
    if gone.is_empty() {
        return Ok(connector);
    }
    let drop = move |connector: &mut Connector| {
        for id in &gone {
            remove_credential(connector, id, "its credential was deleted");
        }
    };
    Ok(status::update(cx, &connector.id, drop).await?.after)
}

fn remove_credential(connector: &mut Connector, id: &WalletEntryId, reason: &str) {
    if !uses(&connector.authentication, id) {
        return;
    }
    if connector.authentication.entry() == Some(id) {
        connector.identity = status::identity(None);
    }
    if let Authentication::Oauth { entry, client, .. } = &mut connector.authentication {
        entry.take_if(|entry| entry == id);
        client.take_if(|client| client == id);
    }
    let status = ConnectorStatus {
        status: Status::NeedsAuthorization,
        code: Some(Code::AuthNeeded),
        reason: Some(reason.to_owned()),
        ..connector.status.clone()
    };
    status::set(connector, status);
}
