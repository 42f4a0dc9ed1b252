//! What other processes change: noticed soon, taken up here, and told to whoever shows it.
//!
//! Nothing is sent from process to process: each looks at the file that they share. A look at a file that
//! nobody wrote to takes microseconds.

use std::time::Duration;

use patchbay_store::Changes;

use crate::accounts::{list_accounts, platform};
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::open::end_abandoned;

/// Time between two looks.
const AGAIN: Duration = Duration::from_secs(1);

/// After how many of them it is looked whether a process ended in the middle of a sign-in: that it is gone
/// changes nothing in the file.
const LOOKS: u32 = 10;

/// Looks at the file now; what it answers follows what other processes change from then on, until this one
/// ends.
///
/// # Errors
/// [`Error::Store`].
pub async fn follow_other_processes(cx: &Context) -> Result<impl Future<Output = ()>, Error> {
    let mut seen = Seen::now(cx).await?;
    Ok(async move {
        for looks in 1_u32.. {
            tokio::select! {
                () = cx.ending().cancelled() => return,
                () = tokio::time::sleep(AGAIN) => {}
            }
            let mut looked = look(cx, &mut seen).await;
            if looked.is_ok() && looks.is_multiple_of(LOOKS) {
                looked = end_abandoned(cx).await;
            }
            if let Err(error) = looked {
                tracing::warn!(%error, "what other processes change could not be followed");
            }
        }
    })
}

/// How the file was at the last look.
#[derive(Clone, Copy)]
struct Seen {
    /// Another one after every write.
    version: i64,
    /// Another one after every write of another process.
    elsewhere: i64,
    changes: Changes,
}

impl Seen {
    async fn now(cx: &Context) -> Result<Self, Error> {
        // Before anything else: what is written meanwhile makes it another one.
        let version = cx.store().version()?;
        let mut elsewhere = cx.store().external_version().await?;
        loop {
            let changes = cx.store().changes().await?;
            let since = cx.store().external_version().await?;
            if since == elsewhere {
                return Ok(Self {
                    version,
                    elsewhere,
                    changes,
                });
            }
            elsewhere = since;
        }
    }
}

async fn look(cx: &Context, seen: &mut Seen) -> Result<(), Error> {
    if seen.version == cx.store().version()? {
        return Ok(());
    }
    let now = Seen::now(cx).await?;
    let before = std::mem::replace(seen, now);
    // What was written here was told when it was.
    if before.elsewhere != now.elsewhere {
        take_up(cx, &before.changes, &now.changes).await?;
        emit_changes(cx, &before.changes, &now.changes);
    }
    Ok(())
}

/// Lets go of what this process holds in memory and is not so any more.
async fn take_up(cx: &Context, before: &Changes, now: &Changes) -> Result<(), Error> {
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
