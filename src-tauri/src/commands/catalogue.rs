//! MCP servers that one can add.

use patchbay_model::Problem;
use patchbay_ops::CatalogueEntry;

/// Lists the well-known servers.
#[tauri::command]
#[specta::specta]
pub(crate) fn list_catalogue() -> Vec<CatalogueEntry> {
    patchbay_ops::list_catalogue()
}

/// Reads the servers from a file of the MCP registry.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_registry_file(text: &str) -> Result<Vec<CatalogueEntry>, Problem> {
    Ok(patchbay_ops::read_registry_file(text)?)
}
