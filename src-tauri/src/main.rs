//! Starts the app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    // Before anything else: the watcher needs no window and nothing else of the app.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == patchbay_ops::WATCH_PROGRAMS)
    {
        return patchbay_ops::watch_programs();
    }
    patchbay_desktop::run();
}
