//! Servers that run on Node.js: outdated versions, and npm's batch files on Windows.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use patchbay_platforms::Error as PlatformError;
use tokio::io::AsyncReadExt as _;

use crate::error::Error;
use crate::processes::quiet_command::{Variable, quiet_command};
use crate::secrets::programs::find_in;
use crate::secrets::programs::search_path::{newest_node_of_nvm, nvm_folder};

/// Oldest major version that MCP servers support.
const OLDEST: u32 = 18;

/// Limits for `node --version`.
const VERSION_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_VERSION_BYTES: u64 = 40;

/// Replaces a batch file of npm by the script that it runs if an argument has a line break, which would end the command
/// line of a batch file.
pub(super) fn bypass_batch_file(file: PathBuf, arguments: Vec<String>) -> (PathBuf, Vec<String>) {
    let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let script = match name.to_ascii_lowercase().as_str() {
        "npx.cmd" => "npx-cli.js",
        "npm.cmd" => "npm-cli.js",
        _ => return (file, arguments),
    };
    let node = file.with_file_name("node.exe");
    let script = file
        .with_file_name("node_modules")
        .join("npm")
        .join("bin")
        .join(script);
    let has_line_break = arguments.iter().any(|word| word.contains(['\r', '\n']));
    match script.to_str() {
        Some(path) if has_line_break && node.is_file() && script.is_file() => {
            (node, [vec![path.to_owned()], arguments].concat())
        }
        _ => (file, arguments),
    }
}

/// Converts the error of a program that ended during initialization. If an outdated Node.js ran it, the error names
/// that version and a newer one on this computer.
pub(super) async fn blame_old_node(
    error: PlatformError,
    file: &Path,
    path: &[PathBuf],
    environment: Vec<Variable>,
) -> Error {
    let PlatformError::ProgramEnded { said, .. } = &error else {
        return error.into();
    };
    let node = match file.file_stem().and_then(OsStr::to_str) {
        Some("node") => Some(file.to_owned()),
        Some("npx" | "npm") => find_in("node", path).ok(),
        _ => None,
    };
    let Some(node) = node else {
        return error.into();
    };
    match version_of(&node, environment).await {
        Some(version) if major(&version).is_some_and(|major| major < OLDEST) => Error::OldNode {
            what: error.to_string(),
            version,
            file: node.display().to_string(),
            other: other_folder(&node, path, &nvm_folder()).map(|it| it.display().to_string()),
            said: said.clone(),
        },
        _ => error.into(),
    }
}

/// Returns the version of a Node.js, such as `v10.24.1`.
async fn version_of(node: &Path, environment: Vec<Variable>) -> Option<String> {
    let mut command = quiet_command(node, environment);
    command
        .arg("--version")
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().ok()?;
    let mut said = Vec::new();
    let mut output = child.stdout.take()?.take(MAX_VERSION_BYTES);
    let reading = output.read_to_end(&mut said);
    tokio::time::timeout(VERSION_TIMEOUT, reading)
        .await
        .ok()?
        .ok()?;
    let version = String::from_utf8(said).ok()?.trim().to_owned();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let is_version = major(&version).is_some() && version.chars().all(is_plain);
    is_version.then_some(version)
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Returns the folder of another Node.js: the newest of nvm, or else the next in `PATH`. That one is not run to get its
/// version, as the user has not allowed it.
fn other_folder(node: &Path, path: &[PathBuf], nvm: &Path) -> Option<PathBuf> {
    let newest = newest_node_of_nvm(nvm).filter(|([major, ..], _)| *major >= OLDEST);
    newest.map(|(_, folder)| folder).or_else(|| {
        let mut others = path
            .iter()
            .filter(|folder| node.parent() != Some(folder.as_path()));
        let has_one = |folder: &&PathBuf| find_in("node", std::slice::from_ref(*folder)).is_ok();
        others.find(has_one).cloned()
    })
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_other_node_is_the_newest_of_nvm_or_the_next_in_path() {
        let home = tempfile::tempdir().unwrap();
        let node = |folder: &str| {
            let folder = home.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            for name in ["node", "node.exe"] {
                std::fs::write(folder.join(name), "").unwrap();
                #[cfg(unix)]
                std::fs::set_permissions(folder.join(name), PermissionsExt::from_mode(0o755))
                    .unwrap();
            }
            folder
        };
        let path = [node("old"), home.path().join("none"), node("next")];
        let other = || other_folder(&path[0].join("node"), &path, home.path());
        assert_eq!(other(), Some(path[2].clone()));
        let of_nvm = |version: &str| node(&format!("versions/node/{version}/bin"));
        of_nvm("v9.1.0");
        assert_eq!(other(), Some(path[2].clone()), "too old as well");
        of_nvm("v18.0.0");
        let newest = of_nvm("v100.0.0");
        assert_eq!(other(), Some(newest));
    }

    #[test]
    fn arguments_with_line_breaks_bypass_batch_files() {
        let folder = tempfile::tempdir().unwrap();
        let npx = folder.path().join("npx.cmd");
        let lines = || vec!["-y".to_owned(), "two\nlines".to_owned()];
        let unchanged = |(file, words): (PathBuf, Vec<String>)| file == npx && words.len() == 2;
        assert!(
            unchanged(bypass_batch_file(npx.clone(), lines())),
            "nothing else is there"
        );
        let script = folder.path().join("node_modules/npm/bin");
        std::fs::create_dir_all(&script).unwrap();
        for file in [folder.path().join("node.exe"), script.join("npx-cli.js")] {
            std::fs::write(file, "").unwrap();
        }
        let (node, words) = bypass_batch_file(npx.clone(), lines());
        assert_eq!(node, folder.path().join("node.exe"));
        assert_eq!(words[1..], lines());
        assert_eq!(Path::new(&words[0]), script.join("npx-cli.js"));
        let one_line = vec!["-y".to_owned(), "a & b".to_owned()];
        assert!(unchanged(bypass_batch_file(npx.clone(), one_line)));
    }
}
