//! The history as a whole: how long it is kept, and as a file.

use patchbay_model::{Problem, RunId, RunQuery};
use patchbay_ops::{Context, ExportFormat, Exported, History, Retention, RunsFile};
use tauri::{AppHandle, Runtime, State};

use crate::window::{SaveDialog, choose_existing_file, choose_file};

/// How much the history holds, and how long it holds it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn history(cx: State<'_, Context>) -> Result<History, Problem> {
    Ok(patchbay_ops::history(&cx).await?)
}

/// Sets how long runs are kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_runs(
    cx: State<'_, Context>,
    retention: Retention,
) -> Result<History, Problem> {
    Ok(patchbay_ops::keep_runs(&cx, retention).await?)
}

/// Removes the runs that are too old; answers how many they were.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trim_runs(cx: State<'_, Context>) -> Result<u32, Problem> {
    Ok(patchbay_ops::trim_runs(&cx).await?)
}

/// Removes every run that is over; answers how many they were.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_all_runs(cx: State<'_, Context>) -> Result<u32, Problem> {
    Ok(patchbay_ops::remove_all_runs(&cx).await?)
}

/// Asks for a file and writes the runs into it; `None` when the user chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_runs<R: Runtime>(
    app: AppHandle<R>,
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
    let exported = patchbay_ops::export_runs(&cx, &query, format, &path).await?;
    Ok(Some(exported))
}

/// Asks for a file and writes one run into it; `None` when the user chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_run<R: Runtime>(
    app: AppHandle<R>,
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
    Ok(Some(patchbay_ops::export_run(&cx, &run, &path).await?))
}

/// Asks for a file that was exported and reads the runs in it, which stay apart from the history; `None` when the user
/// chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_runs_file<R: Runtime>(
    app: AppHandle<R>,
) -> Result<Option<RunsFile>, Problem> {
    let kind = ("Exported runs", &["jsonl", "json"][..]);
    let Some(path) = choose_existing_file(&app, "Open exported runs", kind).await? else {
        return Ok(None);
    };
    Ok(Some(patchbay_ops::read_runs_file(&path).await?))
}
