//! Results of platform calls about one hosted connector.

use patchbay_model::{Code, Connector, Explain};
use patchbay_platforms::Platform;

use crate::accounts::find_account;
use crate::accounts::platform::finish_call;
use crate::connectors::sync::sync_account;
use crate::context::Context;
use crate::error::Error;

/// Like [`finish_call`]; on "not found" the account is synced, as the connector itself may have been deleted.
pub(crate) async fn finish_connector_call<T>(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    outcome: patchbay_platforms::Result<T>,
) -> Result<T, Error> {
    let finished = finish_call(cx, &connector.account, platform, outcome).await;
    resync_if_missing(cx, connector, finished).await
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
