//! The folders in which programs are searched, and what else the user's shell sets.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use process_wrap::tokio::{CommandWrap, KillOnDrop};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::sync::Mutex;

use super::has_drive;
use crate::variable_names::is_passed_on;

/// Time limit for a login shell, which runs the user's profile.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Time limit for an interactive shell, which also runs the user's rc files.
const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a shell may take to end after its answer.
const EXIT_GRACE: Duration = Duration::from_millis(500);

const MAX_OUTPUT_BYTES: u64 = 1024 * 1024;

/// Printed by a shell before and after its `PATH`, and after its variables.
const MARK: &str = "__patchbay_path__";

/// How long the answer of a shell is not questioned, even if a program is missing.
const FRESH: Duration = Duration::from_secs(30);

/// What the user's interactive shell sets.
static OF_SHELL: ShellAnswer = ShellAnswer(Mutex::const_new(None));

/// What the user's login shell sets.
static OF_LOGIN_SHELL: ShellAnswer = ShellAnswer(Mutex::const_new(None));

/// Whether [`declare_desktop_app`] was called.
static IS_DESKTOP_APP: AtomicBool = AtomicBool::new(false);

/// Declares this process an app with a window. Then its `PATH` is taken for that of the user's shell only if it was
/// started in a terminal, since the sessions of some desktops begin with a shell too.
pub fn declare_desktop_app() {
    IS_DESKTOP_APP.store(true, Ordering::Relaxed);
}

/// Common installation folders of this system, and those in the home folder.
#[cfg(not(windows))]
const OF_SYSTEM: &[&str] = &[
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/usr/local/bin",
    "/opt/local/bin",
    "/opt/podman/bin",
    "/snap/bin",
];
#[cfg(not(windows))]
const OF_HOME: &[&str] = &[
    ".local/bin",
    ".local/share/mise/shims",
    ".asdf/shims",
    ".cargo/bin",
    ".volta/bin",
    ".local/share/fnm/aliases/default/bin",
    ".bun/bin",
    ".deno/bin",
    ".local/share/pnpm",
    "Library/pnpm",
    ".pyenv/shims",
    ".dotnet/tools",
    "go/bin",
    ".docker/bin",
    ".rd/bin",
];
#[cfg(windows)]
const OF_SYSTEM: &[&str] = &[
    r"C:\Program Files\nodejs",
    r"C:\Program Files\Docker\Docker\resources\bin",
    r"C:\Program Files\RedHat\Podman",
    r"C:\Program Files\dotnet",
    r"C:\Program Files\Go\bin",
    r"C:\Program Files\Git\cmd",
];
#[cfg(windows)]
const OF_HOME: &[&str] = &[
    r".local\bin",
    r".cargo\bin",
    r".bun\bin",
    r".deno\bin",
    r".dotnet\tools",
    r"go\bin",
    r"scoop\shims",
    r"AppData\Roaming\npm",
    r"AppData\Local\pnpm",
    r"AppData\Local\Volta\bin",
    r"AppData\Local\mise\shims",
    r"AppData\Local\Microsoft\WinGet\Links",
    r"AppData\Local\Programs\Python\Launcher",
];

/// The variables of a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ShellVariables {
    path: OsString,
    /// Those of the allowlist for servers.
    others: Vec<(OsString, OsString)>,
}

/// What a shell answered, and when. It is asked once, and again after [`ShellAnswer::forget`].
struct ShellAnswer(Mutex<Option<(Option<ShellVariables>, Instant)>>);

