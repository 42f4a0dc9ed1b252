//! Asking the person where a file is to be.

use std::path::PathBuf;

use patchbay_model::{Code, Problem};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

/// A file that is to be written, as the system's own dialog offers it.
pub(crate) struct Offered<'a> {
    /// What the dialog is called.
    pub(crate) title: &'a str,
    /// The name it begins with.
    pub(crate) name: &'a str,
    /// What such files are called, and how their names end.
    pub(crate) kind: Option<(&'a str, &'a str)>,
}

/// Asks for a file in the system's own dialog, which asks again before one that is there is replaced;
/// `None` when the person chose none. It is chosen here and not by the page, which could name any.
///
/// # Errors
/// When what was chosen is no file of this computer.
pub(crate) async fn choose_file<R: Runtime>(
    app: &AppHandle<R>,
    offered: Offered<'_>,
) -> Result<Option<PathBuf>, Problem> {
    let mut dialog = app
        .dialog()
        .file()
        .set_title(offered.title)
        .set_file_name(offered.name);
    if let Some((kind, ending)) = offered.kind {
        dialog = dialog.add_filter(kind, &[ending]);
    }
    if let Ok(folder) = app.path().download_dir() {
        dialog = dialog.set_directory(folder);
    }
    if let Some(window) = super::main(app) {
        dialog = dialog.set_parent(&window);
    }
    let (chosen, choice) = oneshot::channel();
    // Whoever asked may be gone when the user has chosen.
    dialog.save_file(move |path| drop(chosen.send(path)));
    // A dialog that went away without a word is one that was closed.
    let path = choice.await.ok().flatten();
    path.map(FilePath::into_path)
        .transpose()
        .map_err(|error| Problem {
            detail: Some(error.to_string()),
            ..Problem::new(Code::FileFailed, "couldn't write that file")
        })
}
