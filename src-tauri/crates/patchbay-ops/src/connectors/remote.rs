//! The state of hosted connectors on their platforms.

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

/// Maximum length of a platform's title, in characters.
const TITLE_LIMIT: usize = 200;

/// Returns the platform of a hosted connector and the connector's id there.
///
/// # Errors
/// [`Error::Usage`] for a local connector; as [`platform_of`].
pub(crate) async fn platform_for(
    cx: &Context,
    connector: &Connector,
) -> Result<(Arc<dyn Platform>, RemoteId), Error> {
    let remote = connector.remote_id.clone().ok_or_else(|| {
        let what = format!("connector {} is on this computer", connector.title);
        Error::usage(what, "Choose a hosted connector.")
    })?;
    let account = find_account(cx, &connector.account).await?;
    Ok((platform_of(cx, &account).await?, remote))
}

/// Refreshes the cached connector from its platform.
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

/// Like [`refresh_status`] after a failed sign-in: if the status is unchanged, our reason and code are kept, as they
/// are more specific.
pub(crate) async fn refresh_after_failure(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<(), Error> {
    let Some(fresh) = fetch_remote(cx, connector, platform, remote).await? else {
        return Ok(());
    };
    // The platform has not noticed yet that the sign-in is over.
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

/// A connector as its platform reports it.
pub(crate) struct RemoteSnapshot {
    account: Account,
    found: RemoteConnector,
    at: Timestamp,
}

impl RemoteSnapshot {
    pub(crate) fn apply_to(self, connector: &mut Connector) {
        copy_remote(connector, &self.account, self.found, self.at);
    }
}

/// Fetches a connector from its platform without saving it; `None` on failure.
pub(crate) async fn fetch_snapshot(cx: &Context, connector: &Connector) -> Option<RemoteSnapshot> {
    let fetched = async {
        let (platform, remote) = platform_for(cx, connector).await?;
        fetch_remote(cx, connector, &*platform, &remote).await
    };
    fetched.await.unwrap_or_else(|error: Error| {
        tracing::warn!(connector = %connector.id, %error, "its platform could not be asked");
        None
    })
}

/// Fetches a connector from its platform; `None` if the platform does not show single connectors.
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
    Ok(Some(RemoteSnapshot {
        account: find_account(cx, &connector.account).await?,
        found,
        at: cx.now(),
    }))
}

/// Copies what the platform reports into the connector. The user's settings stay, and so does the name, which scripts
/// may use; only the title follows the platform.
pub(crate) fn copy_remote(
    connector: &mut Connector,
    account: &Account,
    remote: RemoteConnector,
    now: Timestamp,
) {
    let is_ready = remote.status == Status::Ready;
    // The platform may have checked the connector long ago.
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
    // Untrusted text, which is shown everywhere.
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
