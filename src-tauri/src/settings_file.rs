//! Files of settings in our own folder, each a JSON object. They hold no secrets and no data.

use std::path::Path;
use std::sync::Arc;

use patchbay_files::set_aside_unreadable;
use patchbay_ops::Context;
use serde_json::Value;
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_store::{Result, Store, StoreExt};

/// Maximum size of a settings file; ours are about a hundredth of it.
pub(crate) const MAX_BYTES: u64 = 64 * 1024;

/// Returns a member of a file.
pub(crate) fn read(app: &AppHandle, file: &str, name: &str) -> Result<Option<Value>> {
    Ok(open(app, file)?.get(name))
}

/// Saves a member of a file.
pub(crate) fn save(app: &AppHandle, file: &str, name: &str, value: impl Into<Value>) -> Result<()> {
    let store = open(app, file)?;
    store.set(name, value);
    store.save()
}

/// Opens a file in our own folder, not in the one that the plugin would choose.
fn open(app: &AppHandle, file: &str) -> Result<Arc<Store<Wry>>> {
    let file = app.state::<Context>().paths().settings.join(file);
    discard_unreadable(&file);
    app.store(file)
}

/// Sets aside a settings file with which a plugin would hang or fill the memory.
pub(crate) fn discard_unreadable(file: &Path) {
    match set_aside_unreadable(file, MAX_BYTES) {
        Ok(None) => {}
        Ok(Some(aside)) => tracing::warn!(?aside, "a settings file was set aside: not readable"),
        Err(error) => tracing::warn!(?file, %error, "a settings file cannot be used"),
    }
}
