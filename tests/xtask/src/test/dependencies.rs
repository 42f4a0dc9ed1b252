//! Finds unused dependencies.
//!
//! It works as `cargo machete` does, without the need to compile that first, and respects its
//! `package.metadata.cargo-machete.ignored` list.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    cargo::{list, text},
    paths,
};

/// Checks all our packages in the output of `cargo metadata`.
pub(super) fn check(metadata: &Value) -> Result<()> {
    let mut unused = Vec::new();
    let mut declared = BTreeSet::new();
    for package in list(metadata, "packages").filter(|package| package["source"].is_null()) {
        declared.extend(list(package, "dependencies").map(|found| text(found, "name")));
        let sources = sources(package)?;
        unused.extend(
            list(package, "dependencies")
                .filter(|dependency| !is_ignored(package, text(dependency, "name")))
                .filter(|dependency| {
                    !sources
                        .iter()
                        .any(|code| mentions(code, &identifier(dependency)))
                })
                .map(|dependency| {
                    format!("{}: {}", text(package, "name"), text(dependency, "name"))
                }),
        );
    }
    let shared = shared()?;
    unused.extend(
        shared
            .iter()
            .filter(|name| !declared.contains(name.as_str()))
            .map(|name| format!("workspace: {name}")),
    );
    ensure!(
        unused.is_empty(),
        "declared but not used:\n  {}",
        unused.join("\n  ")
    );
    Ok(())
}

/// The names in the top manifest's `[workspace.dependencies]`.
fn shared() -> Result<Vec<String>> {
    let manifest: toml::Table = fs::read_to_string(paths::root().join("Cargo.toml"))?.parse()?;
    let table = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"));
    let table = table
        .and_then(toml::Value::as_table)
        .context("the workspace shares no dependency")?;
    Ok(table.keys().cloned().collect())
}

fn is_ignored(package: &Value, name: &str) -> bool {
    list(&package["metadata"]["cargo-machete"], "ignored").any(|ignored| ignored == name)
}

/// The name of a dependency in code.
fn identifier(dependency: &Value) -> String {
    dependency["rename"]
        .as_str()
        .unwrap_or(text(dependency, "name"))
        .replace('-', "_")
}

/// Whether `code` has `word` as a whole word.
fn mentions(code: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(start, _)| {
        !code[..start].ends_with(is_part) && !code[start + word.len()..].starts_with(is_part)
    })
}

/// The code of all targets of a package.
fn sources(package: &Value) -> Result<Vec<String>> {
    let mut files = BTreeSet::new();
    for target in list(package, "targets") {
        let entry = Path::new(text(target, "src_path"));
        if list(target, "kind").any(|kind| kind == "custom-build") {
            // Its folder is that of the package, which may contain other packages.
            files.insert(entry.to_owned());
        } else if let Some(folder) = entry.parent() {
            files.extend(paths::files_below(folder, &is_code)?);
        }
    }
    files
        .iter()
        .map(|file| Ok(fs::read_to_string(file)?))
        .collect()
}

fn is_code(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|ending| ending == "rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_only_as_a_word() {
        assert!(mentions("use url::Url;", "url"));
        assert!(mentions("url", "url"));
        assert!(!mentions("fn curl(my_url: i32)", "url"));
    }
}
