//! Links the C runtime of Microsoft statically, as Tauri does for the app, so that the program also starts on a Windows
//! without the Visual C++ Redistributable.
fn main() {
    static_vcruntime::metabuild();
}
