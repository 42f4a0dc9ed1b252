//! What is kept of a consent that succeeded.

use patchbay_model::{
    Authentication, Connector, ConnectorId, Redirect, WalletEntry, WalletEntryId, WalletKind,
};
use patchbay_oauth::Grant;
use patchbay_vault::SecretName;

use crate::add_connector::free_entry_name;
use crate::address::endpoint_of;
use crate::list_connectors::find_connector;
use crate::{Context, Error, Event, secrets, status, step_up};

/// Saves the tokens, in the vault first, and has the connector use them.
///
/// # Errors
/// [`Error::NotFound`] when the connector is gone; [`Error::Vault`], [`Error::Store`].
pub(super) async fn keep(cx: &Context, id: &ConnectorId, grant: &Grant) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    if !grant.may_go_to(&endpoint_of(&connector)?) {
        // Another process moved it meanwhile: tokens belong to the origin that they were issued for.
        return Err(patchbay_oauth::Error::ClientMismatch.into());
    }
    let entry = entry_for(cx, &connector, grant).await?;
    let kept = with_reference(cx, &connector, grant).await?;
    cx.vault()
        .write(&SecretName::wallet(&entry.id), &kept.to_secret())
        .await?;
    cx.store().save_wallet_entry(&entry).await?;
    let change = move |connector: &mut Connector| {
        connector.identity = status::identity(Some(&entry));
        use_entry(&mut connector.authentication, entry.id);
        step_up::forget_scopes(connector);
    };
    status::change(cx, id, change).await?;
    cx.sessions().close(id).await;
    cx.tell(Event::WalletChanged);
    Ok(())
}

/// A client secret that the wallet has as a reference stays one in the grant: what it stands for is
/// never kept, and asked for again at each refresh.
async fn with_reference(
    cx: &Context,
    connector: &Connector,
    grant: &Grant,
) -> Result<Grant, Error> {
    let mut kept = grant.clone();
    let Authentication::Oauth {
        client: Some(app), ..
    } = &connector.authentication
    else {
        return Ok(kept);
    };
    if let Some(app) = cx.store().find_wallet_entry(app).await? {
        let app = secrets::oauth_app(cx.vault(), &app).await?;
        let reference = app.client_secret.filter(secrets::is_reference);
        kept.client_secret = reference.or(kept.client_secret);
    }
    Ok(kept)
}

/// The entry that the connector uses, when it is for the same issuer and resource, else a new one:
/// tokens are never mixed with those of another server.
async fn entry_for(
    cx: &Context,
    connector: &Connector,
    grant: &Grant,
) -> Result<WalletEntry, Error> {
    let now = cx.now();
    let fresh = |id, name, created_at| WalletEntry {
        id,
        name,
        kind: WalletKind::Oauth,
        reference: None,
        header_names: Vec::new(),
        issuer: Some(grant.issuer.clone()),
        resource: Some(grant.resource.clone()),
        scopes: grant.scopes.clone(),
        expires_at: grant.expires_at,
        renews: grant.refresh_token.is_some(),
        needs_authorization: false,
        created_at,
        replaced_at: now,
        last_used_at: None,
        used_by: Vec::new(),
    };
    let used = match &connector.authentication {
        Authentication::Oauth {
            entry: Some(entry), ..
        } => cx.store().find_wallet_entry(entry).await?,
        _ => None,
    };
    let same = used.filter(|entry| {
        entry.issuer.as_ref() == Some(&grant.issuer)
            && entry.resource.as_ref() == Some(&grant.resource)
    });
    match same {
        Some(entry) => Ok(fresh(entry.id, entry.name, entry.created_at)),
        None => {
            let id = WalletEntryId::new(cx.new_id("cred"));
            let name = free_entry_name(cx, &connector.title).await?;
            Ok(fresh(id, name, now))
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
    };
}
