//! Saving the grant of an authorization.

use std::time::Duration;

use patchbay_model::{
    Authentication, Connector, ConnectorId, Secret, Timestamp, WalletEntry, WalletEntryId,
    WalletKind,
};
use patchbay_oauth::{Grant, OAuthClient, Untraced};
use patchbay_store::Changed;
use patchbay_vault::SecretName;

use crate::address::{NewName, endpoint_of};
use crate::authorizations::own_sign_in::drop_own_sign_in;
use crate::authorizations::{find_grant, scope_upgrade};
use crate::context::Context;
use crate::credentials::edit::{add_entry, add_with_secret};
use crate::credentials::forget::forget;
use crate::credentials::new_entry;
use crate::credentials::revoke::revoke_in_background;
use crate::error::Error;
use crate::events::Event;
use crate::secrets;
use crate::secrets::StoredSecret;
use crate::servers::sessions;
use crate::stored_connectors::{find_connector, status};

/// Time limit for forgetting the former sign-in.
const FORGET_LIMIT: Duration = Duration::from_secs(5);

/// Saves the tokens and sets the connector to use them. `user` is their owner, if the provider tells. Tokens that can't be
/// saved are revoked over `oauth`.
pub(super) async fn save_grant(
    cx: &Context,
    oauth: &OAuthClient,
    id: &ConnectorId,
    grant: &Grant,
    user: Option<String>,
) -> Result<(), Error> {
    let saved = save_tokens(cx, id, grant, user).await;
    if saved.is_err() {
        revoke_unsaved(cx, oauth.clone(), grant).await;
    }
    let (connector, entry) = saved?;
    let change = move |connector: &mut Connector| {
        connector.identity = status::identity(Some(&entry));
        use_entry(&mut connector.authentication, entry.id);
        scope_upgrade::clear_wanted_scopes(connector);
    };
    let changed = status::change(cx, id, change).await?;
    sessions::end_session(cx, id).await;
    cx.emit(Event::WalletChanged);
    bind_app(cx, &connector, &grant.issuer).await?;
    if let Some(changed) = changed {
        let forgetting = forget_former(cx, &changed, &grant.issuer);
        // A running refresh has its lock. Otherwise it stays in the wallet, where the person can delete it.
        match tokio::time::timeout(FORGET_LIMIT, forgetting).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the former sign-in could not be forgotten"),
            Err(_) => tracing::warn!("forgetting the former sign-in took too long"),
        }
    }
    Ok(())
}

/// Forgets the sign-in at another server or for another resource that this one replaces. It is not revoked at the same
/// server, since some providers end all sign-ins of an app together.
async fn forget_former(cx: &Context, changed: &Changed, issuer: &str) -> Result<(), Error> {
    let Changed { before, after } = changed;
    if before.authentication.entry() == after.authentication.entry() {
        return Ok(());
    }
    let former = find_grant(cx, before).await?;
    match former.filter(|former| former.issuer.as_deref() == Some(issuer)) {
        Some(former) if former.used_by.is_empty() => forget(cx, &former.id).await,
        Some(_) => Ok(()),
        None => drop_own_sign_in(cx, before).await,
    }
}

/// Saves the tokens in the wallet, for a connector that still has the address that they are for.
async fn save_tokens(
    cx: &Context,
    id: &ConnectorId,
    grant: &Grant,
    user: Option<String>,
) -> Result<(Connector, WalletEntry), Error> {
    let connector = find_connector(cx, id).await?;
    if !grant.allows_url(&endpoint_of(&connector)?) {
        // Another process changed it. Tokens are only for the origin that they were issued for.
        return Err(Error::AddressChanged {
            connector: connector.title,
        });
    }
    let stored = without_reference(cx, &connector, grant).await?.to_secret();
    let entry = match renewed_entry(cx, &connector, grant).await? {
        Some(entry) => renew(cx, WalletEntry { user, ..entry }, &stored).await?,
        None => add(cx, &connector.title, grant, user, &stored).await?,
    };
    Ok((connector, entry))
}

