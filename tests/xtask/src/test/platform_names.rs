//! Checks that the name of a platform is used only in its own folder, one line of the registry and its word.
//!
//! The check covers the code of the product without comments and tests. Code that has to distinguish platforms uses
//! the fields and abilities of the registry entry, or adds one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use super::words::product_part;
use crate::paths;

/// Folders of the platforms, whose names are their words too.
const FOLDERS: &str = "src-tauri/crates/patchbay-platforms/src";

/// The registry, with a line for each platform.
const LISTS: [&str; 3] = [
    "src-tauri/crates/patchbay-model/src/account.rs",
    "src-tauri/crates/patchbay-platforms/src/lib.rs",
    "src-tauri/crates/patchbay-platforms/src/registry.rs",
];

/// The code of the product.
const SOURCES: [&str; 3] = ["src-tauri/src", "src-tauri/crates", "ui/src"];

/// Folders that are not the product, or generated from it.
const LEFT_OUT: [&str; 5] = [
    "src-tauri/crates/patchbay-testkit",
    "src-tauri/crates/patchbay-ops/src/operations/every_secret.rs",
    "ui/src/host/bindings.ts",
    "ui/src/test",
    "target",
];

/// The platform that exists in tests only; its word has other meanings in code.
const EXAMPLE: &str = "example";

/// Fails when code outside the folder of a platform has its name.
pub(super) fn check() -> Result<()> {
    let root = paths::root();
    let names = names(&root.join(FOLDERS))?;
    let mut files = Vec::new();
    for folder in SOURCES {
        files.extend(paths::files_below(&root.join(folder), &is_product)?);
    }
    let mut found = Vec::new();
    for file in files {
        let path = file.strip_prefix(root)?;
        if LISTS.iter().any(|list| path == Path::new(list)) {
            continue;
        }
        let source = fs::read_to_string(&file)?;
        for (line, code) in code_lines(product_part(&source)) {
            let foreign = names.iter().filter(|(folder, name)| {
                !path.starts_with(folder) && path != folder.with_extension("rs") && has(code, name)
            });
            found.extend(foreign.map(|(_, name)| format!("{}:{line}: {name}", path.display())));
        }
    }
    ensure!(
        found.is_empty(),
        "platforms known by name outside their folder; ask for a field or an ability of the registry entry:\n{}",
        found.join("\n")
    );
    Ok(())
}

/// The folder of each platform with its names: word and title.
fn names(folders: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folders)? {
        let entry = entry?;
        let word = entry.file_name().to_string_lossy().into_owned();
        let Ok(platform) = fs::read_to_string(entry.path().join("platform.rs")) else {
            continue;
        };
        let title = title(&platform).with_context(|| format!("{word} has no title"))?;
        let folder = Path::new(FOLDERS).join(&word);
        if word != EXAMPLE {
            names.push((folder.clone(), title.to_lowercase()));
            names.push((folder, word));
        }
    }
    ensure!(!names.is_empty(), "no platforms in {FOLDERS}");
    names.dedup();
    Ok(names)
}

fn title(platform: &str) -> Option<&str> {
    let (_, rest) = platform.split_once("title: \"")?;
    Some(rest.split_once('"')?.0)
}

/// Whether a folder or a file may hold code of the product.
fn is_product(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_left_out = LEFT_OUT.iter().any(|other| path.ends_with(other));
    // Whole folders and files of tests, and examples.
    let is_test = matches!(&*name, "tests" | "tests.rs" | "examples" | "samples.rs")
        || name.contains(".test.");
    let endings = [".rs", ".ts", ".tsx", ".css"];
    let is_code = path.is_dir() || endings.iter().any(|ending| name.ends_with(ending));
    is_code && !is_left_out && !is_test
}

/// Lines without comments, with their numbers.
fn code_lines(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.lines().zip(1..).map(|(line, number)| {
        let trimmed = line.trim_start();
        let is_comment = ["//", "/*", "* ", "{/*"]
            .iter()
            .any(|start| trimmed.starts_with(start));
        let code = line.split(" // ").next().unwrap_or_default();
        (number, if is_comment { "" } else { code })
    });
    lines.filter(|(_, code)| !code.is_empty())
}

/// Whether code has the name as a word, or as a part of a word after an underscore or with a capital.
fn has(code: &str, name: &str) -> bool {
    let lower = code.to_lowercase();
    let is_letter = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_lowercase());
    lower.match_indices(name).any(|(at, _)| {
        let begins = !is_letter(lower[..at].chars().next_back())
            || code
                .get(at..)
                .is_some_and(|rest| rest.starts_with(|sign: char| sign.is_uppercase()));
        begins && !is_letter(lower[at + name.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_paths_texts_and_other_names() {
        for code in [
            "Platform::Mistral => 1,",
            "platform === \"mistral\"",
            "crate::mistral::MISTRAL",
            "const forMistral = 1;",
            "\"mistral-correlation-id\",",
        ] {
            assert!(has(code, "mistral"), "{code}");
        }
        assert!(has("<p>Agent Stack and 10ex</p>", "agent stack"));
        assert!(has("<p>Agent Stack and 10ex</p>", "10ex"));
        assert!(!has("coherent", "cohere"));
    }

    #[test]
    fn comments_are_left_out_and_lines_keep_their_numbers() {
        let source = "/// Mistral\nlet a; // Mistral\n * Mistral\nlet b;";
        let lines: Vec<_> = code_lines(source).collect();
        assert_eq!(lines, [(2, "let a;"), (4, "let b;")]);
    }

    #[test]
    fn every_platform_has_a_title() {
        let names = names(&paths::root().join(FOLDERS)).expect("folders of platforms");
        assert!(names.iter().any(|(_, name)| name == "agent stack"));
        assert!(names.iter().any(|(_, name)| name == "tenex"));
    }
}
