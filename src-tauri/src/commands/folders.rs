//! Folders that the user chooses in a native dialog.

use patchbay_model::{Code, Problem};
use tauri::AppHandle;

use crate::window::choose_existing_folder;

commands! {
    /// Lets the user choose a folder and returns its absolute path; `None` if the dialog was cancelled.
    fn choose_folder(app: AppHandle) -> Option<String> = {
        let Some(path) = choose_existing_folder(&app, "Choose a folder").await? else {
            return Ok(None);
        };
        let path = path.into_os_string().into_string().map_err(|_| {
            Problem::new(Code::FileFailed, "couldn't use that folder: its path isn't UTF-8")
        })?;
        Some(path)
    };
}
