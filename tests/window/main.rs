//! Tests of the app in its real web view, with a real browser, a real keychain and the Playground.
//!
//! `cargo xtask test window` builds what they start and gives them a display, a session bus and an
//! unlocked keyring. A test that fails leaves a screenshot, the page and the log of the app
//! in `target/window-failures/`. Start reading at [`support`].

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a helper that fails fails its journey")]
#![expect(
    clippy::print_stderr,
    reason = "a journey that fails says where its picture lies"
)]

mod accessibility;
mod adding;
mod changed_tools;
mod credentials;
mod history;
mod hosted;
mod hostile;
mod hostile_files;
mod hostile_memory;
mod hostile_results;
mod keyboard;
#[cfg(unix)] // The question that allows a program is answered through X11.
mod local_servers;
mod needs;
mod other_servers;
mod outside;
mod own_app;
mod running;
mod secrets;
mod settings;
mod sign_in;
mod support;
mod tray;
mod vault;
mod way_through;
mod window_state;
