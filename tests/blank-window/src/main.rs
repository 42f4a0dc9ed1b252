//! A Tauri window with one page and nothing else: what starting costs before the app does anything.
//!
//! It starts the fastest way that is known: hidden, and shown when its page is there.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use tauri::webview::PageLoadEvent;

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .on_page_load(|webview, page| {
            if page.event() == PageLoadEvent::Finished {
                // A window that stays hidden is noticed by whoever measures it.
                let _ = webview.window().show();
            }
        })
        .run(tauri::generate_context!())
}
