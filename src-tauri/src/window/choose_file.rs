//! Asking the person for a file. It is chosen here and not by the page, which could name any.

use std::path::PathBuf;

use patchbay_model::{Code, Problem};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// A file that is to be written, as the system's own dialog offers it.
pub(crate) struct SaveDialog<'a> {
    /// What the dialog is called.
    pub(crate) title: &'a str,
    /// The name it begins with.
    pub(crate) name: &'a str,
    /// What such files are called, and how their names end.
    pub(crate) kind: Option<(&'a str, &'a str)>,
}

/// Asks where a file is to be, in the system's own dialog, which asks again before one that is there is replaced;
/// `None` when the person chose none.
///
/// # Errors
/// When what was chosen is no file of this computer.
pub(crate) async fn choose_file<R: Runtime>(
    app: &AppHandle<R>,
    dialog_options: SaveDialog<'_>,
) -> Result<Option<PathBuf>, Problem> {
    let mut dialog = dialog(app, dialog_options.title).set_file_name(dialog_options.name);
    if let Some((kind, ending)) = dialog_options.kind {
        dialog = dialog.add_filter(kind, &[ending]);
    }
    let (chosen, choice) = oneshot::channel();
    // Whoever asked may be gone when the user has chosen.
    dialog.save_file(move |path| drop(chosen.send(path)));
    path_of(choice, "couldn't write that file").await
}

/// Asks for a file that is there, of a kind and with one of these endings; `None` when the person chose none.
///
/// # Errors
/// When what was chosen is no file of this computer.
pub(crate) async fn choose_existing_file<R: Runtime>(
    app: &AppHandle<R>,
    title: &str,
    (kind, endings): (&str, &[&str]),
) -> Result<Option<PathBuf>, Problem> {
    let dialog = dialog(app, title).add_filter(kind, endings);
    let (chosen, choice) = oneshot::channel();
    // As above.
    dialog.pick_file(move |path| drop(chosen.send(path)));
    path_of(choice, "couldn't read that file").await
}

fn dialog<R: Runtime>(app: &AppHandle<R>, title: &str) -> FileDialogBuilder<R> {
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
    // A dialog that went away without a word is one that was closed.
    let path = choice.await.ok().flatten();
    path.map(FilePath::into_path)
        .transpose()
        .map_err(|error| Problem {
            detail: Some(error.to_string()),
            ..Problem::new(Code::FileFailed, failure)
        })
}
