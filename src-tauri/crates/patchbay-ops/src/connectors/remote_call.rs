//! Platform calls about one hosted connector.

use std::sync::Arc;

use patchbay_http::CallOptions;
use patchbay_model::{Code, Connector, ConnectorId, Explain, RemoteId};
use patchbay_platforms::Platform;

use crate::accounts::find_account;
use crate::accounts::platform::{finish_call, options};
use crate::connectors::find_connector;
use crate::connectors::remote::{platform_for, refresh_status};
use crate::connectors::sync::sync_account;
use crate::context::Context;
use crate::error::Error;

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

    pub(crate) async fn new(cx: &'a Context, connector: Connector) -> Result<Self, Error> {
        let (platform, remote) = platform_for(cx, &connector).await?;
        Ok(Self {
            cx,
            connector,
            platform,
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

    pub(crate) async fn refresh_status(&self) -> Result<(), Error> {
        refresh_status(self.cx, &self.connector, &*self.platform, &self.remote).await
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