/// Revokes tokens that could not be saved, as far as that is possible. Not while there is a sign-in at the same server:
/// it may be of the same app, see [`forget_former`].
pub(super) async fn revoke_unsaved(cx: &Context, oauth: OAuthClient, grant: &Grant) {
    let Ok(wallet) = cx.store().list_wallet().await else {
        return;
    };
    let is_of_issuer = |entry: &WalletEntry| entry.issuer.as_ref() == Some(&grant.issuer);
    if wallet
        .iter()
        .any(|entry| entry.kind == WalletKind::Oauth && is_of_issuer(entry))
    {
        return;
    }
    let grant = grant.clone();
    revoke_in_background(
        cx,
        async move { Ok(oauth.revoke(&grant, &Untraced).await?) },
    );
}

/// Binds the user's own app to the first authorization server that it signed in at: its secret is sent to no other.
async fn bind_app(cx: &Context, connector: &Connector, issuer: &str) -> Result<(), Error> {
    if let Some(app) = connector.authentication.app() {
        let issuer = issuer.to_owned();
        let bind = move |app: &mut WalletEntry| {
            app.issuer.get_or_insert(issuer);
        };
        cx.store().change_wallet_entry(app, bind).await?;
    }
    Ok(())
}

/// Replaces the tokens of an entry, which keeps its name.
async fn renew(cx: &Context, entry: WalletEntry, stored: &Secret) -> Result<WalletEntry, Error> {
    // Otherwise a running refresh would overwrite it with the previous grant.
    let lock = cx.tokens().lock_credential(&entry.id).await?;
    let secret_name = SecretName::wallet(&entry.id);
    cx.vault().write(&secret_name, stored).await?;
    let fresh = entry.clone();
    let renew = move |known: &mut WalletEntry| {
        let name = std::mem::take(&mut known.name);
        *known = WalletEntry { name, ..fresh };
    };
    let renewed = cx.store().change_wallet_entry(&entry.id, renew).await?;
    let entry = match renewed {
        Some(renewed) => renewed,
        None => {
            // It was deleted before the lock was taken.
            let name = NewName::Derived(entry.name.clone());
            let added = add_entry(cx, entry, name).await;
            if added.is_err() {
                drop(cx.vault().remove(&secret_name).await);
            }
            added?
        }
    };
    cx.tokens().forget_refusal(&entry.id).await;
    drop(lock);
    Ok(entry)
}

/// Saves the tokens in a new entry.
async fn add(
    cx: &Context,
    name: &str,
    grant: &Grant,
    user: Option<String>,
    stored: &Secret,
) -> Result<WalletEntry, Error> {
    let id = WalletEntryId::new(cx.new_id("cred"));
    let entry = WalletEntry {
        user,
        ..entry_for(id, name.to_owned(), grant, cx.now())
    };
    let name = NewName::Derived(name.to_owned());
    add_with_secret(cx, entry, name, Some(stored.clone())).await
}

