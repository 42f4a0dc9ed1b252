//! Programs that print secrets or are MCP servers: found without a shell, and only started when a person allowed it.

pub(crate) mod search_path;

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::{Program, ReferenceTarget, Secret, SecretReference};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

/// Time limit for a program that prints a secret; long enough for a person to touch a sensor.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Holds the reference to the passphrase of the vault.
pub const PASSPHRASE_VARIABLE: &str = "PATCHBAY_PASSPHRASE";

/// How long the output may take to end after the program.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// Maximum bytes of a secret that is read from a program.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// A request to allow a program.
#[derive(Clone, Debug)]
pub struct ProgramRequest {
    pub purpose: Purpose,
    pub program: Program,
    pub occasion: Occasion,
}

/// What a program is needed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To read a secret from its output, for the reference that names it.
    Secret(SecretReference),
    /// To be the MCP server of the connector with this title.
    Server(String),
}

/// When a program is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A person is just entering or checking it.
    Given,
    /// Something else needs it, perhaps in the background.
    Needed,
}

/// Asks the person in front of this computer; each front end has its own implementation.
#[async_trait]
pub trait ProgramConsent: Send + Sync {
    /// Whether the person allows exactly this program, which is shown completely. No web page and no pipe may be able
    /// to answer. Without a person to ask the answer is no.
    async fn allows(&self, request: &ProgramRequest) -> bool;
}

/// Allows no program: for processes without a person in front of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgramConsent;

#[async_trait]
impl ProgramConsent for NoProgramConsent {
    async fn allows(&self, _request: &ProgramRequest) -> bool {
        false
    }
}

/// Returns the program of a reference as it would be started now; `None` for a reference without one. The error says
/// why there is no such program.
pub(crate) async fn program_of(reference: &SecretReference) -> Result<Option<Program>, String> {
    let mut words = match reference.target() {
        ReferenceTarget::Variable(_) => return Ok(None),
        ReferenceTarget::Program(command) => command
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>(),
        ReferenceTarget::OnePassword(field) => ["op", "read", "--no-newline", field]
            .map(str::to_owned)
            .to_vec(),
    };
    if words.is_empty() {
        return Err("no command given".to_owned());
    }
    let name = words.remove(0);
    let file = find(&name).await?;
    Ok(Some(Program {
        file: to_unicode(&file, &name)?,
        name,
        arguments: words,
        server: None,
    }))
}

pub(crate) fn to_unicode(file: &Path, name: &str) -> Result<String, String> {
    let text = file.to_str().map(str::to_owned);
    text.ok_or_else(|| format!("the path of {name} isn't valid Unicode"))
}

/// Returns a hash of the file, its arguments, folder and variables, which identifies what a person allowed.
pub(crate) fn program_id(program: &Program) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        // Prefixed with its length, so that no two lists of parts have the same encoding.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    };
    if let Some(server) = &program.server {
        // No file has an empty name, so a program allowed for a secret is not allowed as a server.
        add("");
        add(&program.arguments.len().to_string());
        add(&server.folder);
        server.variables.iter().for_each(|variable| add(variable));
    }
    add(&program.file);
    program.arguments.iter().for_each(|word| add(word));
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Removes the variables that are for us alone: those from which the passphrase of the vault can be read, and what the
/// AppImage that we run from has set, as its libraries keep other programs from starting.
pub fn withhold_own_variables(command: &mut std::process::Command) {
    command.env_remove(PASSPHRASE_VARIABLE);
    let given = env::var(PASSPHRASE_VARIABLE).unwrap_or_default();
    if let Ok(reference) = SecretReference::parse(&given)
        && let ReferenceTarget::Variable(name) = reference.target()
    {
        command.env_remove(name);
    }
    if let Some(image) = env::var_os("APPDIR").map(PathBuf::from)
        && env::current_exe().is_ok_and(|program| program.starts_with(&image))
    {
        withhold_paths(command, &image, env::vars_os());
    }
}

/// Removes the paths within a folder from the variables.
fn withhold_paths(
    command: &mut std::process::Command,
    folder: &Path,
    variables: impl Iterator<Item = (OsString, OsString)>,
) {
    for (name, value) in variables {
        let (within, others): (Vec<_>, Vec<_>) =
            env::split_paths(&value).partition(|path| path.starts_with(folder));
        if within.is_empty() {
            continue;
        }
        let others = others.iter().filter(|path| !path.as_os_str().is_empty());
        match env::join_paths(others) {
            Ok(rest) if !rest.is_empty() => command.env(name, rest),
            _ => command.env_remove(name),
        };
    }
}

/// Finds a program that prints secrets.
async fn find(name: &str) -> Result<PathBuf, String> {
    let found = find_in(name, &search_path::folders().await);
    if found.is_err() && search_path::forget_shell_paths().await {
        return find_in(name, &search_path::folders().await);
    }
    found
}

/// Finds a program by its absolute path or in these folders of `PATH`. Never looks in the current folder, where
/// somebody else may have put a file.
pub(crate) fn find_in(name: &str, folders: &[PathBuf]) -> Result<PathBuf, String> {
    let path = Path::new(name);
    if path.is_absolute() {
        if cfg!(windows) && !has_drive(path) {
            return Err(format!("{name} isn't on a drive of this computer"));
        }
        let found = candidates(path).into_iter().find(|file| is_runnable(file));
        return found.ok_or_else(|| why_no_program(name, path));
    }
    if path.components().count() != 1 || name.contains(['/', '\\', ':']) {
        return Err(format!(
            "{name} depends on the current folder; use the full path of the program"
        ));
    }
    let mut files = folders
        .iter()
        .flat_map(|folder| candidates(&folder.join(name)));
    let found = files.find(|file| is_runnable(file));
    found.ok_or_else(|| format!("{name} isn't in PATH"))
}

