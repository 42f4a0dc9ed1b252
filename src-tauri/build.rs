//! Generates Tauri's context and permission files.
fn main() {
    tauri_build::build();
}