impl ShellAnswer {
    async fn get(
        &self,
        ask: impl Future<Output = Option<ShellVariables>>,
    ) -> Option<ShellVariables> {
        let mut known = self.0.lock().await;
        if let Some((answer, _)) = &*known {
            return answer.clone();
        }
        let answer = ask.await;
        *known = Some((answer.clone(), Instant::now()));
        answer
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

/// Returns the folders of `PATH`. Those of the user's login shell follow unless a shell started this process: an app that
/// is opened from the desktop may only get the system's folders, not those where people install programs.
pub(crate) async fn folders() -> Vec<PathBuf> {
    let mut paths = vec![env::var_os("PATH").unwrap_or_default()];
    if cfg!(unix) && !has_path_of_shell() {
        let shell = user_shell();
        let asked = ask_login_shell(Path::new(&shell), TIMEOUT);
        let answer = OF_LOGIN_SHELL.get(asked).await;
        paths.extend(answer.map(|answer| answer.path));
    }
    join_paths(&paths)
}

fn user_shell() -> OsString {
    let usual = match cfg!(target_os = "macos") {
        true => "/bin/zsh",
        false => "/bin/sh",
    };
    env::var_os("SHELL").unwrap_or_else(|| usual.into())
}

/// Returns the folders of this process's `PATH`.
pub(crate) fn process_search_path() -> Vec<PathBuf> {
    join_paths(&[env::var_os("PATH").unwrap_or_default()])
}

/// Returns the folders in which a server and the programs it starts are searched; those of `before`, a `PATH`, come
/// first.
///
/// A process started from a shell already has the `PATH` that the user wants. Otherwise the login shell is asked, whose
/// folders precede ours: people install programs there, and the system's may be old. Common installation folders follow,
/// as not every version manager is set up for the login shell, and Windows passes a new `PATH` to new processes only.
pub(crate) async fn server_search_path(before: Option<&String>) -> Vec<PathBuf> {
    let mut paths: Vec<OsString> = before.map(OsString::from).into_iter().collect();
    if cfg!(windows) {
        // It may come from somebody else's text, unlike ours.
        let folders = join_paths(&paths).into_iter();
        let local = env::join_paths(folders.filter(|folder| has_drive(folder)));
        paths = local.into_iter().collect();
    }
    let own = env::var_os("PATH").unwrap_or_default();
    if cfg!(unix) && has_path_of_shell() {
        paths.push(own);
        return join_paths(&paths);
    }
    paths.extend(of_shell().await.map(|answer| answer.path));
    paths.push(own);
    let mut folders = join_paths(&paths);
    for folder in usual_folders(&env::home_dir().unwrap_or_default(), &nvm_folder()) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// Returns the variables of the allowlist that the user's interactive shell sets, such as for a proxy; none if a shell
/// started this process, which has them then.
pub(crate) async fn shell_variables() -> Vec<(OsString, OsString)> {
    let answer = of_shell().await;
    answer.map(|answer| answer.others).unwrap_or_default()
}

/// Asks the user's interactive shell, unless a shell started this process.
async fn of_shell() -> Option<ShellVariables> {
    if cfg!(windows) || has_path_of_shell() {
        return None;
    }
    let shell = user_shell();
    OF_SHELL.get(ask_interactive_shell(Path::new(&shell))).await
}

/// Whether the `PATH` of this process comes from the user's shell.
fn has_path_of_shell() -> bool {
    let is_desktop_app = IS_DESKTOP_APP.load(Ordering::Relaxed);
    let is_in_terminal = stdin().is_terminal() || stdout().is_terminal() || stderr().is_terminal();
    env::var_os("SHLVL").is_some() && is_started_in_shell(is_desktop_app, is_in_terminal)
}

/// Whether a process that has `SHLVL` was started in a shell, not by the session of a desktop. Commands in scripts have no
/// terminal.
fn is_started_in_shell(is_desktop_app: bool, is_in_terminal: bool) -> bool {
    !is_desktop_app || is_in_terminal
}

/// Returns the common installation folders that exist.
pub(super) fn usual_folders(home: &Path, nvm: &Path) -> Vec<PathBuf> {
    let of_home = OF_HOME.iter().map(|folder| home.join(folder));
    let of_nvm = newest_node_of_nvm(nvm).map(|(_, folder)| folder);
    let all = OF_SYSTEM.iter().map(PathBuf::from).chain(of_home);
    let all = all.chain(of_nvm);
    all.filter(|folder| folder.is_absolute() && folder.is_dir())
        .collect()
}

pub(crate) fn nvm_folder() -> PathBuf {
    let named = env::var_os("NVM_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| env::home_dir().unwrap_or_default().join(".nvm"))
}

/// Returns the version and the folder of the newest Node.js that nvm has installed; nvm names folders by version.
pub(crate) fn newest_node_of_nvm(nvm: &Path) -> Option<([u32; 3], PathBuf)> {
    let versions = std::fs::read_dir(nvm.join("versions").join("node")).ok()?;
    let installed = versions.flatten().filter_map(|entry| {
        let version = node_version(entry.file_name().to_str()?)?;
        let folder = entry.path().join("bin");
        folder.join("node").is_file().then_some((version, folder))
    });
    installed.max()
}

/// Parses a version such as `v18.20.1`.
fn node_version(name: &str) -> Option<[u32; 3]> {
    let mut numbers = name.strip_prefix('v')?.split('.').map(|it| it.parse().ok());
    let version = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(version)
}

/// Asks an interactive shell, since version managers are set up in files that only such a shell reads. It gets no terminal
/// and no input, so that nothing in those files can wait for a person.
async fn ask_interactive_shell(shell: &Path) -> Option<ShellVariables> {
    match ask(shell, &["-i", "-l", "-c"], INTERACTIVE_TIMEOUT).await {
        Some(answer) => Some(answer),
        None => ask_login_shell(shell, TIMEOUT).await,
    }
}

async fn ask_login_shell(shell: &Path, limit: Duration) -> Option<ShellVariables> {
    ask(shell, &["-l", "-c"], limit).await
}

/// Returns the shell to ask and its options. Those of other families of shells have options of their own, or another
/// syntax: then the shell of the system is asked, which reads the profile at least.
fn invocation<'a>(shell: &'a Path, options: &'a [&'a str]) -> (&'a Path, &'a [&'a str]) {
    match shell.file_name().and_then(OsStr::to_str) {
        Some("csh" | "tcsh") => (shell, &["-ic"]),
        Some("nu" | "elvish" | "pwsh") => (Path::new("/bin/sh"), &["-l", "-c"]),
        _ => (shell, options),
    }
}

/// Has a shell print its variables between marks, since its profile may print other text.
async fn ask(shell: &Path, options: &[&str], limit: Duration) -> Option<ShellVariables> {
    let (shell, options) = invocation(shell, options);
    let mut command = Command::new(shell);
    command
        .args(options)
        // By a program, since the syntax for variables differs between shells. Its location differs between systems,
        // that of `env` does not.
        .arg(format!(
            "echo {MARK}; /usr/bin/env printenv PATH; echo {MARK}; /usr/bin/env; echo {MARK}"
        ))
        .env("PATCHBAY_RESOLVING_ENVIRONMENT", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    super::withhold_own_variables(command.as_std_mut());
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessSession);
    let mut shell = command.spawn().ok()?;
    let output = shell.stdout().take()?;
    let Ok(answer) = tokio::time::timeout(limit, read_variables(output)).await else {
        // With what its files started, which it may wait for.
        drop(shell.start_kill());
        return None;
    };
    // What its files left running in the background keeps running.
    drop(tokio::time::timeout(EXIT_GRACE, shell.wait()).await);
    answer
}

/// Reads up to the third mark. The output may go on after that, as long as a program runs that inherited it.
async fn read_variables(output: impl AsyncRead + Unpin) -> Option<ShellVariables> {
    let mut output = output.take(MAX_OUTPUT_BYTES);
    let mut bytes = Vec::new();
    while output.read_buf(&mut bytes).await.ok()? > 0 {
        if let Some((path, all)) = between_marks(&bytes) {
            let path = String::from_utf8(path.to_owned()).ok()?;
            let all = String::from_utf8_lossy(all);
            // A value of several lines is cut: none of the allowlist has one.
            let all = all.lines().filter_map(|line| line.split_once('='));
            let others = all.filter(|(name, _)| is_passed_on(OsStr::new(name)));
            return (!path.is_empty()).then(|| ShellVariables {
                path: path.into(),
                others: others
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect(),
            });
        }
    }
    None
}

/// Returns the trimmed bytes between the marks. Those before them may be in any encoding.
fn between_marks(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let windows = bytes.windows(MARK.len()).enumerate();
    let mut marks = windows.filter(|(_, window)| *window == MARK.as_bytes());
    let mut next = || marks.next().map(|(at, _)| at);
    let (first, second, third) = (next()?, next()?, next()?);
    let after = |mark: usize, end: usize| bytes[mark + MARK.len()..end].trim_ascii();
    Some((after(first, second), after(second, third)))
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

#[cfg(test)]
mod tests;
