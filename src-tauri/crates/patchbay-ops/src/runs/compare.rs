//! What differs between two runs.
//!
//! A run is compared as four documents: its arguments, its outcome, its identity and its timing. Paths
//! that differ every time, such as timestamps, can be ignored; they are saved for each tool.

mod differences;
mod documents;
mod lines;
mod paths;
mod suggestions;

use differences::differences;
use documents::Documents;
use lines::compare_lines;
use patchbay_model::{Json, RunId, RunQuery, ToolRun, ToolRunSummary};
use paths::{PathPattern, patterns};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;

/// Differences beyond these are counted and not listed.
const MAX_DIFFERENCES: usize = 500;

/// What differs between two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunComparison {
    /// The run that the other is compared with.
    pub before: ToolRunSummary,
    /// The other.
    pub after: ToolRunSummary,
    /// What differs, part by part, without what is ignored.
    pub differences: Vec<RunDifference>,
    /// Number of differences that are not listed because there are too many.
    pub more: u32,
    /// Arguments and outcome line by line, in that order.
    pub texts: Vec<ComparedText>,
    /// The paths that are ignored.
    pub ignored: Vec<String>,
    /// Paths that look as if they differed every time.
    pub suggested: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunPart {
    /// What it was called with.
    Arguments,
    /// State, problem and result.
    Outcome,
    /// As who, where, and who asked for it.
    Identity,
    /// Durations and size.
    Timing,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunDifference {
    /// The part that it belongs to.
    pub part: RunPart,
    /// JSON pointer that begins with the part, such as `/outcome/result/items/0/state`. Places in lists
    /// are those of the later run, of the earlier one for what was removed.
    pub pointer: String,
    /// Whether it came, went, or has another value.
    pub change: RunChange,
    /// Its value in the earlier run; null when it was added.
    pub before: Json,
    /// Its value in the later run; null when it was removed.
    pub after: Json,
}

/// How a value differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunChange {
    /// Only the later run has it.
    Added,
    /// Only the earlier run has it.
    Removed,
    /// Both have it, with different values.
    Changed,
}

/// One part, line by line; equal stretches are folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedText {
    pub part: RunPart,
    /// Its lines; none when nothing differs.
    pub lines: Vec<ComparedLine>,
}

/// One line of two texts that are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum ComparedLine {
    /// Both have it.
    Same {
        /// Its number in the earlier text, from 1.
        before: u32,
        /// Its number in the later text, from 1.
        after: u32,
        /// The line.
        text: String,
    },
    /// Only the earlier text has it.
    Removed {
        /// Its number there, from 1.
        before: u32,
        /// The line.
        text: String,
    },
    /// Only the later text has it.
    Added {
        /// Its number there, from 1.
        after: u32,
        /// The line.
        text: String,
    },
    /// Lines that both have and that are left out.
    Folded {
        /// How many.
        count: u32,
    },
    /// The rest, which differs too much to be shown.
    Cut {
        /// Number of lines.
        count: u32,
    },
}

/// Compares two runs of the history, of one tool or of two.
///
/// `ignored` are JSON pointers that begin with the part (`/outcome/result/items/*/updatedAt`), where
/// `*` stands for one name or place and `**` for any number of them; a path without the first slash
/// (`items.*.updatedAt`) is looked for everywhere. What lies beneath an ignored path is ignored too.
/// `None` ignores what was saved for the tool of the later run, see [`ignore_paths`].
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
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
    // Large answers keep a thread busy for a while.
    let comparing = tokio::task::spawn_blocking(move || compare(&before, &after, ignored));
    comparing.await.map_err(|_| Error::Cancelled)
}

/// Remembers what is ignored when runs of these tools are compared; replaces what was before.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
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

/// The run to compare with unless another is chosen: the one that it repeats, else the one before it of
/// the same tool; `None` when there is neither.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
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
    let patterns: Vec<PathPattern> = patterns(&ignored);
    let old = Documents::of(before, &patterns);
    let new = Documents::of(after, &patterns);
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

/// The paths without blanks and repetitions, in their order.
fn clean_paths(paths: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for path in paths {
        let path = path.trim();
        if !path.trim_matches('/').is_empty() && !kept.iter().any(|other| other == path) {
            kept.push(path.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests;
