//! Platform calls about one hosted connector.

use std::sync::Arc;

use patchbay_http::CallOptions;
use patchbay_model::{Account, Code, Connector, ConnectorId, Explain, RemoteId, Status, Timestamp};
use patchbay_platforms::{Platform, RemoteConnector};

use crate::accounts::find_account;
use crate::accounts::platform::{finish_call, options, platform_of};
use crate::accounts::remote::copy_remote;
use crate::accounts::sync::sync_account;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::{find_connector, status};

/// A hosted connector, with what calls to its platform need.
pub(crate) struct HostedConnector<'a> {
    cx: &'a Context,
    pub(crate) connector: Connector,
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) remote: RemoteId,
    pub(crate) options: CallOptions,
}

impl<'a> HostedConnector<'a> {
    pub(crate) async fn find(cx: &'a Context, id: &ConnectorId) -> Result<Self, Error> {
        Self::new(cx, find_connector(cx, id).await?).await
    }

    /// # Errors
    /// [`Error::Usage`] for a local connector; as [`platform_of`].
    pub(crate) async fn new(cx: &'a Context, connector: Connector) -> Result<Self, Error> {
        let remote = connector.remote_id.clone().ok_or_else(|| {
            let what = format!("connector {} is on this computer", connector.title);
            Error::usage(what, "Choose a hosted connector.")
        })?;
        let account = find_account(cx, &connector.account).await?;
        Ok(Self {
            cx,
            connector,
            platform: platform_of(cx, &account).await?,
            remote,
            options: options(cx),
        })
    }

    /// Like [`finish_call`]; on "not found" the account is synced, as the connector itself may have been deleted.
    pub(crate) async fn finish<T>(
        &self,
        outcome: patchbay_platforms::Result<T>,
    ) -> Result<T, Error> {
        let (cx, connector) = (self.cx, &self.connector);
        let finished = finish_call(cx, &connector.account, &*self.platform, outcome).await;
        resync_if_missing(cx, connector, finished).await
    }

    /// Refreshes the cached connector from its platform.
    pub(crate) async fn refresh_status(&self) -> Result<(), Error> {
        let Some(fresh) = self.fetch_snapshot(true).await? else {
            return Ok(());
        };
        let change = move |connector: &mut Connector| fresh.apply_to(connector);
        status::change(self.cx, &self.connector.id, change)
            .await
            .map(drop)
    }

    /// Like [`Self::refresh_status`] after a change at the platform, which was made even if the status can't be read then.
    pub(crate) async fn refresh_after_change(&self) -> Result<(), Error> {
        match self.refresh_status().await {
            Err(error @ Error::Store(_)) => Err(error),
            Err(error) => {
                tracing::warn!(connector = %self.connector.id, %error, "no status after a change");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Like [`Self::refresh_status`] after a failed sign-in: if the status is unchanged, our reason and code are kept,
    /// as they are more specific.
    pub(crate) async fn refresh_after_failure(&self) -> Result<(), Error> {
        let Some(fresh) = self.fetch_snapshot(true).await? else {
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
        status::change(self.cx, &self.connector.id, change)
            .await
            .map(drop)
    }

    /// Fetches the connector from its platform without saving it; `None` if the platform does not show single
    /// connectors. If `tested`, the platform tests it for this where it can, which may take minutes.
    pub(crate) async fn fetch_snapshot(
        &self,
        tested: bool,
    ) -> Result<Option<RemoteSnapshot>, Error> {
        let Some(connectors) = self.platform.connectors() else {
            return Ok(None);
        };
        let (cx, account) = (self.cx, &self.connector.account);
        let found = match tested {
            true => connectors.find_connector(&self.remote, &self.options),
            false => connectors.read_connector(&self.remote, &self.options),
        };
        let found = found.await;
        let found = finish_call(cx, account, &*self.platform, found).await?;
        Ok(Some(RemoteSnapshot {
            account: find_account(cx, account).await?,
            found,
            at: cx.now(),
        }))
    }
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

/// Returns the outcome unchanged; on "not found" the account is synced first.
pub(crate) async fn resync_if_missing<T>(
    cx: &Context,
    connector: &Connector,
    outcome: Result<T, Error>,
) -> Result<T, Error> {
    let is_missing = |error: &Error| error.code() == Code::NotFound;
    if outcome.as_ref().is_err_and(is_missing)
        && let Ok(account) = find_account(cx, &connector.account).await
    {
        drop(sync_account(cx, &account).await);
    }
    outcome
}
