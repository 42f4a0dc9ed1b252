//! Background checks of connectors. They never open a browser.
//!
//! Each finding is reported once. Checks pause while the system saves power, its network is metered or the vault is
//! locked, and while the user has switched them off.

mod intervals;
mod power_and_network;
mod schedule;
#[cfg(test)]
mod tests;

pub use intervals::CheckIntervals;
pub use power_and_network::{PowerAndNetwork, SystemPowerAndNetwork};

use std::collections::BTreeSet;

use futures::StreamExt;
use patchbay_model::{Account, VaultState};

use self::schedule::{CheckSchedule, CheckTarget, group_by_host};
use crate::accounts::sync::sync_account;
use crate::accounts::{list_accounts, platform};
use crate::connectors::check::check_in_background;
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::need::Need;
use crate::needs::list_needs;
use crate::stored_connectors::list_connectors;
use crate::vault::vault_status;

const SETTING: &str = "background.checks";

/// Number of hosts that are checked concurrently, with one request at a time each.
const HOSTS_AT_ONCE: usize = 4;

/// Whether background checks are enabled.
pub async fn background_checks(cx: &Context) -> Result<bool, Error> {
    Ok(cx.store().find_setting(SETTING).await?.unwrap_or(true))
}

/// Enables or disables background checks.
pub async fn switch_background_checks(cx: &Context, on: bool) -> Result<(), Error> {
    let names = vec![SETTING.to_owned()];
    cx.store().put_settings(names, &on).await?;
    cx.emit(Event::SettingsChanged);
    Ok(())
}

/// Runs background checks until the process ends.
pub async fn run_background_checks(
    cx: &Context,
    system: &dyn PowerAndNetwork,
    intervals: CheckIntervals,
) {
    let mut schedule = CheckSchedule::new(intervals);
    let mut known_needs = None;
    let mut pause = intervals.first;
    loop {
        tokio::select! {
            () = cx.shutdown().cancelled() => return,
            () = tokio::time::sleep(pause) => pause = intervals.again,
        }
        if let Err(error) = run_due_checks(cx, system, &mut schedule, &mut known_needs).await {
            tracing::warn!(%error, "connectors could not be looked after");
        }
    }
}

/// Runs the checks that are due, and emits the needs that are new since the last round, whatever they came from: a check,
/// a run, another process, or time, as with a sign-in that expires soon. The first round only notes them, as `None` says.
async fn run_due_checks(
    cx: &Context,
    system: &dyn PowerAndNetwork,
    schedule: &mut CheckSchedule,
    known_needs: &mut Option<BTreeSet<String>>,
) -> Result<(), Error> {
    if should_pause(cx, system).await? {
        return Ok(());
    }
    let accounts = list_accounts(cx).await?;
    let connectors = list_connectors(cx).await?;
    let due = schedule.due(cx.now(), &accounts, &connectors, schedule::random_up_to);
    if known_needs.is_none() {
        *known_needs = Some(need_ids(&list_needs(cx).await?));
    }
    futures::stream::iter(group_by_host(due))
        .for_each_concurrent(HOSTS_AT_ONCE, |queue| async move {
            for target in queue {
                // Otherwise a hanging host would keep the process from ending.
                tokio::select! {
                    () = cx.shutdown().cancelled() => return,
                    () = run_check(cx, target) => {}
                }
            }
        })
        .await;
    let needs = list_needs(cx).await?;
    let known = known_needs.replace(need_ids(&needs)).unwrap_or_default();
    for need in needs {
        if !known.contains(&need.id) {
            cx.emit(Event::NeedArose {
                need: Box::new(need),
            });
        }
    }
    Ok(())
}

async fn should_pause(cx: &Context, system: &dyn PowerAndNetwork) -> Result<bool, Error> {
    let is_locked = || async { vault_status(cx).await.state == VaultState::Locked };
    Ok(!background_checks(cx).await?
        || system.saves_power().await == Some(true)
        || system.is_metered().await == Some(true)
        || is_locked().await)
}

fn need_ids(needs: &[Need]) -> BTreeSet<String> {
    needs.iter().map(|need| need.id.clone()).collect()
}

async fn run_check(cx: &Context, target: CheckTarget) {
    let taken = match &target {
        CheckTarget::Account(account) => check_account(cx, account).await,
        CheckTarget::Connector(id) => check_in_background(cx, id).await,
    };
    if let Err(error) = taken {
        // The check saved the problem itself.
        tracing::debug!(%error, "a look in the background came to nothing");
    }
}

/// Syncs an account and emits the outcome.
async fn check_account(cx: &Context, account: &Account) -> Result<(), Error> {
    let synced = sync_account(cx, account).await;
    platform::emit_account_checked(cx, account, synced.as_ref().err());
    synced.map(drop)
}
