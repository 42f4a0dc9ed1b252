//! What the packages of each system are made from, checked against what those who read it understand.
//!
//! A key that is misspelt does nothing and says nothing, on a system where nobody looks: so each file is
//! held against the keys that its reader knows.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

mod mac;
mod schema;

use std::path::PathBuf;

/// A file of Tauri's folder, `src-tauri`.
fn source(name: &str) -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.join("../src-tauri").join(name)
}

/// A file of Tauri's folder that holds JSON.
fn json(name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(source(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}
