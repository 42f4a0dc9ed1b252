//! Hints for missing programs.

use std::path::Path;

pub(crate) fn what_to_install(program: &str) -> String {
    let file = Path::new(program)
        .file_stem()
        .and_then(|name| name.to_str());
    match file.unwrap_or_default() {
        "npx" | "npm" | "node" => "Install Node.js, which brings it, or enter its full path.",
        "uvx" | "uv" => "Install uv, which brings it, or enter its full path.",
        "python" | "python3" | "pip" | "pipx" => "Install Python, or enter its full path.",
        "docker" => "Install Docker, or enter its full path.",
        "bunx" | "bun" => "Install Bun, which brings it, or enter its full path.",
        "deno" => "Install Deno, or enter its full path.",
        "dotnet" | "dnx" => "Install .NET, which brings it, or enter its full path.",
        _ => "Install it, or enter its full path.",
    }
    .to_owned()
}
