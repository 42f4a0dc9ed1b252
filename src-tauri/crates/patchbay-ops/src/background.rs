//! Looking after connectors while nobody asks: gently, and never with a browser.
//!
//! Whatever it finds is told once. It rests while the system wants to save power or pays for its network,
//! and while the user has switched it off.

mod pace;
mod power_and_network;
mod rounds;
#[cfg(test)]
mod tests;

pub use pace::Pace;
pub use power_and_network::{PowerAndNetwork, SystemPowerAndNetwork};

use std::collections::BTreeSet;

use futures::StreamExt;
use patchbay_model::{Account, VaultState};

use self::rounds::{Look, Rounds, queues};
use crate::accounts::{list_accounts, platform};
use crate::check_connector;
use crate::connectors::list_connectors;
use crate::connectors::sync::sync_account;
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::needs::list_needs;
use crate::vault::vault_status;

/// Under this name the store keeps whether it is switched on.
const SETTING: &str = "background.checks";

/// How many hosts are asked at once; each of them is asked one thing at a time.
const HOSTS_AT_ONCE: usize = 4;

/// Whether connectors are looked after while nobody asks.
///
/// # Errors
/// [`Error::Store`].
pub async fn background_checks(cx: &Context) -> Result<bool, Error> {
    Ok(cx.store().find_setting(SETTING).await?.unwrap_or(true))
}

/// Switches that on or off.
///
/// # Errors
/// [`Error::Store`].
pub async fn switch_background_checks(cx: &Context, on: bool) -> Result<(), Error> {
    let names = vec![SETTING.to_owned()];
    cx.store().put_settings(names, &on).await?;
    cx.emit(Event::SettingsChanged);
    Ok(())
}

/// Looks after accounts and connectors until the process ends.
pub async fn look_after_connectors(cx: &Context, system: &dyn PowerAndNetwork, pace: Pace) {
    let mut rounds = Rounds::new(pace);
    let mut pause = pace.first;
    loop {
        tokio::select! {
            () = cx.ending().cancelled() => return,
            () = tokio::time::sleep(pause) => pause = pace.again,
        }
        if let Err(error) = round(cx, system, &mut rounds).await {
            tracing::warn!(%error, "connectors could not be looked after");
        }
    }
}

/// Does what is due, and tells what came of it that was not known before.
async fn round(
    cx: &Context,
    system: &dyn PowerAndNetwork,
    rounds: &mut Rounds,
) -> Result<(), Error> {
    if rests(cx, system).await? {
        return Ok(());
    }
    let accounts = list_accounts(cx).await?;
    let connectors = list_connectors(cx).await?;
    let due = rounds.due(cx.now(), &accounts, &connectors, rounds::by_chance);
    if due.is_empty() {
        return Ok(());
    }
    let known = needs_of_now(cx).await?;
    futures::stream::iter(queues(due))
        .for_each_concurrent(HOSTS_AT_ONCE, |queue| async move {
            for look in queue {
                // Otherwise one host that hangs would keep the process from ending.
                tokio::select! {
                    () = cx.ending().cancelled() => return,
                    () = take(cx, look) => {}
                }
            }
        })
        .await;
    for need in list_needs(cx).await? {
        if !known.contains(&need.id) {
            cx.emit(Event::NeedArose {
                need: Box::new(need),
            });
        }
    }
    Ok(())
}

async fn rests(cx: &Context, system: &dyn PowerAndNetwork) -> Result<bool, Error> {
    let is_locked = || async { vault_status(cx).await.state == VaultState::Locked };
    Ok(!background_checks(cx).await?
        || system.saves_power().await == Some(true)
        || system.is_metered().await == Some(true)
        || is_locked().await)
}

async fn needs_of_now(cx: &Context) -> Result<BTreeSet<String>, Error> {
    let needs = list_needs(cx).await?;
    Ok(needs.into_iter().map(|need| need.id).collect())
}

async fn take(cx: &Context, look: Look) {
    let taken = match &look {
        Look::Account(account) => ask(cx, account).await,
        Look::Connector(id) => check_connector(cx, id).await.map(drop),
    };
    if let Err(error) = taken {
        // What ails it is kept where it belongs.
        tracing::debug!(%error, "a look in the background came to nothing");
    }
}

/// Asks an account for its connectors, and tells how that went.
async fn ask(cx: &Context, account: &Account) -> Result<(), Error> {
    let asked = sync_account(cx, account).await;
    platform::emit_asked(cx, account, asked.as_ref().err());
    asked.map(drop)
}