/// Removes the client secret if it comes from a reference, since such secrets are never saved. Each refresh resolves it
/// again.
async fn without_reference(
    cx: &Context,
    connector: &Connector,
    grant: &Grant,
) -> Result<Grant, Error> {
    let mut stored = grant.clone();
    let Some(app) = connector.authentication.app() else {
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

/// Returns the connector's entry with the facts of the grant, if it is for the same issuer and resource: tokens of
/// different servers never mix.
async fn renewed_entry(
    cx: &Context,
    connector: &Connector,
    grant: &Grant,
) -> Result<Option<WalletEntry>, Error> {
    let same = find_grant(cx, connector).await?.filter(|entry| {
        entry.issuer.as_ref() == Some(&grant.issuer)
            && entry.resource.as_ref() == Some(&grant.resource)
    });
    let now = cx.now();
    Ok(same.map(|same| WalletEntry {
        created_at: same.created_at,
        ..entry_for(same.id, same.name, grant, now)
    }))
}

fn entry_for(id: WalletEntryId, name: String, grant: &Grant, now: Timestamp) -> WalletEntry {
    WalletEntry {
        issuer: Some(grant.issuer.clone()),
        resource: Some(grant.resource.clone()),
        scopes: grant.scopes.clone(),
        expires_at: grant.expires_at,
        renews: grant.is_renewable(),
        ..new_entry(id, name, WalletKind::Oauth, now)
    }
}

fn use_entry(authentication: &mut Authentication, used: WalletEntryId) {
    if let Authentication::Oauth { entry, .. } = authentication {
        *entry = Some(used);
        return;
    }
    *authentication = Authentication::oauth(None, Some(used));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::connectors::edit::remove_connector;
    use crate::credentials::secret::WalletSecret;
    use crate::testing::{
        UNREACHABLE_URL, add, add_credential, block_vault, lapsed_grant, open_temporary,
        receive_revocation, revocable_grant,
    };

    async fn save(cx: &Context, connector: &Connector, grant: &Grant) -> Result<(), Error> {
        let oauth = cx.oauth_of(connector).await.unwrap();
        save_grant(cx, &oauth, &connector.id, grant, None).await
    }

    #[tokio::test]
    async fn an_app_belongs_to_the_first_server_that_it_signed_in_at() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let secret = WalletSecret::OauthClient {
            client_id: "app-1".to_owned(),
            client_secret: None,
        };
        let app = add_credential(&cx, "App", secret).await;
        assert_eq!(app.issuer, None);
        let used = app.id.clone();
        let use_app = move |connector: &mut Connector| {
            connector.authentication = Authentication::oauth(Some(used), None);
        };
        status::update(&cx, &connector.id, use_app).await.unwrap();
        let grant = lapsed_grant("first-token-1", UNREACHABLE_URL);
        save(&cx, &connector, &grant).await.unwrap();
        let app = cx
            .store()
            .find_wallet_entry(&app.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(app.issuer, Some(grant.issuer));
    }

    #[tokio::test]
    async fn tokens_that_cannot_be_saved_are_revoked() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let (grant, provider) = revocable_grant().await;
        // As when another process changes the address during the sign-in.
        let moves = |it: &mut Connector| it.endpoint = Some("http://127.0.0.1:8/mcp".to_owned());
        status::update(&cx, &connector.id, moves).await.unwrap();
        let refused = save(&cx, &connector, &grant).await.unwrap_err();
        assert!(
            matches!(refused, Error::AddressChanged { .. }),
            "{refused:?}"
        );
        assert_eq!(cx.store().list_wallet().await.unwrap(), []);
        receive_revocation(&provider, "refresh-token-1").await;
    }

    #[tokio::test]
    async fn tokens_for_a_connector_that_was_removed_meanwhile_are_revoked() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let (grant, provider) = revocable_grant().await;
        // As when another process removes it during the sign-in.
        remove_connector(&cx, &connector.id).await.unwrap();
        let refused = save(&cx, &connector, &grant).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. }), "{refused:?}");
        receive_revocation(&provider, "refresh-token-1").await;
    }

    #[tokio::test]
    async fn tokens_that_the_vault_refuses_leave_no_entry() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        block_vault(&cx).await;
        let grant = lapsed_grant("first-token-1", UNREACHABLE_URL);
        let refused = save(&cx, &connector, &grant).await;
        assert!(matches!(refused, Err(Error::Vault(_))), "{refused:?}");
        assert_eq!(cx.store().list_wallet().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_sign_in_replaces_one_for_another_resource_and_revokes_one_at_another_server() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let (first, provider) = revocable_grant().await;
        let mut second = first.clone();
        second.resource = "http://127.0.0.1:9".to_owned();
        let mut third = second.clone();
        third.issuer = "http://127.0.0.1:8".to_owned();
        for (number, grant) in [first, second, third].iter().enumerate() {
            save(&cx, &connector, grant).await.unwrap();
            let wallet = cx.store().list_wallet().await.unwrap();
            let entries: Vec<_> = wallet
                .iter()
                .map(|entry| (entry.issuer.as_ref(), entry.used_by.len()))
                .collect();
            assert_eq!(entries, [(Some(&grant.issuer), 1)]);
            if number < 2 {
                let asked = tokio::time::timeout(Duration::from_millis(200), provider.accept());
                assert!(asked.await.is_err(), "nothing is revoked");
            }
        }
        receive_revocation(&provider, "refresh-token-1").await;
    }

    #[tokio::test]
    async fn a_new_grant_waits_for_a_running_refresh() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let first = lapsed_grant("first-token-1", UNREACHABLE_URL);
        save(&cx, &connector, &first).await.unwrap();
        let entry = cx.store().list_wallet().await.unwrap().remove(0);
        let saved = async || {
            let name = SecretName::wallet(&entry.id);
            let saved = cx.vault().read(&name).await.unwrap().unwrap();
            let grant = Grant::from_secret(&saved).unwrap();
            grant.access_token.expose().to_owned()
        };

        let refreshing = cx.tokens().lock_credential(&entry.id).await.unwrap();
        let next = lapsed_grant("next-token-2", UNREACHABLE_URL);
        let mut keeping = std::pin::pin!(save(&cx, &connector, &next));
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
