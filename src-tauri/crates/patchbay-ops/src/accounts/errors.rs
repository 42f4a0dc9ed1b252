//! The last error of each account, saved for lists that don't contact its platform.

use patchbay_model::{Account, AccountId, Code, Explain, Problem, Timestamp};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

/// Why the last request to an account failed, and since when requests fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AccountError {
    pub(crate) problem: Problem,
    pub(crate) since: Timestamp,
}

/// Returns the last error of an account; `None` if the last request succeeded or none was made yet.
pub(crate) async fn account_error(
    cx: &Context,
    id: &AccountId,
) -> Result<Option<AccountError>, Error> {
    let saved: Option<Option<AccountError>> = cx.store().find_setting(&setting(id)).await?;
    Ok(saved.flatten())
}

/// Records the outcome of a request to an account, and emits an event if it changed.
pub(crate) async fn record(cx: &Context, account: &Account, error: Option<&Error>) {
    if let Err(failed) = try_record(cx, account, error).await {
        tracing::warn!(account = %account.id, error = %failed, "how an account is could not be noted");
    }
}

async fn try_record(cx: &Context, account: &Account, error: Option<&Error>) -> Result<(), Error> {
    if error.is_some_and(|error| !is_lasting(error.code())) {
        return Ok(());
    }
    let before = account_error(cx, &account.id).await?;
    let problem = error.map(Error::problem);
    let former_code = before.as_ref().map(|before| before.problem.code);
    if former_code == problem.as_ref().map(|problem| problem.code) {
        return Ok(());
    }
    let since = before.map_or_else(|| cx.now(), |before| before.since);
    let failure = problem.map(|problem| AccountError { problem, since });
    let names = vec![setting(&account.id)];
    cx.store().put_settings(names, &failure).await?;
    cx.emit(Event::AccountsChanged);
    Ok(())
}

/// Whether the user has to act; other failures are temporary.
fn is_lasting(code: Code) -> bool {
    !matches!(
        code,
        Code::TimedOut | Code::PlatformRateLimited | Code::Cancelled
    )
}

fn setting(id: &AccountId) -> String {
    format!("accounts.trouble.{id}")
}
