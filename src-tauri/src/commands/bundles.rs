//! MCP bundles: chosen in a native dialog or dropped on the window, reviewed, added.

use std::path::{Path, PathBuf};

use patchbay_model::{Code, Problem};
use patchbay_ops::{self as ops, AddBundle, Bundle, ConnectorView, view_connector};
use tauri::{AppHandle, State};

use crate::latest::Latest;
use crate::window::choose_existing_file;

/// Extensions of bundles; the second is the former one.
const EXTENSIONS: [&str; 2] = ["mcpb", "dxt"];

/// The bundle chosen or dropped last. The page does not pass its path, because it could pass any file.
pub(crate) type ChosenBundle = Latest<PathBuf>;

/// The file dropped last on the window, until the page has read it.
pub(crate) type DroppedBundle = Latest<DroppedFile>;

pub(crate) struct DroppedFile(PathBuf);

impl DroppedFile {
    /// Returns the first bundle of several files, or else the first file.
    pub(crate) fn among(files: &[PathBuf]) -> Option<Self> {
        let bundle = files.iter().find(|file| is_bundle(file));
        bundle.or(files.first()).cloned().map(Self)
    }
}

fn is_bundle(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default();
    EXTENSIONS
        .iter()
        .any(|one| extension.eq_ignore_ascii_case(one))
}

commands! { cx =>
    /// Lets the user choose a bundle and reads its manifest; `None` if the dialog was cancelled.
    fn choose_bundle(app: AppHandle, chosen: State<'_, ChosenBundle>) -> Option<Bundle> = {
        let kind = ("MCP bundles", &EXTENSIONS[..]);
        let Some(path) = choose_existing_file(&app, "Add an MCP bundle", kind).await? else {
            return Ok(None);
        };
        let bundle = ops::read_bundle(&cx, &path).await?;
        chosen.set(path);
        Some(bundle)
    };

    /// Reads the manifest of the bundle that was dropped on the window; `None` if it was taken already.
    fn take_dropped_bundle(dropped: State<'_, DroppedBundle>, chosen: State<'_, ChosenBundle>) -> Option<Bundle> = {
        let Some(DroppedFile(path)) = dropped.take() else {
            return Ok(None);
        };
        if !is_bundle(&path) {
            let problem = Problem::new(Code::UsageInvalid, "can't add this file: it isn't an MCP bundle");
            return Err(problem.with_hint("Drop a file that ends in .mcpb."));
        }
        let bundle = ops::read_bundle(&cx, &path).await?;
        chosen.set(path);
        Some(bundle)
    };

    /// Adds the server of the chosen bundle, without starting it.
    fn add_bundle(chosen: State<'_, ChosenBundle>, request: AddBundle) -> ConnectorView = {
        let path = chosen.get();
        let path = path.ok_or_else(|| Problem::new(Code::UsageInvalid, "choose a bundle first"))?;
        view_connector(&cx, ops::add_bundle(&cx, &path, request).await?).await?
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_found_among_dropped_files() {
        let dropped = |files: &[&str]| {
            let files: Vec<_> = files.iter().map(PathBuf::from).collect();
            DroppedFile::among(&files).map(|file| file.0)
        };
        assert_eq!(dropped(&[]), None);
        assert_eq!(
            dropped(&["notes.txt", "Notes.MCPB", "b.dxt"]),
            Some("Notes.MCPB".into())
        );
        assert_eq!(dropped(&["mcpb", "b"]), Some("mcpb".into()));
        assert!(!is_bundle(Path::new("mcpb")));
    }
}
