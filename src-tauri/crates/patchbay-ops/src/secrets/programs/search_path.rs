//! The folders in which programs are searched.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use process_wrap::tokio::{CommandWrap, KillOnDrop};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::sync::Mutex;

use super::has_drive;

/// Time limit for a login shell, which runs the user's profile.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Time limit for an interactive shell, which also runs the user's rc files.
const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(10);

const MAX_OUTPUT_BYTES: u64 = 1024 * 1024;

/// How long the answer of a shell is not questioned, even if a program is missing.
const FRESH: Duration = Duration::from_secs(30);

/// The `PATH` of the user's interactive shell.
static OF_SHELL: ShellPath = ShellPath(Mutex::const_new(None));

/// The `PATH` of the user's login shell.
static OF_LOGIN_SHELL: ShellPath = ShellPath(Mutex::const_new(None));

/// What a shell answered, and when. It is asked once, and again after [`ShellPath::forget`].
struct ShellPath(Mutex<Option<(Option<OsString>, Instant)>>);

impl ShellPath {
    async fn get(&self, ask: impl Future<Output = Option<OsString>>) -> Option<OsString> {
        let mut known = self.0.lock().await;
        if let Some((path, _)) = &*known {
            return path.clone();
        }
        let path = ask.await;
        *known = Some((path.clone(), Instant::now()));
        path
    }

    /// Forgets an answer that is at least so old; returns whether there was one.
    async fn forget(&self, age: Duration) -> bool {
        let mut known = self.0.lock().await;
        known.take_if(|(_, at)| at.elapsed() >= age).is_some()
    }
}

/// Has the user's shells asked again, because a program that is missing may have been installed since. Returns whether
/// they will be.
pub(crate) async fn forget_shell_paths() -> bool {
    let is_forgotten = OF_SHELL.forget(FRESH).await;
    OF_LOGIN_SHELL.forget(FRESH).await || is_forgotten
}

/// Returns the folders of `PATH`. On macOS those of the user's login shell follow: an app that is opened from the
/// Finder or the Dock only gets the system's folders, not those where people install programs.
pub(crate) async fn folders() -> Vec<PathBuf> {
    let mut paths = vec![env::var_os("PATH").unwrap_or_default()];
    if cfg!(target_os = "macos") {
        let shell = env::var_os("SHELL").unwrap_or_else(|| "/bin/zsh".into());
        let asked = path_of_login_shell(Path::new(&shell), TIMEOUT);
        paths.extend(OF_LOGIN_SHELL.get(asked).await);
    }
    join_paths(&paths)
}

/// Returns the folders of this process's `PATH`.
pub(crate) fn process_search_path() -> Vec<PathBuf> {
    join_paths(&[env::var_os("PATH").unwrap_or_default()])
}

/// Returns the folders in which a server and the programs it starts are searched; those of `before`, a `PATH`, come
/// first.
///
/// A process started from a shell already has the `PATH` that the user wants. Otherwise the login shell is asked, whose
/// folders precede ours: people install programs there, and the system's may be old.
pub(crate) async fn server_search_path(before: Option<&String>) -> Vec<PathBuf> {
    let mut paths: Vec<OsString> = before.map(OsString::from).into_iter().collect();
    if cfg!(windows) {
        // It may come from somebody else's text, unlike ours.
        let folders = join_paths(&paths).into_iter();
        let local = env::join_paths(folders.filter(|folder| has_drive(folder)));
        paths = local.into_iter().collect();
    }
    let own = env::var_os("PATH").unwrap_or_default();
    if cfg!(windows) || env::var_os("SHLVL").is_some() {
        paths.push(own);
        return join_paths(&paths);
    }
    let shell = env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    match OF_SHELL
        .get(path_of_interactive_shell(Path::new(&shell)))
        .await
    {
        Some(path) => paths.extend([path, own]),
        None => {
            paths.push(own);
            paths.push(usual_folders());
        }
    }
    join_paths(&paths)
}

/// Returns common installation folders, for when the shell's `PATH` is unknown.
fn usual_folders() -> OsString {
    let home = env::home_dir().unwrap_or_default();
    let of_home = [
        ".local/bin",
        ".cargo/bin",
        ".volta/bin",
        ".bun/bin",
        ".deno/bin",
    ];
    let of_system = ["/opt/homebrew/bin", "/usr/local/bin", "/snap/bin"];
    let folders = of_system.map(PathBuf::from).into_iter();
    let all = folders.chain(of_home.map(|folder| home.join(folder)));
    env::join_paths(all.filter(|folder| folder.is_dir())).unwrap_or_default()
}

/// Returns the `PATH` of an interactive shell, since version managers are set up in files that only such a shell reads.
/// It gets no terminal and no input, so that nothing in those files can wait for a person.
async fn path_of_interactive_shell(shell: &Path) -> Option<OsString> {
    match ask(shell, &["-i", "-l", "-c"], INTERACTIVE_TIMEOUT).await {
        Some(path) => Some(path),
        None => path_of_login_shell(shell, TIMEOUT).await,
    }
}

/// Has a shell print its `PATH` between marks, since its profile may print other text.
async fn ask(shell: &Path, options: &[&str], limit: Duration) -> Option<OsString> {
    const MARK: &str = "__patchbay_path__";
    let mut command = Command::new(shell);
    command
        .args(options)
        // By a program, since the syntax for variables differs between shells. Its location differs between systems,
        // that of `env` does not.
        .arg(format!(
            "echo {MARK}; /usr/bin/env printenv PATH; echo {MARK}"
        ))
        .env("PATCHBAY_RESOLVING_ENVIRONMENT", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessSession);
    let reading = async {
        let mut shell = command.spawn().ok()?;
        let mut text = Vec::new();
        let output = shell.stdout().take()?;
        output
            .take(MAX_OUTPUT_BYTES)
            .read_to_end(&mut text)
            .await
            .ok()?;
        String::from_utf8(text).ok()
    };
    let text = tokio::time::timeout(limit, reading).await.ok()??;
    let between = text.split(MARK).nth(1)?.trim();
    (!between.is_empty()).then(|| between.into())
}

/// Returns every absolute folder once, in order. A relative one would depend on the current folder.
fn join_paths(paths: &[OsString]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in paths.iter().flat_map(env::split_paths) {
        if folder.is_absolute() && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

async fn path_of_login_shell(shell: &Path, limit: Duration) -> Option<OsString> {
    ask(shell, &["-l", "-c"], limit).await
}

#[cfg(test)]
mod tests;
