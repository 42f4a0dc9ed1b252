//! Bounces the Dock icon once; its number stays.

use tauri::{AppHandle, UserAttentionType};

use super::Notice;
use crate::window;

pub(super) fn show(app: &AppHandle, notice: &Notice) -> tauri::Result<()> {
    tracing::debug!(
        title = notice.title,
        words = notice.words,
        "the Dock icon bounces"
    );
    match window::main(app) {
        Some(window) => window.request_user_attention(Some(UserAttentionType::Informational)),
        None => Ok(()),
    }
}
