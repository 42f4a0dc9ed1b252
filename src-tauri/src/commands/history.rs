//! The history as a whole: how long it is kept, and as a file.

use patchbay_model::{Problem, RunId, RunQuery};
use patchbay_ops::{self as ops, Context, ExportFormat, Exported, History, Retention, RunsFile};
use tauri::{AppHandle, State};

use crate::window::{SaveDialog, choose_existing_file, choose_file};

commands! { cx =>
    /// Returns the size and the limits of the history.
    fn history() -> History = ops::history(&cx).await?;

    /// Sets the limits of the history.
    fn keep_runs(retention: Retention) -> History = ops::keep_runs(&cx, retention).await?;

    /// Removes the runs past the limits and returns their number.
    fn trim_runs() -> u32 = ops::trim_runs(&cx).await?;

    /// Removes every finished run and returns their number.
    fn remove_all_runs() -> u32 = ops::remove_all_runs(&cx).await?;
}

/// Lets the user choose a file and exports runs to it; `None` if the dialog was cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_runs(
    app: AppHandle,
    cx: State<'_, Context>,
    query: RunQuery,
    format: ExportFormat,
) -> Result<Option<Exported>, Problem> {
    let (kind, name) = match format {
        ExportFormat::Jsonl => ("JSON Lines", "patchbay-runs.jsonl"),
        ExportFormat::Csv => ("CSV", "patchbay-runs.csv"),
    };
    let dialog_options = SaveDialog {
        title: "Export runs",
        name,
        kind: Some((kind, format.extension())),
    };
    let Some(path) = choose_file(&app, dialog_options).await? else {
        return Ok(None);
    };
    Ok(Some(ops::export_runs(&cx, &query, format, &path).await?))
}

/// Lets the user choose a file and exports a run to it; `None` if the dialog was cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_run(
    app: AppHandle,
    cx: State<'_, Context>,
    run: RunId,
) -> Result<Option<Exported>, Problem> {
    let dialog_options = SaveDialog {
        title: "Export a run",
        name: "patchbay-run.jsonl",
        kind: Some(("JSON Lines", "jsonl")),
    };
    let Some(path) = choose_file(&app, dialog_options).await? else {
        return Ok(None);
    };
    Ok(Some(ops::export_run(&cx, &run, &path).await?))
}

/// Lets the user choose a file of exported runs and reads it, without adding them to the history; `None` if the dialog
/// was cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_runs_file(app: AppHandle) -> Result<Option<RunsFile>, Problem> {
    let kind = ("Exported runs", &["jsonl", "json"][..]);
    let Some(path) = choose_existing_file(&app, "Open exported runs", kind).await? else {
        return Ok(None);
    };
    Ok(Some(ops::read_runs_file(&path).await?))
}
