//! The folders in which programs are looked for.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::OnceCell;

/// How long a login shell may take; it reads whatever its user wrote down for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The folders of `PATH`. On macOS those of the user's login shell come after them: an app that is opened from
/// the Finder or the Dock is given the system's own only, not those where people install programs.
pub(super) async fn folders() -> Vec<PathBuf> {
    static OF_LOGIN_SHELL: OnceCell<Option<OsString>> = OnceCell::const_new();

    let mut paths = vec![env::var_os("PATH").unwrap_or_default()];
    if cfg!(target_os = "macos") {
        let asked = OF_LOGIN_SHELL.get_or_init(|| async {
            let shell = env::var_os("SHELL").unwrap_or_else(|| "/bin/zsh".into());
            path_of_login_shell(Path::new(&shell), PATIENCE).await
        });
        paths.extend(asked.await.clone());
    }
    join_paths(&paths)
}

/// Every folder once, in its first place. A relative one would depend on the current folder.
fn join_paths(paths: &[OsString]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in paths.iter().flat_map(env::split_paths) {
        if folder.is_absolute() && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// The `PATH` that a login shell gives to the programs it starts; `None` when it does not say.
async fn path_of_login_shell(shell: &Path, patience: Duration) -> Option<OsString> {
    let mut command = Command::new(shell);
    // A program's word, for each shell has its own way to say a variable.
    command
        .args(["-l", "-c", "/usr/bin/printenv PATH"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(patience, command.output()).await;
    let output = output.ok()?.ok().filter(|output| output.status.success())?;
    let output_text = String::from_utf8(output.stdout).ok()?;
    // Before it may stand what the shell greets its user with.
    let path = output_text.lines().last()?;
    Some(path.into())
}

#[cfg(test)]
mod tests;
