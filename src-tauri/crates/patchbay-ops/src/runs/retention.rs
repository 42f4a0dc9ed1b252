//! How long runs are kept, and the removal of old ones.

use std::time::Duration;

use patchbay_model::Timestamp;
use patchbay_store::OldRuns;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

const SETTING: &str = "runs.retention";

/// When a command trimmed the history last.
const TRIMMED: &str = "runs.trimmed";

/// Number of runs that are removed in one transaction.
const BATCH: u32 = 200;

/// Pause between two batches, for other writers.
const PAUSE: Duration = Duration::from_millis(20);

/// Time before the first trim, so that it does not delay the window.
const INITIAL_DELAY: Duration = Duration::from_secs(10);

/// Time between two trims.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// How long runs are kept. A run is removed when it exceeds either limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// Maximum age in days; `None` for no limit.
    pub days: Option<u32>,
    /// Maximum number of runs; `None` for no limit.
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

/// Size and retention of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct History {
    pub retention: Retention,
    /// Number of runs.
    pub runs: u32,
    /// Number of runs that the next trim removes.
    pub due: u32,
    /// Size on disk in units of 1000 bytes, rounded up.
    pub kilobytes: u32,
    /// When the oldest run started.
    pub oldest: Option<Timestamp>,
    /// Number of pinned runs, which are never removed by a limit.
    pub pinned: u32,
}

pub async fn history(cx: &Context) -> Result<History, Error> {
    let retention = retention(cx).await?;
    let usage = cx.store().run_usage().await?;
    let old = old_runs(cx, retention).await?;
    let due = cx.store().count_old_runs(&old).await?;
    Ok(History {
        retention,
        runs: usage.runs,
        due,
        kilobytes: u32::try_from(usage.bytes.div_ceil(1000)).unwrap_or(u32::MAX),
        oldest: usage.oldest,
        pinned: usage.pinned,
    })
}

/// Sets how long runs are kept, which the next trim applies.
///
/// # Errors
/// [`Error::Usage`] when no run at all would be kept.
pub async fn keep_runs(cx: &Context, retention: Retention) -> Result<History, Error> {
    if retention.days == Some(0) || retention.runs == Some(0) {
        return Err(Error::usage(
            "keep runs for at least 1 day",
            "Or delete them all.",
        ));
    }
    let names = vec![SETTING.to_owned()];
    cx.store().put_settings(names, &retention).await?;
    cx.emit(Event::HistoryChanged);
    history(cx).await
}

/// Removes runs beyond the limits and returns how many. Running and pinned ones stay.
pub async fn trim_runs(cx: &Context) -> Result<u32, Error> {
    let old = old_runs(cx, retention(cx).await?).await?;
    remove(cx, &old).await
}

/// As [`trim_runs`], at most once a day: for commands, which can't rely on an app that runs. Nobody asked for it, so a
/// failure is only logged.
pub async fn trim_runs_daily(cx: &Context) {
    if let Err(error) = trim_if_due(cx).await {
        tracing::warn!(%error, "the history could not be trimmed");
    }
}

async fn trim_if_due(cx: &Context) -> Result<(), Error> {
    let last: Option<Timestamp> = cx.store().find_setting(TRIMMED).await?;
    let now = cx.now();
    // A clock that was ahead for a while does not put it off.
    let since = last.map(|last| now.unix_millis() - last.unix_millis());
    if since.is_some_and(|since| (0..DAY).contains(&since)) {
        return Ok(());
    }
    cx.store()
        .put_settings(vec![TRIMMED.to_owned()], &now)
        .await?;
    trim_runs(cx).await.map(drop)
}

/// Removes every run that has ended and is not pinned, and returns how many.
pub async fn remove_all_runs(cx: &Context) -> Result<u32, Error> {
    let all = OldRuns {
        before: None,
        beyond: Some(0),
    };
    let removed = remove(cx, &all).await?;
    if removed > 0
        && let Err(error) = cx.store().compact().await
    {
        tracing::warn!(%error, "the space of removed runs could not be freed");
    }
    Ok(removed)
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
        // `Context::close` waits for a running trim.
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

/// The age counts from a day after the newest run that is at least a day old: nothing becomes old because the clock is
/// ahead for some hours.
async fn old_runs(cx: &Context, retention: Retention) -> Result<OldRuns, Error> {
    let mut before = None;
    if let Some(days) = retention.days {
        let now = cx.now().unix_millis();
        let newest = match Timestamp::from_unix_millis(now - DAY) {
            Some(yesterday) => cx.store().newest_run_before(yesterday).await?,
            None => None,
        };
        let today = newest.map_or(now, |newest| newest.unix_millis() + DAY);
        before = Timestamp::from_unix_millis(today - i64::from(days) * DAY);
    }
    Ok(OldRuns {
        before,
        beyond: retention.runs,
    })
}

/// Removes in small batches, so that other writers never wait for long.
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_model::RunId;

    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::testing::{finished_run, open, open_temporary};

    #[tokio::test]
    async fn commands_trim_at_most_once_a_day() {
        let (_home, cx) = open_temporary().await;
        let add = async |id: &str| {
            let mut run = finished_run();
            run.summary.id = RunId::new(id);
            cx.store().open_run(&run).await.unwrap();
        };
        let count = async || history(&cx).await.unwrap().runs;
        let latest = Retention {
            days: None,
            runs: Some(1),
        };
        keep_runs(&cx, latest).await.unwrap();
        add("run_1").await;
        add("run_2").await;
        trim_runs_daily(&cx).await;
        assert_eq!(count().await, 1);
        add("run_3").await;
        trim_runs_daily(&cx).await;
        assert_eq!(count().await, 2);
    }

    /// A clock that is ahead by some days.
    struct AheadClock(u64);

    impl Clock for AheadClock {
        fn now(&self) -> Timestamp {
            SystemClock.now() + Duration::from_secs(self.0 * 24 * 60 * 60)
        }
    }

    #[tokio::test]
    async fn a_clock_that_is_ahead_removes_no_history() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(AheadClock(400))).await;
        let add = async |id: &str, started_at| {
            let mut run = finished_run();
            (run.summary.id, run.summary.started_at) = (RunId::new(id), started_at);
            cx.store().open_run(&run).await.unwrap();
        };
        add("run_1", SystemClock.now()).await;
        // What is run meanwhile counts as little.
        add("run_2", cx.now()).await;
        trim_runs_daily(&cx).await;
        let history = history(&cx).await.unwrap();
        assert_eq!((history.runs, history.due), (2, 0));
        // Somebody who comes back after that long has a run of the day before some day.
        add("run_3", AheadClock(398).now()).await;
        assert_eq!(trim_runs(&cx).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_clock_that_was_ahead_puts_no_trim_off() {
        let (_home, cx) = open_temporary().await;
        let ahead = cx.now() + Duration::from_secs(1_000_000);
        let names = vec![TRIMMED.to_owned()];
        cx.store().put_settings(names, &ahead).await.unwrap();
        trim_runs_daily(&cx).await;
        let trimmed: Option<Timestamp> = cx.store().find_setting(TRIMMED).await.unwrap();
        assert!(trimmed.unwrap() < ahead);
    }
}
