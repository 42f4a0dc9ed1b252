//! Native file dialogs. The page does not pass paths itself, because it could pass any.

use std::path::PathBuf;

use patchbay_model::{Code, Problem};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// Options of a save dialog.
pub(crate) struct SaveDialog<'a> {
    pub(crate) title: &'a str,
    /// Suggested file name.
    pub(crate) name: &'a str,
    /// Name and extension of the file type.
    pub(crate) kind: Option<(&'a str, &'a str)>,
}

/// Shows a save dialog, which confirms overwriting itself; `None` if it was cancelled.
///
/// # Errors
/// When the choice is not a local file.
pub(crate) async fn choose_file(
    app: &AppHandle,
    options: SaveDialog<'_>,
) -> Result<Option<PathBuf>, Problem> {
    let mut dialog = dialog(app, options.title).set_file_name(options.name);
    if let Some((kind, extension)) = options.kind {
        dialog = dialog.add_filter(kind, &[extension]);
    }
    let (chosen, choice) = oneshot::channel();
    // The receiver may be gone by now.
    dialog.save_file(move |path| drop(chosen.send(path)));
    path_of(choice, "couldn't write that file").await
}

/// Shows an open dialog for files of a type with these extensions; `None` if it was cancelled.
///
/// # Errors
/// When the choice is not a local file.
pub(crate) async fn choose_existing_file(
    app: &AppHandle,
    title: &str,
    (kind, extensions): (&str, &[&str]),
) -> Result<Option<PathBuf>, Problem> {
    let dialog = dialog(app, title).add_filter(kind, extensions);
    let (chosen, choice) = oneshot::channel();
    dialog.pick_file(move |path| drop(chosen.send(path)));
    path_of(choice, "couldn't read that file").await
}

/// Shows an open dialog for a folder, which starts in the user's own; `None` if it was cancelled.
///
/// # Errors
/// When the choice is not a local folder.
pub(crate) async fn choose_existing_folder(
    app: &AppHandle,
    title: &str,
) -> Result<Option<PathBuf>, Problem> {
    let mut dialog = dialog(app, title);
    if let Ok(home) = app.path().home_dir() {
        dialog = dialog.set_directory(home);
    }
    let (chosen, choice) = oneshot::channel();
    dialog.pick_folder(move |path| drop(chosen.send(path)));
    path_of(choice, "couldn't use that folder").await
}

fn dialog(app: &AppHandle, title: &str) -> FileDialogBuilder<Wry> {
    let mut dialog = app.dialog().file().set_title(title);
    if let Ok(folder) = app.path().download_dir() {
        dialog = dialog.set_directory(folder);
    }
    if let Some(window) = super::main(app) {
        dialog = dialog.set_parent(&window);
    }
    dialog
}

async fn path_of(
    choice: oneshot::Receiver<Option<FilePath>>,
    failure: &str,
) -> Result<Option<PathBuf>, Problem> {
    // A dialog that ended without an answer counts as cancelled.
    let path = choice.await.ok().flatten();
    path.map(FilePath::into_path)
        .transpose()
        .map_err(|error| Problem::new(Code::FileFailed, failure).with_detail(error.to_string()))
}
