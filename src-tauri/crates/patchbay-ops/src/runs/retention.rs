//! How long runs are kept, and taking the oldest away.

use std::time::Duration;

use patchbay_model::Timestamp;
use patchbay_store::OldRuns;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

/// Under this name the store keeps it.
const SETTING: &str = "runs.retention";

/// Runs taken away at once; others may write in between.
const BATCH: u32 = 200;

/// Time left to others between two batches.
const PAUSE: Duration = Duration::from_millis(20);

/// Time after the start before the history is trimmed for the first time: the window comes first.
const INITIAL_DELAY: Duration = Duration::from_secs(10);

/// Time between two trims of a process that goes on.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// How long runs are kept. A run goes when it is older than the one or beyond the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// Days; `None` for ever.
    pub days: Option<u32>,
    /// Number of the newest runs; `None` for all.
    pub runs: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            days: Some(90),
            runs: Some(10_000),
        }
    }
}

/// How much the history holds, and how long it holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// How long runs are kept.
    pub retention: Retention,
    /// Number of runs.
    pub runs: u32,
    /// Number of those that are too old and go with the next trim.
    pub due: u32,
    /// What they take on disk, in thousands of bytes, rounded up.
    pub kilobytes: u32,
    /// When the oldest of them began.
    pub oldest: Option<Timestamp>,
    /// Number of the runs that are pinned: they stay whatever the limits are.
    pub pinned: u32,
}

/// How much the history holds, and how long it holds it.
pub async fn history(cx: &Context) -> Result<History, Error> {
    let retention = retention(cx).await?;
    let usage = cx.store().run_usage().await?;
    let due = cx.store().count_old_runs(&old_runs(cx, retention)).await?;
    Ok(History {
        retention,
        runs: usage.runs,
        due,
        kilobytes: u32::try_from(usage.bytes.div_ceil(1000)).unwrap_or(u32::MAX),
        oldest: usage.oldest,
        pinned: usage.pinned,
    })
}

/// Sets how long runs are kept; what is too old goes with the next trim.
///
/// # Errors
/// [`Error::Usage`] when nothing at all would be kept; [`Error::Store`].
pub async fn keep_runs(cx: &Context, retention: Retention) -> Result<History, Error> {
    if retention.days == Some(0) || retention.runs == Some(0) {
        return Err(Error::Usage {
            what: "keep runs for at least 1 day".to_owned(),
            hint: "Or delete them all.".to_owned(),
        });
    }
    let names = vec![SETTING.to_owned()];
    cx.store().put_settings(names, &retention).await?;
    cx.emit(Event::HistoryChanged);
    history(cx).await
}

/// Removes the runs that are too old; answers how many they were. Runs under way and pinned ones stay.
pub async fn trim_runs(cx: &Context) -> Result<u32, Error> {
    let old = old_runs(cx, retention(cx).await?);
    remove(cx, &old).await
}

/// Removes every run that is over and not pinned; answers how many they were.
pub async fn remove_all_runs(cx: &Context) -> Result<u32, Error> {
    let all = OldRuns {
        before: None,
        beyond: Some(0),
    };
    remove(cx, &all).await
}

/// Trims the history soon and then every hour, until the context is closed.
pub async fn trim_periodically(cx: &Context) {
    let mut wait = INITIAL_DELAY;
    while cx
        .shutdown()
        .run_until_cancelled(tokio::time::sleep(wait))
        .await
        .is_some()
    {
        wait = INTERVAL;
        // Closing waits for a trim under way.
        let trimmed = cx.tasks().track_future(trim_runs(cx)).await;
        if let Err(error) = trimmed {
            tracing::warn!(%error, "the history could not be trimmed");
        }
    }
}

async fn retention(cx: &Context) -> Result<Retention, Error> {
    let set = cx.store().find_setting(SETTING).await?;
    Ok(set.unwrap_or_default())
}

fn old_runs(cx: &Context, retention: Retention) -> OldRuns {
    OldRuns {
        before: retention.days.and_then(|days| {
            let millis = cx.now().unix_millis() - i64::from(days) * DAY;
            Timestamp::from_unix_millis(millis)
        }),
        beyond: retention.runs,
    }
}

/// Removes in small batches, so that nothing else has to wait for long.
async fn remove(cx: &Context, old: &OldRuns) -> Result<u32, Error> {
    let mut removed = 0;
    loop {
        let batch = cx.store().trim_runs(old, BATCH).await?;
        removed += batch;
        if batch < BATCH || cx.shutdown().is_cancelled() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if removed > 0 {
        cx.emit(Event::HistoryChanged);
    }
    Ok(removed)
}
