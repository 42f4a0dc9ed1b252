//! MCP bundles: chosen in a native dialog, reviewed, added.

use std::path::PathBuf;

use patchbay_model::{Code, Problem};
use patchbay_ops::{self as ops, AddBundle, Bundle, ConnectorView, view_connector};
use tauri::{AppHandle, State};

use crate::latest::Latest;
use crate::window::choose_existing_file;

/// The bundle chosen last. The page does not pass its path, because it could pass any file.
pub(crate) type ChosenBundle = Latest<PathBuf>;

commands! { cx =>
    /// Lets the user choose a bundle and reads its manifest; `None` if the dialog was cancelled.
    fn choose_bundle(app: AppHandle, chosen: State<'_, ChosenBundle>) -> Option<Bundle> = {
        let kind = ("MCP bundles", &["mcpb", "dxt"][..]);
        let Some(path) = choose_existing_file(&app, "Add an MCP bundle", kind).await? else {
            return Ok(None);
        };
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
