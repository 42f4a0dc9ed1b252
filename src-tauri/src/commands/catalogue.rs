//! MCP servers that one can add.

use patchbay_model::Problem;
use patchbay_ops::CatalogueEntry;

/// The well-known servers.
#[tauri::command]
#[specta::specta]
pub(crate) fn list_catalogue() -> Vec<CatalogueEntry> {
    patchbay_ops::list_catalogue()
}

/// The servers that a file of the MCP registry describes.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_registry_file(text: &str) -> Result<Vec<CatalogueEntry>, Problem> {
    Ok(patchbay_ops::read_registry_file(text)?)
}
