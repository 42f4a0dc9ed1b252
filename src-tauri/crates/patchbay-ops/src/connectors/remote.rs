//! A connector as the platform of its account holds it.

use std::sync::Arc;

use patchbay_model::{
    Account, Connector, ConnectorStatus, IdentityLine, Json, RemoteId, Status, Timestamp,
    clean_text, redact_user_info, redact_user_infos,
};
use patchbay_platforms::{Platform, RemoteConnector};

use crate::accounts::find_account;
use crate::accounts::platform::{finish_call, options, platform_of};
use crate::connectors::status;
use crate::context::Context;
use crate::error::Error;

/// Most characters of a title that a platform gives.
const TITLE_LIMIT: usize = 200;

/// The platform that holds a connector, and the connector's id there.
///
/// # Errors
/// [`Error::NotFound`] when its account is gone; [`Error::Usage`] for a connector of this computer;
/// [`Error::Vault`], [`Error::Reference`], [`Error::Platform`].
pub(crate) async fn platform_for(
    cx: &Context,
    connector: &Connector,
) -> Result<(Arc<dyn Platform>, RemoteId), Error> {
    let remote = connector.remote_id.clone().ok_or_else(|| Error::Usage {
        what: format!("{} is on this computer", connector.title),
        hint: "Choose a hosted connector.".to_owned(),
    })?;
    let account = find_account(cx, &connector.account).await?;
    Ok((platform_of(cx, &account).await?, remote))
}

/// Asks the platform how a connector is, and keeps the answer.
pub(crate) async fn refresh_status(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<(), Error> {
    let Some(fresh) = fetch_remote(cx, connector, platform, remote).await? else {
        return Ok(());
    };
    let change = move |connector: &mut Connector| fresh.apply_to(connector);
    status::change(cx, &connector.id, change).await.map(drop)
}

/// Refreshes the status from the platform. Where it did not change, our own details of the failed sign-in stay: they
/// say more.
pub(crate) async fn refresh_after_failure(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<(), Error> {
    let Some(fresh) = fetch_remote(cx, connector, platform, remote).await? else {
        return Ok(());
    };
    // Nobody waits any more, whatever the platform or its deadline says.
    if fresh.found.status == Status::Authorizing {
        return Ok(());
    }
    let change = move |connector: &mut Connector| {
        let before = connector.status.clone();
        fresh.apply_to(connector);
        if connector.status.status == before.status {
            connector.status.reason = before.reason.or(connector.status.reason.take());
            connector.status.code = before.code;
        }
    };
    status::change(cx, &connector.id, change).await.map(drop)
}

/// What the platform of a connector says that it is now.
pub(crate) struct RemoteSnapshot {
    account: Account,
    found: RemoteConnector,
    at: Timestamp,
}

impl RemoteSnapshot {
    pub(crate) async fn new(
        cx: &Context,
        connector: &Connector,
        found: RemoteConnector,
    ) -> Result<Self, Error> {
        Ok(Self {
            account: find_account(cx, &connector.account).await?,
            found,
            at: cx.now(),
        })
    }

    /// Applies the snapshot to the connector.
    pub(crate) fn apply_to(self, connector: &mut Connector) {
        copy_remote(connector, &self.account, self.found, self.at);
    }
}

/// How a connector is by its platform, not kept yet; `None` where that cannot be asked.
pub(crate) async fn fetch_snapshot(cx: &Context, connector: &Connector) -> Option<RemoteSnapshot> {
    let asked = async {
        let (platform, remote) = platform_for(cx, connector).await?;
        fetch_remote(cx, connector, &*platform, &remote).await
    };
    asked.await.unwrap_or_else(|error: Error| {
        tracing::warn!(connector = %connector.id, %error, "its platform could not be asked");
        None
    })
}

/// `None` where the platform shows no single connector.
async fn fetch_remote(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<Option<RemoteSnapshot>, Error> {
    let Some(connectors) = platform.connectors() else {
        return Ok(None);
    };
    let found = connectors.find_connector(remote, &options(cx)).await;
    let found = finish_call(cx, &connector.account, platform, found).await?;
    RemoteSnapshot::new(cx, connector, found).await.map(Some)
}

/// Copies what the platform reports into the connector. The user's own settings stay, and so does the name, which
/// scripts use; only the title follows the platform.
pub(crate) fn copy_remote(
    connector: &mut Connector,
    account: &Account,
    remote: RemoteConnector,
    now: Timestamp,
) {
    let is_ready = remote.status == Status::Ready;
    // A list says how it was when the platform last tried, which may be long before it is read.
    let tried_at = remote.checked_at.map_or(now, |at| at.min(now));
    connector.status = ConnectorStatus {
        status: remote.status,
        word: remote.word,
        reason: remote.reason,
        code: None,
        checked_at: Some(now),
        last_ok_at: is_ready
            .then_some(tried_at)
            .max(connector.status.last_ok_at),
    };
    connector.remote_id = Some(remote.remote_id);
    // Not every platform's own name is fit to be shown, and it has to stand for the connector everywhere.
    connector.title = clean_text(&remote.title.unwrap_or(remote.name), TITLE_LIMIT);
    connector.description = remote.description;
    connector.connector_type = remote.connector_type;
    connector.icon = remote.icon;
    connector.endpoint = remote.endpoint.as_deref().map(redact_user_info);
    connector.visibility = remote.visibility;
    connector.identity = IdentityLine {
        platform: account.platform,
        account: account.label.clone(),
        credential: remote.credential,
        user: None,
        level: remote.level,
        expires_at: remote.expires_at,
    };
    connector.authentication_methods = remote.methods;
    connector.created_at = remote.created_at.unwrap_or(connector.created_at);
    connector.updated_at = remote.updated_at.unwrap_or(now);
    connector.native = Json(redact_user_infos(remote.native.0));
}