/// Says why there is no program at a path.
fn why_no_program(name: &str, path: &Path) -> String {
    match path.metadata() {
        Ok(found) if found.is_dir() => format!("{name} is a folder"),
        Ok(found) if cfg!(unix) && found.is_file() => {
            format!("{name} isn't executable, which chmod +x changes")
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => format!("{name} doesn't exist"),
        Err(error) => format!("{name} can't be read: {error}"),
        Ok(_) => format!("{name} isn't a program"),
    }
}

/// Whether a Windows path begins with a drive. Windows signs in to the computer that any other absolute path names, such
/// as `\\server\share`, as soon as somebody looks whether there is such a file.
pub(crate) fn has_drive(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    matches!(bytes, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
}

/// Returns the files that a path may mean: on Windows people leave out the extension.
fn candidates(path: &Path) -> Vec<PathBuf> {
    const EXTENSIONS: [&str; 3] = ["exe", "cmd", "bat"];
    if !cfg!(windows) {
        return vec![path.to_owned()];
    }
    let has_one = path.extension().is_some_and(|extension| {
        let mut known = EXTENSIONS.iter();
        known.any(|known| extension.eq_ignore_ascii_case(known))
    });
    if has_one {
        return vec![path.to_owned()];
    }
    let with = |extension: &&str| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        PathBuf::from(name)
    };
    EXTENSIONS.iter().map(with).collect()
}

#[cfg(unix)]
fn is_runnable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_runnable(file: &Path) -> bool {
    file.is_file()
}

/// Starts the program and reads the secret that it prints. The error says why there is none.
pub(crate) async fn run(program: &Program) -> Result<Secret, String> {
    // From another group it could not ask anything at the terminal, nor be interrupted there.
    let is_group = cfg!(unix) && std::fs::File::open("/dev/tty").is_err();
    run_within(program, is_group, TIMEOUT).await
}

/// Does so within a limit; a group is ended as a whole when that is over.
#[cfg_attr(
    not(unix),
    expect(unused_variables, reason = "only Unix has such groups")
)]
async fn run_within(program: &Program, is_group: bool, limit: Duration) -> Result<Secret, String> {
    let name = &program.name;
    let mut command = Command::new(&program.file);
    command
        .args(&program.arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    withhold_own_variables(command.as_std_mut());
    #[cfg(unix)]
    if is_group {
        command.process_group(0);
    }
    #[cfg(windows)]
    {
        hide_console(&mut command);
        // A batch file would run programs of the current folder.
        command.env("NoDefaultCurrentDirectoryInExePath", "1");
    }
    let mut child = command
        .spawn()
        .map_err(|error| format!("couldn't start {name}: {error}"))?;
    let reading = async {
        let mut text = Vec::new();
        let mut output = child.stdout.take().map(|it| it.take(MAX_SECRET_BYTES + 1));
        let read = async {
            if let Some(output) = &mut output {
                while output.read_buf(&mut text).await? > 0 {}
            }
            Ok::<_, io::Error>(())
        };
        tokio::pin!(read);
        let read = tokio::select! {
            read = &mut read => read,
            // A program that it left running may keep the output open. Its status is returned again below.
            _ = child.wait() => tokio::time::timeout(OUTPUT_GRACE, read).await.unwrap_or(Ok(())),
        };
        read.map_err(|error| format!("couldn't read output of {name}: {error}"))?;
        if text.len() as u64 > MAX_SECRET_BYTES {
            return Err(format!(
                "{name} returned more than {MAX_SECRET_BYTES} bytes"
            ));
        }
        let status = child.wait().await;
        let status = status.map_err(|error| format!("couldn't wait for {name}: {error}"))?;
        if !status.success() {
            return Err(format!("{name} exited with {status}"));
        }
        let text = String::from_utf8(text);
        text.map(Secret::new)
            .map_err(|_| format!("{name} returned no text"))
    };
    let outcome = tokio::time::timeout(limit, reading).await;
    #[cfg(unix)]
    if outcome.is_err() && is_group {
        end_group(&child);
    }
    outcome.map_err(|_| format!("{name} timed out after {} s", limit.as_secs()))?
}

/// Kills a program that still runs, with what it started in its group.
#[cfg(unix)]
fn end_group(leader: &tokio::process::Child) {
    use rustix::process::{Pid, Signal, kill_process_group};

    let group = leader.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    if let Some(group) = group {
        // Fails if all of it has ended meanwhile.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Prevents a console window from flashing up, unless we run in a console, where the program may ask something.
#[cfg(windows)]
fn hide_console(command: &mut Command) {
    use std::io::{IsTerminal as _, stderr, stdin, stdout};
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let is_in_console = stdin().is_terminal() || stdout().is_terminal() || stderr().is_terminal();
    if !is_in_console {
        command.creation_flags(CREATE_NO_WINDOW);
    }
}

#[cfg(test)]
mod tests;
#[cfg(all(test, windows))]
mod windows_tests;
