//! Saving the grant of an authorization.

use patchbay_model::{
    Authentication, Connector, ConnectorId, OauthGrant, Redirect, WalletEntry, WalletEntryId,
    WalletKind,
};
use patchbay_oauth::Grant;
use patchbay_vault::SecretName;

use crate::address::endpoint_of;
use crate::authorizations::{find_grant, scope_upgrade};
use crate::connectors::{find_connector, status};
use crate::context::Context;
use crate::credentials::edit::free_entry_name;
use crate::credentials::new_entry;
use crate::error::Error;
use crate::events::Event;
use crate::secrets;
use crate::secrets::StoredSecret;
use crate::servers::sessions;

/// Saves the tokens, in the vault first, and sets the connector to use them. `user` is their owner, if the provider
/// tells.
pub(super) async fn save_grant(
    cx: &Context,
    id: &ConnectorId,
    grant: &Grant,
    user: Option<String>,
) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    if !grant.allows_url(&endpoint_of(&connector)?) {
        // Another process changed its address meanwhile. Tokens are only for the origin that they were issued for.
        return Err(patchbay_oauth::Error::ClientMismatch.into());
    }
    let entry = WalletEntry {
        user,
        ..entry_for(cx, &connector, grant).await?
    };
    let stored = without_reference(cx, &connector, grant).await?;
    // Otherwise a running refresh would overwrite it with the previous grant.
    let lock = cx.tokens().lock_credential(&entry.id).await?;
    cx.vault()
        .write(&SecretName::wallet(&entry.id), &stored.to_secret())
        .await?;
    let entry = save(cx, entry).await?;
    cx.tokens().forget_refusal(&entry.id).await;
    drop(lock);
    let change = move |connector: &mut Connector| {
        connector.identity = status::identity(Some(&entry));
        use_entry(&mut connector.authentication, entry.id);
        scope_upgrade::clear_wanted_scopes(connector);
    };
    status::change(cx, id, change).await?;
    sessions::end_session(cx, id).await;
    cx.emit(Event::WalletChanged);
    Ok(())
}

/// Saves the entry; an existing one keeps its name.
async fn save(cx: &Context, entry: WalletEntry) -> Result<WalletEntry, Error> {
    let fresh = entry.clone();
    let renew = move |known: &mut WalletEntry| {
        let name = std::mem::take(&mut known.name);
        *known = WalletEntry { name, ..fresh };
    };
    let renewed = cx.store().change_wallet_entry(&entry.id, renew).await?;
    if let Some(renewed) = renewed {
        return Ok(renewed);
    }
    cx.store().save_wallet_entry(&entry).await?;
    Ok(entry)
}

/// Removes the client secret if it comes from a reference, since such secrets are never saved. Each refresh resolves it
/// again.
async fn without_reference(
    cx: &Context,
    connector: &Connector,
    grant: &Grant,
) -> Result<Grant, Error> {
    let mut stored = grant.clone();
    let Authentication::Oauth {
        client: Some(app), ..
    } = &connector.authentication
    else {
        return Ok(stored);
    };
    if let Some(app) = cx.store().find_wallet_entry(app).await? {
        let app = secrets::read_oauth_app(cx.vault(), &app).await?;
        let secret = app.client_secret.as_ref();
        if secret.is_some_and(StoredSecret::is_reference) {
            stored.client_secret = None;
        }
    }
    Ok(stored)
}

/// Updates the connector's entry if it is for the same issuer and resource, else creates a new one, so that tokens of
/// different servers never mix.
async fn entry_for(
    cx: &Context,
    connector: &Connector,
    grant: &Grant,
) -> Result<WalletEntry, Error> {
    let now = cx.now();
    let entry = |id, name, created_at| WalletEntry {
        issuer: Some(grant.issuer.clone()),
        resource: Some(grant.resource.clone()),
        scopes: grant.scopes.clone(),
        expires_at: grant.expires_at,
        renews: grant.is_renewable(),
        created_at,
        ..new_entry(id, name, WalletKind::Oauth, now)
    };
    let same = find_grant(cx, connector).await?.filter(|entry| {
        entry.issuer.as_ref() == Some(&grant.issuer)
            && entry.resource.as_ref() == Some(&grant.resource)
    });
    match same {
        Some(same) => Ok(entry(same.id, same.name, same.created_at)),
        None => {
            let id = WalletEntryId::new(cx.new_id("cred"));
            let name = free_entry_name(cx, &connector.title).await?;
            Ok(entry(id, name, now))
        }
    }
}

fn use_entry(authentication: &mut Authentication, used: WalletEntryId) {
    if let Authentication::Oauth { entry, .. } = authentication {
        *entry = Some(used);
        return;
    }
    *authentication = Authentication::Oauth {
        client: None,
        entry: Some(used),
        callback_port: None,
        callback_host: None,
        redirect: Redirect::default(),
        scopes: Vec::new(),
        grant: OauthGrant::default(),
    };
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, lapsed_grant, open_temporary};

    #[tokio::test]
    async fn a_new_grant_waits_for_a_running_refresh() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let first = lapsed_grant("first-token-1", UNREACHABLE_URL);
        save_grant(&cx, &id, &first, None).await.unwrap();
        let entry = cx.store().list_wallet().await.unwrap().remove(0);
        let saved = async || {
            let name = SecretName::wallet(&entry.id);
            let saved = cx.vault().read(&name).await.unwrap().unwrap();
            let grant = Grant::from_secret(&saved).unwrap();
            grant.access_token.expose().to_owned()
        };

        let refreshing = cx.tokens().lock_credential(&entry.id).await.unwrap();
        let next = lapsed_grant("next-token-2", UNREACHABLE_URL);
        let mut keeping = std::pin::pin!(save_grant(&cx, &id, &next, None));
        let soon = tokio::time::timeout(Duration::from_millis(200), &mut keeping).await;
        assert!(soon.is_err(), "it did not wait for the refresh");
        assert_eq!(saved().await, "first-token-1");
        drop(refreshing);
        keeping.await.unwrap();
        assert_eq!(saved().await, "next-token-2");
        let wallet = cx.store().list_wallet().await.unwrap();
        let names: Vec<&str> = wallet.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, [entry.name.as_str()]);
    }
}
