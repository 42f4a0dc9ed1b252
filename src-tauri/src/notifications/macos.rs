//! The icon in the Dock jumps once; the number on it stays.

use tauri::{AppHandle, Runtime, UserAttentionType};

use super::Notice;
use crate::window;

pub(super) fn show<R: Runtime>(app: &AppHandle<R>, notice: &Notice) -> tauri::Result<()> {
    tracing::debug!(title = notice.title, words = notice.words, "the icon jumps");
    match window::main(app) {
        Some(window) => window.request_user_attention(Some(UserAttentionType::Informational)),
        None => Ok(()),
    }
}
