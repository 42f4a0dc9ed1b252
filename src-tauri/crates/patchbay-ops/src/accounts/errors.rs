//! The last error of each account, saved for those who don't ask its platform.

use patchbay_model::{Account, AccountId, Code, Explain, Problem, Timestamp};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

/// Why an account could not be read the last time, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AccountError {
    pub(crate) problem: Problem,
    pub(crate) since: Timestamp,
}

/// The last error of an account; `None` when there is none, or it was not asked yet.
pub(crate) async fn account_error(
    cx: &Context,
    id: &AccountId,
) -> Result<Option<AccountError>, Error> {
    let kept: Option<Option<AccountError>> = cx.store().find_setting(&setting(id)).await?;
    Ok(kept.flatten())
}

/// Records how a request to an account went, and emits an event when that changed.
pub(crate) async fn record(cx: &Context, account: &Account, error: Option<&Error>) {
    if let Err(failed) = try_record(cx, account, error).await {
        tracing::warn!(account = %account.id, error = %failed, "how an account is could not be noted");
    }
}

async fn try_record(cx: &Context, account: &Account, error: Option<&Error>) -> Result<(), Error> {
    let before = account_error(cx, &account.id).await?;
    let problem = error
        .filter(|error| is_lasting(error.code()))
        .map(Error::problem);
    let code = |problem: &Problem| problem.code;
    if before.as_ref().map(|before| code(&before.problem)) == problem.as_ref().map(code) {
        return Ok(());
    }
    let since = before.map_or_else(|| cx.now(), |before| before.since);
    let failure = problem.map(|problem| AccountError { problem, since });
    let names = vec![setting(&account.id)];
    cx.store().put_settings(names, &failure).await?;
    cx.emit(Event::AccountsChanged);
    Ok(())
}

/// Whether a person has to act on it; other failures pass by themselves.
fn is_lasting(code: Code) -> bool {
    !matches!(
        code,
        Code::TimedOut | Code::PlatformRateLimited | Code::Cancelled
    )
}

fn setting(id: &AccountId) -> String {
    format!("accounts.trouble.{id}")
}
