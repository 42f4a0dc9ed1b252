//! Calls about one connector of a hosted platform.

use patchbay_model::{Code, Connector, Explain};
use patchbay_platforms::Platform;

use crate::accounts::find_account;
use crate::accounts::platform::finish_call;
use crate::connectors::sync::sync_account;
use crate::context::Context;
use crate::error::Error;

/// Ends a call about a connector as [`finish_call`] does. What its platform doesn't find may have been deleted
/// elsewhere, the connector itself included: its list tells.
///
/// # Errors
/// As [`finish_call`].
pub(crate) async fn finish_connector_call<T>(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    outcome: patchbay_platforms::Result<T>,
) -> Result<T, Error> {
    let finished = finish_call(cx, &connector.account, platform, outcome).await;
    look_for_missing(cx, connector, finished).await
}

/// The same outcome, after a look at what the platform still has where that was not found.
///
/// # Errors
/// Those of the outcome.
pub(crate) async fn look_for_missing<T>(
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
