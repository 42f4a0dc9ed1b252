//! Detects changes by other processes, reloads caches and emits events.
//!
//! Processes do not communicate; each polls the shared database. Polling an unchanged database takes microseconds.

use std::time::Duration;

use patchbay_store::Changes;

use crate::accounts::{list_accounts, platform};
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::open::end_abandoned;
use crate::servers::sessions::settings::close_outdated;

const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Number of polls between two searches for processes that died during a sign-in or run, which changes nothing in the
/// database.
const POLLS_PER_SEARCH: u32 = 10;

/// Takes a snapshot, and returns a future that reports changes by other processes from then on until this process ends.
pub async fn watch_other_processes(cx: &Context) -> Result<impl Future<Output = ()>, Error> {
    let mut state = FileState::now(cx).await?;
    Ok(async move {
        for polls in 1_u32.. {
            tokio::select! {
                () = cx.shutdown().cancelled() => return,
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
            let mut outcome = check_for_changes(cx, &mut state).await;
            if outcome.is_ok() && polls.is_multiple_of(POLLS_PER_SEARCH) {
                outcome = end_abandoned(cx).await;
            }
            if let Err(error) = outcome {
                tracing::warn!(%error, "what other processes change could not be followed");
            }
        }
    })
}

/// Snapshot of the change counters.
#[derive(Clone, Copy)]
struct FileState {
    /// Changes with every write.
    version: i64,
    /// Changes with every write of another process.
    external: i64,
    changes: Changes,
}

impl FileState {
    async fn now(cx: &Context) -> Result<Self, Error> {
        // Before anything else, so that a concurrent write changes it.
        let version = cx.store().version()?;
        let mut external = cx.store().external_version().await?;
        loop {
            let changes = cx.store().changes().await?;
            let since = cx.store().external_version().await?;
            if since == external {
                return Ok(Self {
                    version,
                    external,
                    changes,
                });
            }
            external = since;
        }
    }
}

async fn check_for_changes(cx: &Context, state: &mut FileState) -> Result<(), Error> {
    if state.version == cx.store().version()? {
        return Ok(());
    }
    let now = FileState::now(cx).await?;
    // Writes of this process have emitted their own events.
    let is_external = state.external != now.external;
    if is_external {
        reload_changed(cx, &state.changes, &now.changes).await?;
        emit_changes(cx, &state.changes, &now.changes);
    }
    // Only now: what failed before is done again.
    let before = std::mem::replace(state, now);
    if is_external {
        close_outdated_sessions(cx, &before.changes, &state.changes).await?;
    }
    Ok(())
}

/// Drops or reloads outdated caches.
async fn reload_changed(cx: &Context, before: &Changes, now: &Changes) -> Result<(), Error> {
    if before.accounts != now.accounts {
        cx.sign_ins().forget_all();
    } else if before.wallet != now.wallet {
        let accounts = list_accounts(cx).await?.into_iter();
        for account in accounts.filter(|account| !account.entries.is_empty()) {
            cx.sign_ins().forget(&account.id);
        }
    }
    if before.settings != now.settings {
        platform::merge_saved_observations(cx).await?;
    }
    Ok(())
}

/// Closes the connections whose settings are outdated, last, as a server may take seconds.
async fn close_outdated_sessions(
    cx: &Context,
    before: &Changes,
    now: &Changes,
) -> Result<(), Error> {
    if before.connectors == now.connectors && before.wallet == now.wallet {
        return Ok(());
    }
    close_outdated(cx).await
}

fn emit_changes(cx: &Context, before: &Changes, now: &Changes) {
    let events = [
        (before.accounts != now.accounts, Event::AccountsChanged),
        (
            before.connectors != now.connectors,
            Event::ConnectorsChanged,
        ),
        (before.wallet != now.wallet, Event::WalletChanged),
        (before.settings != now.settings, Event::SettingsChanged),
        (before.runs != now.runs, Event::HistoryChanged),
    ];
    for (_, event) in events.into_iter().filter(|(is_new, _)| *is_new) {
        cx.emit(event);
    }
}
