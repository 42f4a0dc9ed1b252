//! The history as a whole: how long it is kept, and as a file.

use patchbay_model::{RunId, RunQuery};
use patchbay_ops::{self as ops, ExportFormat, Exported, History, Retention, RunsFile};
use tauri::AppHandle;

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

    /// Lets the user choose a file and exports runs to it; `None` if the dialog was cancelled.
    fn export_runs(app: AppHandle, query: RunQuery, format: ExportFormat) -> Option<Exported> = {
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
        Some(ops::export_runs(&cx, &query, format, &path).await?)
    };

    /// Lets the user choose a file and exports a run to it; `None` if the dialog was cancelled.
    fn export_run(app: AppHandle, run: RunId) -> Option<Exported> = {
        let dialog_options = SaveDialog {
            title: "Export a run",
            name: "patchbay-run.jsonl",
            kind: Some(("JSON Lines", "jsonl")),
        };
        let Some(path) = choose_file(&app, dialog_options).await? else {
            return Ok(None);
        };
        Some(ops::export_run(&cx, &run, &path).await?)
    };
}

commands! {
    /// Lets the user choose a file of exported runs and reads it, saving nothing; `None` if the dialog was cancelled.
    fn open_runs_file(app: AppHandle) -> Option<RunsFile> = {
        let kind = ("Exported runs", &["jsonl", "json"][..]);
        let Some(path) = choose_existing_file(&app, "Open exported runs", kind).await? else {
            return Ok(None);
        };
        Some(ops::read_runs_file(&path).await?)
    };
}
