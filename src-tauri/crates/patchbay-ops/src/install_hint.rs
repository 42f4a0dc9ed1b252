//! Hints for missing programs.

use std::path::Path;

/// Products by the programs that they bring.
const PRODUCTS: &[(&str, &[&str])] = &[
    ("Node.js", &["node", "npx", "npm", "corepack"]),
    ("pnpm", &["pnpm", "pnpx"]),
    ("Yarn", &["yarn", "yarnpkg"]),
    ("Bun", &["bun", "bunx"]),
    ("Deno", &["deno"]),
    ("uv", &["uv", "uvx"]),
    ("Python", &["python", "python3", "py", "pip", "pip3"]),
    ("pipx", &["pipx"]),
    ("Docker", &["docker"]),
    ("Podman", &["podman"]),
    ("nerdctl", &["nerdctl"]),
    (".NET", &["dotnet"]),
    (".NET 10", &["dnx"]),
    ("Java", &["java"]),
    ("JBang", &["jbang"]),
    ("Go", &["go"]),
    ("Rust", &["cargo"]),
    ("Ruby", &["ruby", "gem", "bundle"]),
    ("PHP", &["php"]),
    ("mise", &["mise"]),
    ("asdf", &["asdf"]),
    ("Git", &["git"]),
];

/// Returns the product that brings a program; `None` if it isn't known.
pub(crate) fn product_of(program: &str) -> Option<&'static str> {
    let file = Path::new(program).file_stem()?.to_str()?;
    let mut products = PRODUCTS.iter();
    let found = products.find(|(_, programs)| programs.contains(&file));
    found.map(|(product, _)| *product)
}

pub(crate) fn what_to_install(program: &str) -> String {
    let path = Path::new(program);
    match product_of(program) {
        // Such as that of a version which was replaced.
        Some(_) if path.is_absolute() => {
            let name = path.file_stem().unwrap_or_default().display();
            format!("Check the path, or enter {name} alone to have it found.")
        }
        Some(product) if product.eq_ignore_ascii_case(program) => {
            format!("Install {product}, or enter its full path.")
        }
        Some(product) => format!("Install {product}, which brings it, or enter its full path."),
        None if path.is_absolute() => "Check the path.".to_owned(),
        None => "Install it, or enter its full path.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISSING: &str = match cfg!(windows) {
        true => r"C:\my-server.exe",
        false => "/opt/my-server",
    };
    const MISSING_NPX: &str = match cfg!(windows) {
        true => r"C:\none\npx.cmd",
        false => "/opt/none/npx",
    };

    #[test]
    fn each_usual_runner_belongs_to_a_product() {
        for (program, product) in [
            ("npx", Some("Node.js")),
            ("npx.cmd", Some("Node.js")),
            ("/usr/bin/uvx", Some("uv")),
            ("pipx", Some("pipx")),
            ("pnpm", Some("pnpm")),
            ("yarn", Some("Yarn")),
            ("bunx", Some("Bun")),
            ("go", Some("Go")),
            ("java", Some("Java")),
            ("podman", Some("Podman")),
            ("mise", Some("mise")),
            ("my-server", None),
            ("", None),
        ] {
            assert_eq!(product_of(program), product, "{program}");
        }
        for (program, hint) in [
            (
                "bunx",
                "Install Bun, which brings it, or enter its full path.",
            ),
            ("docker", "Install Docker, or enter its full path."),
            ("my-server", "Install it, or enter its full path."),
            (MISSING, "Check the path."),
            (
                MISSING_NPX,
                "Check the path, or enter npx alone to have it found.",
            ),
        ] {
            assert_eq!(what_to_install(program), hint);
        }
    }
}
