//! The history as a whole: how long it is kept, and as a file.

use std::path::PathBuf;

use patchbay_model::{Code, Problem, RunQuery};
use patchbay_ops::{Context, ExportFormat, Exported, History, Retention};
use tauri::{AppHandle, Manager, Runtime, State};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use crate::window;

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
///
/// The file is chosen here and not by the page, which could name any.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_runs<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
    query: RunQuery,
    format: ExportFormat,
) -> Result<Option<Exported>, Problem> {
    let Some(path) = choose_file(&app, format).await? else {
        return Ok(None);
    };
    let exported = patchbay_ops::export_runs(&cx, &query, format, &path).await?;
    Ok(Some(exported))
}

async fn choose_file<R: Runtime>(
    app: &AppHandle<R>,
    format: ExportFormat,
) -> Result<Option<PathBuf>, Problem> {
    let kind = match format {
        ExportFormat::Jsonl => "JSON Lines",
        ExportFormat::Csv => "CSV",
    };
    let extension = format.extension();
    let mut dialog = app
        .dialog()
        .file()
        .set_title("Export runs")
        .set_file_name(format!("patchbay-runs.{extension}"))
        .add_filter(kind, &[extension]);
    if let Ok(folder) = app.path().download_dir() {
        dialog = dialog.set_directory(folder);
    }
    if let Some(window) = window::main(app) {
        dialog = dialog.set_parent(&window);
    }
    let (chosen, choice) = oneshot::channel();
    // Whoever asked may be gone when the user has chosen.
    dialog.save_file(move |path| drop(chosen.send(path)));
    // A dialog that went away without a word is one that was closed.
    let path = choice.await.ok().flatten();
    path.map(FilePath::into_path).transpose().map_err(|error| {
        Problem::new(
            Code::FileFailed,
            format!("could not use that file: {error}"),
        )
    })
}
