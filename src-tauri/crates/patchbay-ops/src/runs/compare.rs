//! Comparison of two runs.
//!
//! A run is compared as four documents: arguments, outcome, identity and timing. Paths that differ every time, such as
//! timestamps, can be ignored; they are saved per tool.

mod differences;
mod documents;
mod lines;
mod paths;
mod suggestions;

use std::borrow::Cow;

use differences::differences;
use documents::Documents;
use lines::compare_lines;
use patchbay_model::{CaptureLevel, Json, RunId, RunQuery, ToolRun, ToolRunSummary};
use paths::PathPattern;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;
use crate::runs::run_tool::capture::filter_to;

/// Maximum number of listed differences; further ones are only counted.
const MAX_DIFFERENCES: usize = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunComparison {
    pub before: ToolRunSummary,
    pub after: ToolRunSummary,
    /// Differences in the order of the parts, without ignored ones.
    pub differences: Vec<RunDifference>,
    /// Number of further differences that are not listed.
    pub more: u32,
    /// Line by line comparison of arguments and outcome.
    pub texts: Vec<ComparedText>,
    /// Ignored paths.
    pub ignored: Vec<String>,
    /// Paths that probably differ every time.
    pub suggested: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunPart {
    Arguments,
    /// State, problem and result.
    Outcome,
    /// Connector, tool, identity and origin.
    Identity,
    /// Durations and size.
    Timing,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunDifference {
    pub part: RunPart,
    /// JSON pointer that starts with the part, such as `/outcome/result/items/0/state`. Indexes are those of the later
    /// run, or of the earlier one for removed values.
    pub pointer: String,
    pub change: RunChange,
    /// Value in the earlier run; null when it was added.
    pub before: Json,
    /// Value in the later run; null when it was removed.
    pub after: Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunChange {
    Added,
    Removed,
    Changed,
}

/// Line by line comparison of one part, with unchanged lines folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedText {
    pub part: RunPart,
    /// Empty when nothing differs.
    pub lines: Vec<ComparedLine>,
}

/// One line of a comparison. Line numbers start at 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum ComparedLine {
    Same {
        before: u32,
        after: u32,
        text: String,
    },
    Removed {
        before: u32,
        text: String,
    },
    Added {
        after: u32,
        text: String,
    },
    /// Unchanged lines that are left out.
    Folded {
        count: u32,
    },
    /// Further lines beyond the limit.
    Cut {
        count: u32,
    },
}

/// Compares two runs of the history, of the same tool or different ones.
///
/// `ignored` are JSON pointers that start with the part (`/outcome/result/items/*/updatedAt`), where `*` stands for one
/// key or index and `**` for any number; a path without the leading slash (`items.*.updatedAt`) matches anywhere.
/// Values beneath an ignored path are ignored too. `None` uses the paths saved by [`ignore_paths`].
///
/// # Errors
/// [`Error::NotFound`].
pub async fn compare_runs(
    cx: &Context,
    before: &RunId,
    after: &RunId,
    ignored: Option<Vec<String>>,
) -> Result<RunComparison, Error> {
    let before = find_run(cx, before).await?;
    let after = find_run(cx, after).await?;
    let ignored = match ignored {
        Some(paths) => clean_paths(paths),
        None => find_saved_comparison(cx, &before.summary, &after.summary).await?,
    };
    // Comparing large results takes a while.
    let comparing = tokio::task::spawn_blocking(move || compare(&before, &after, ignored));
    comparing.await.map_err(|_| Error::Cancelled)
}

/// Saves the ignored paths for comparisons of these tools.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn ignore_paths(
    cx: &Context,
    before: &RunId,
    after: &RunId,
    paths: Vec<String>,
) -> Result<(), Error> {
    let mut names = Vec::with_capacity(2);
    for run in [before, after] {
        names.push(setting_of(&find_run(cx, run).await?.summary));
    }
    Ok(cx.store().put_settings(names, &clean_paths(paths)).await?)
}

/// Returns the default run to compare with: the run that it repeats, else the previous run of the same tool.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn previous_run(cx: &Context, run: &RunId) -> Result<Option<ToolRunSummary>, Error> {
    let run = find_run(cx, run).await?;
    if let Some(repeated) = &run.replay_of
        && let Some(repeated) = cx.store().find_run(repeated).await?
    {
        return Ok(Some(repeated.summary));
    }
    let query = RunQuery {
        connector: Some(run.summary.connector.to_string()),
        tool: Some(run.summary.tool.clone()),
        before: Some(run.summary.id),
        limit: 1,
        ..RunQuery::default()
    };
    Ok(cx.store().list_runs(&query).await?.runs.pop())
}

fn compare(before: &ToolRun, after: &ToolRun, ignored: Vec<String>) -> RunComparison {
    let patterns: Vec<_> = ignored
        .iter()
        .map(|path| PathPattern::parse(path))
        .collect();
    let level = shared_level(before, after);
    let old = Documents::of(&at_level(before, level), &patterns);
    let new = Documents::of(&at_level(after, level), &patterns);
    let mut found = differences(&old, &new, &patterns);
    let suggested = suggestions::suggest(&found);
    let more = found.len().saturating_sub(MAX_DIFFERENCES);
    found.truncate(MAX_DIFFERENCES);
    let texts = [RunPart::Arguments, RunPart::Outcome].map(|part| ComparedText {
        part,
        lines: compare_lines(&old.text(part), &new.text(part)),
    });
    RunComparison {
        before: before.summary.clone(),
        after: after.summary.clone(),
        differences: found.into_iter().map(Into::into).collect(),
        more: u32::try_from(more).unwrap_or(u32::MAX),
        texts: texts.into(),
        ignored,
        suggested,
    }
}

/// The level that both runs were kept at. What is known of one run alone is no difference.
fn shared_level(before: &ToolRun, after: &ToolRun) -> CaptureLevel {
    let levels = [before, after].map(|run| run.summary.capture);
    let lower = [CaptureLevel::Metadata, CaptureLevel::Redacted];
    let shared = lower.into_iter().find(|level| levels.contains(level));
    shared.unwrap_or_default()
}

fn at_level(run: &ToolRun, level: CaptureLevel) -> Cow<'_, ToolRun> {
    if run.summary.capture == level {
        return Cow::Borrowed(run);
    }
    Cow::Owned(filter_to(run, level))
}

async fn find_saved_comparison(
    cx: &Context,
    before: &ToolRunSummary,
    after: &ToolRunSummary,
) -> Result<Vec<String>, Error> {
    for run in [after, before] {
        if let Some(paths) = cx.store().find_setting(&setting_of(run)).await? {
            return Ok(paths);
        }
    }
    Ok(Vec::new())
}

fn setting_of(run: &ToolRunSummary) -> String {
    format!("runs.ignored_paths/{}/{}", run.connector, run.tool)
}

/// Trims the paths and drops empty ones and duplicates.
fn clean_paths(paths: Vec<String>) -> Vec<String> {
    let mut cleaned: Vec<String> = Vec::new();
    for path in paths {
        let path = path.trim();
        if !path.trim_matches('/').is_empty() && !cleaned.iter().any(|other| other == path) {
            cleaned.push(path.to_owned());
        }
    }
    cleaned
}

#[cfg(test)]
mod tests;
