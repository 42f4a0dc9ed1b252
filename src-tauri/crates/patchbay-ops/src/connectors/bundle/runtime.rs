//! The version of a runtime, without running it: the user has not allowed it yet.

use std::path::Path;

/// Returns the version of a program if its path says that it is older than required, such as by `>=18`.
pub(super) fn older_version(program: &Path, required: &str) -> Option<String> {
    // Of a link, such as to `python3.11` or to a folder of Homebrew.
    let file = program.canonicalize().ok()?;
    let (version, numbers) = version_in(file.to_str()?)?;
    let required = [">=", "^", "~"]
        .iter()
        .find_map(|operator| required.trim().strip_prefix(operator))?;
    let required: Vec<u32> = required
        .trim()
        .split(|c: char| !c.is_ascii_digit())
        .map_while(|number| number.parse().ok())
        .collect();
    let mut pairs = numbers.iter().zip(&required);
    let different = pairs.find(|(number, required)| number != required);
    different
        .is_some_and(|(number, required)| number < required)
        .then_some(version)
}

/// Returns the last part of a path that is a version, as version managers name folders: `v18.20.1`, `node@18`,
/// `python3.11`.
fn version_in(path: &str) -> Option<(String, Vec<u32>)> {
    const BEFORE: [&str; 6] = ["node-v", "node@", "python@", "python", "v", ""];
    path.rsplit(['/', '\\']).find_map(|part| {
        let version = BEFORE.iter().find_map(|before| part.strip_prefix(before))?;
        let numbers = version.split('.').map(|number| number.parse().ok());
        let numbers = numbers.collect::<Option<Vec<u32>>>()?;
        Some((version.to_owned(), numbers))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_paths() {
        for (path, version) in [
            (
                "/home/ada/.nvm/versions/node/v18.20.1/bin/node",
                Some("18.20.1"),
            ),
            (
                "/opt/homebrew/Cellar/node@22/22.1.0/bin/node",
                Some("22.1.0"),
            ),
            ("/opt/node-v20.1.0/bin/node", Some("20.1.0")),
            ("/usr/bin/python3.11", Some("3.11")),
            ("/usr/bin/python3", Some("3")),
            ("/usr/bin/node", None),
            (r"C:\Program Files\nodejs\node.exe", None),
        ] {
            let found = version_in(path).map(|(version, _)| version);
            assert_eq!(found.as_deref(), version, "{path}");
        }
    }

    #[test]
    fn only_an_older_version_is_named() {
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join("v18.20.1/bin/node");
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, "").unwrap();
        for (required, is_older) in [
            (">=18", false),
            (">=18.20", false),
            (">=18.20.1 <23", false),
            (">=18.21.0", true),
            (">= 20", true),
            ("^22.0.0", true),
            (">=9", false),
            ("<17", false),
            ("*", false),
            (">=x", false),
        ] {
            let found = older_version(&program, required);
            let expected = is_older.then(|| "18.20.1".to_owned());
            assert_eq!(found, expected, "{required}");
        }
        assert_eq!(older_version(&home.path().join("none"), ">=18"), None);
    }
}
