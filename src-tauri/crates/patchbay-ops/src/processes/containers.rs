//! Servers in containers. Ending a program such as `docker run` does not stop its container.
//!
//! The program is told to write the id of its container to a file in the server's own folder. By that id the container
//! is stopped once the server has ended, or when Patchbay next starts. A lock file beside it is locked while the server
//! runs, so that no process stops a container that another one uses.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use patchbay_files::{create_private_folder, open_lock, read};
use patchbay_model::{AllowedProgram, Program, ServerCommand};
use patchbay_platforms::mcp::McpProgram;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::environment;
#[cfg(unix)]
use super::guard::marks;
use super::quiet_command::{Variable, quiet_command};
use crate::secrets::programs::search_path;

/// Container programs with the same command line.
const PROGRAMS: [&str; 3] = ["docker", "podman", "nerdctl"];

/// The option for the id file. Its value must not change between starts, as the user allows the exact arguments.
const OPTION: &str = "--cidfile";
const ID_FILE: &str = "container.cid";

const LOCK_FILE: &str = "container.lock";

/// Extension of files that are named after the id in them.
const EXTENSION: &str = ".cid";

/// Options of the programs themselves, before their command, with a value.
const PROGRAM_OPTIONS: [&str; 17] = [
    "-a",
    "--address",
    "-c",
    "--config",
    "--connection",
    "--context",
    "-H",
    "--host",
    "--identity",
    "-l",
    "--log-level",
    "-n",
    "--namespace",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
    "--url",
];

/// Options of `run` without a value, by letter and by name.
const LETTER_FLAGS: &str = "ditPq";
const FLAGS: [&str; 26] = [
    "detach",
    "disable-content-trust",
    "env-host",
    "help",
    "http-proxy",
    "init",
    "interactive",
    "no-healthcheck",
    "no-hostname",
    "no-hosts",
    "oom-kill-disable",
    "passwd",
    "privileged",
    "publish-all",
    "quiet",
    "read-only",
    "read-only-tmpfs",
    "replace",
    "rm",
    "rmi",
    "rootfs",
    "sig-proxy",
    "tls-verify",
    "tty",
    "unsetenv-all",
    "use-api-socket",
];

/// Seconds that `docker stop` gives containers to end, and how long we wait for it.
const GRACE_SECONDS: &str = "5";
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum bytes of its error messages.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// Returns the arguments of a command, adding what `docker run` needs: `--init`, without which the first process in a
/// container ignores signals, and the id file. A Docker from a snap can't write one below a hidden folder; its containers
/// end by the signal that it passes on.
///
/// Source: <https://github.com/canonical/docker-snap/issues/334>.
pub(crate) fn arguments(command: &ServerCommand, file: &Path, folder: &Path) -> Vec<String> {
    let mut words = command.arguments.clone();
    let Some(options) = run_options(&command.program, &words) else {
        return words;
    };
    let begin = options.start;
    let given = &words[options];
    let has = |option: &str| {
        let mut names = given.iter().map(|word| word.split('=').next());
        names.any(|name| name == Some(option))
    };
    let mut more = Vec::new();
    if !has("--init") {
        more.push("--init".to_owned());
    }
    let takes_file = !has(OPTION) && !file.starts_with("/snap");
    if let Some(file) = folder.join(ID_FILE).to_str().filter(|_| takes_file) {
        more.push(format!("{OPTION}={file}"));
    }
    words.splice(begin..begin, more);
    words
}

/// Returns the position of `run` in the arguments of a container program, which may follow options and `container`.
fn run_at(program: &str, arguments: &[String]) -> Option<usize> {
    let name = Path::new(program).file_stem();
    let is_known = PROGRAMS.iter().any(|known| name == Some(OsStr::new(known)));
    let mut at = program_options(arguments).len();
    if arguments.get(at).is_some_and(|word| word == "container") {
        at += 1;
    }
    (is_known && arguments.get(at).is_some_and(|word| word == "run")).then_some(at)
}

/// Returns the options before the command of a container program, which say where its containers are.
fn program_options(arguments: &[String]) -> &[String] {
    let mut at = 0;
    while let Some(word) = arguments.get(at).filter(|word| word.starts_with('-')) {
        at += match PROGRAM_OPTIONS.contains(&word.as_str()) {
            true => 2,
            false => 1,
        };
    }
    &arguments[..at.min(arguments.len())]
}

/// Returns where the options of `docker run` are in the arguments of a program; the image follows them.
pub(crate) fn run_options(program: &str, arguments: &[String]) -> Option<Range<usize>> {
    let begin = run_at(program, arguments)? + 1;
    let rest = &arguments[begin..];
    Some(begin..begin + image_at(rest).unwrap_or(rest.len()))
}

/// Returns the position of the image behind the options of `docker run`.
fn image_at(words: &[String]) -> Option<usize> {
    let mut at = 0;
    loop {
        let Some(option) = words.get(at)?.strip_prefix('-') else {
            return Some(at);
        };
        let takes_next = match option.strip_prefix('-') {
            Some(name) => !name.is_empty() && !name.contains('=') && !FLAGS.contains(&name),
            // Flags can be combined; the rest of the word is the value of another option.
            None => {
                let rest = option.trim_start_matches(|flag: char| LETTER_FLAGS.contains(flag));
                rest.len() == 1
            }
        };
        at += if takes_next { 2 } else { 1 };
    }
}

/// Returns the folder of the id file, if the arguments name one in a folder directly below `servers`.
fn folder_of<'a>(words: &'a [String], servers: &Path) -> Option<&'a Path> {
    let mut files = words.iter().filter_map(|word| {
        let file = word.strip_prefix(OPTION)?.strip_prefix('=')?;
        Some(Path::new(file))
    });
    let file = files.find(|file| file.file_name() == Some(OsStr::new(ID_FILE)))?;
    let folder = file.parent()?;
    let is_ours = folder.file_name().is_some() && folder.parent() == Some(servers);
    is_ours.then_some(folder)
}

/// Renames the id file of the previous container before a program is started, as programs refuse to overwrite it.
pub(super) fn prepare(program: &McpProgram, servers: &Path) {
    let Some(folder) = folder_of(&program.arguments, servers) else {
        return;
    };
    let prepared = create_private_folder(folder).and_then(|()| set_aside(folder));
    if let Err(error) = prepared {
        tracing::warn!(%error, "the last container of a server may not be stopped");
    }
}

/// The container of a running server.
pub(super) struct Container {
    folder: PathBuf,
    program: PathBuf,
    options: Vec<String>,
    environment: Vec<Variable>,
    /// Shared lock, held by every running process of the server.
    lock: File,
}

impl Container {
    /// Returns the container of a program that was started, if it runs one.
    pub(super) fn of(program: &McpProgram, servers: &Path) -> Option<Self> {
        let folder = folder_of(&program.arguments, servers)?;
        let lock = lock_file(folder).and_then(|lock| lock.lock_shared().map(|()| lock));
        if let Err(error) = &lock {
            tracing::warn!(%error, "the container of a server is not stopped");
        }
        Some(Self {
            folder: folder.to_owned(),
            program: program.file.clone(),
            options: program_options(&program.arguments).to_vec(),
            environment: program.environment.clone(),
            lock: lock.ok()?,
        })
    }

    /// Stops the container after its server has ended; the last of several processes stops all containers.
    pub(super) async fn stop(self) {
        unlock(&self.lock);
        let unused = unused_id_files(&self.folder);
        stop(&self.program, &self.options, self.environment, unused).await;
    }
}

/// Stops containers that earlier processes left behind, using the programs that the user allowed to run them.
pub(crate) async fn stop_abandoned(servers: &Path, allowed: Vec<AllowedProgram>) {
    for AllowedProgram { program, .. } in allowed {
        let files = folder_of(&program.arguments, servers).map(unused_id_files);
        if let Some(files) = files.filter(|files| !files.is_empty())
            && let Some(environment) = environment_of(&program).await
        {
            let options = program_options(&program.arguments);
            stop(Path::new(&program.file), options, environment, files).await;
        }
    }
}

/// Returns the environment that a program was allowed with, without secrets, which stopping a container does not need.
async fn environment_of(program: &Program) -> Option<Vec<Variable>> {
    let all = program.server.iter().flat_map(|it| &it.variables);
    let plain = all.filter_map(|variable| variable.split_once('='));
    let variables: BTreeMap<_, _> = plain
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let path = search_path::server_search_path(environment::path_variable(&variables)).await;
    let shell = search_path::shell_variables().await;
    environment::build(&path, shell, &program.file, &variables, &[]).ok()
}

/// Lists the id files of containers that no process uses.
fn unused_id_files(folder: &Path) -> Vec<PathBuf> {
    let list = || -> io::Result<Vec<PathBuf>> {
        // The lock can be released before the containers are stopped: a new server gets an id file of its own.
        let lock = lock_file(folder)?;
        if lock.try_lock().is_err() {
            return Ok(Vec::new());
        }
        let files = set_aside(folder).and_then(|()| fs::read_dir(folder));
        let files = files.map(|files| {
            let files = files.flatten().map(|file| file.path());
            files.filter(|file| id_of(file).is_some()).collect()
        });
        unlock(&lock);
        files
    };
    // Most servers have no such folder.
    list().unwrap_or_default()
}

fn lock_file(folder: &Path) -> io::Result<File> {
    open_lock(&folder.join(LOCK_FILE)).map_err(patchbay_files::Error::into_io)
}

/// Releases a lock. Closing the file is not enough, as a process that is being spawned briefly inherits it.
fn unlock(lock: &File) {
    if let Err(error) = lock.unlock() {
        tracing::warn!(%error, "the container of a server may not be stopped");
    }
}

/// Renames the id file of the last container after the id in it, and deletes one without a valid id.
fn set_aside(folder: &Path) -> io::Result<()> {
    let file = folder.join(ID_FILE);
    let written = match read(&file, 1) {
        Ok(None) => return Ok(()),
        Ok(written) => written.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    match String::from_utf8_lossy(&written).trim() {
        id if is_id(id) => fs::rename(&file, folder.join(format!("{id}{EXTENSION}"))),
        _ => fs::remove_file(&file),
    }
}

/// Returns the id that a file is named after.
fn id_of(file: &Path) -> Option<&str> {
    let id = file.file_name()?.to_str()?.strip_suffix(EXTENSION)?;
    is_id(id).then_some(id)
}

/// Whether untrusted text is a container id, which is safe as an argument.
fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Stops containers, and deletes the id files of those that are stopped or were not there any more, as most are.
async fn stop(program: &Path, options: &[String], environment: Vec<Variable>, files: Vec<PathBuf>) {
    if files.is_empty() {
        return;
    }
    let mut command = quiet_command(program, environment);
    command
        .args(options)
        .args(["stop", "-t", GRACE_SECONDS])
        .args(files.iter().filter_map(|file| id_of(file)));
    // The command must finish even if we end meanwhile.
    #[cfg(unix)]
    {
        command.process_group(0);
        marks::strip(command.as_std_mut());
    }
    let errors = match tokio::time::timeout(STOP_TIMEOUT, errors_of(command)).await {
        Ok(Ok(errors)) => errors,
        Ok(Err(error)) => return tracing::warn!(%error, "a container was not stopped"),
        Err(_) => return tracing::warn!("a container takes long to stop"),
    };
    for file in files {
        let is_over = match (&errors, id_of(&file)) {
            (Some(errors), Some(id)) => errors.lines().any(|line| is_missing(line, id)),
            _ => true,
        };
        match is_over {
            true => drop(fs::remove_file(file)),
            false => tracing::warn!("a container was not stopped"),
        }
    }
}

/// Returns what a command said on standard error; `None` if it succeeded.
async fn errors_of(mut command: Command) -> io::Result<Option<String>> {
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let mut errors = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        stderr
            .take(MAX_ERROR_BYTES)
            .read_to_end(&mut errors)
            .await?;
    }
    let is_done = child.wait().await?.success();
    Ok((!is_done).then(|| String::from_utf8_lossy(&errors).into_owned()))
}

/// Whether a line says that there is no container with that id, as the programs word it.
fn is_missing(line: &str, id: &str) -> bool {
    line.contains(id) && line.to_lowercase().contains("no such container")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_follows_the_options_and_their_values() {
        for (words, image) in [
            ("docker run a/b -e X=1", Some("a/b")),
            (
                "docker run -it --rm --name x -v /a:/b -e K=v a/b c",
                Some("a/b"),
            ),
            (
                "docker run -ite K=v --env=L=w -eM=x --init a/b",
                Some("a/b"),
            ),
            ("docker run --rm -- a/b", Some("a/b")),
            ("docker container run --rm a/b run", Some("a/b")),
            ("docker run --use-api-socket --rm a/b c", Some("a/b")),
            ("docker --context x -D run -i a/b run", Some("a/b")),
            (
                "podman --url=ssh://x --log-level info container run a/b",
                Some("a/b"),
            ),
            ("docker run -e", None),
            ("docker run", None),
        ] {
            let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
            let options = run_options(&words[0], &words[1..]).unwrap();
            let found = words.get(options.end + 1).map(String::as_str);
            assert_eq!(found, image, "{words:?}");
        }
    }

    fn command(program: &str, words: &str) -> ServerCommand {
        ServerCommand {
            program: program.to_owned(),
            arguments: words.split_whitespace().map(str::to_owned).collect(),
            ..ServerCommand::default()
        }
    }

    /// Returns the arguments that are added to a command, with `FILE` for the id file.
    fn added(program: &str, words: &str) -> Vec<String> {
        let command = command(program, words);
        let servers = Path::new("servers");
        let folder = servers.join("files");
        let mut all = arguments(&command, Path::new(program), &folder);
        let id_file = format!("{OPTION}={}", folder.join(ID_FILE).display());
        let has_ours = folder_of(&all, servers) == Some(folder.as_path());
        assert_eq!(has_ours, all.contains(&id_file));
        all.retain(|word| !command.arguments.contains(word));
        let is_id_file = |word: &&mut String| **word == id_file;
        all.iter_mut()
            .filter(is_id_file)
            .for_each(|word| *word = "FILE".to_owned());
        all
    }

    #[test]
    fn container_programs_get_init_and_an_id_file() {
        for program in [
            "docker",
            "podman",
            "nerdctl",
            "/usr/bin/docker",
            "docker.exe",
        ] {
            assert_eq!(added(program, "run -i files"), ["--init", "FILE"]);
        }
        let given = "run --init=false -i files";
        assert_eq!(added("docker", given), ["FILE"]);
        let given = "run --cidfile /tmp/id -i files";
        assert_eq!(added("docker", given), ["--init"]);
        let given = "run --cidfile=../container.cid --init files";
        assert_eq!(added("docker", given), [""; 0]);
        let of_snap = added("/snap/bin/docker", "run -i files");
        assert_eq!(of_snap, ["--init"], "it can't write below a hidden folder");
        for (program, words) in [
            ("docker", "exec -i files"),
            ("npx", "run"),
            ("docker", ""),
            ("docker", "container"),
            ("docker", "compose run files"),
            ("docker", "--context run files"),
            ("docker", "--context"),
        ] {
            assert_eq!(added(program, words), [""; 0], "{program} {words}");
        }
        let all_of = |program: &str, words: &str| {
            arguments(
                &command(program, words),
                Path::new(program),
                Path::new("folder"),
            )
        };
        let all = all_of("docker", "--context x run -i files");
        assert_eq!(all[..4], ["--context", "x", "run", "--init"]);
        assert_eq!(program_options(&all), ["--context", "x"]);
        let all = all_of("podman", "container run -i files");
        assert_eq!(all[..3], ["container", "run", "--init"]);
        assert_eq!(all[4..], ["-i", "files"]);
        // What follows the image is for the server.
        let all = all_of("docker", "run -i files --init --cidfile=id");
        assert_eq!(all[..2], ["run", "--init"]);
        assert!(all[2].starts_with("--cidfile=folder"), "{all:?}");
        assert_eq!(all[3..], ["-i", "files", "--init", "--cidfile=id"]);
    }

    #[test]
    fn only_the_container_that_is_named_is_missing() {
        let id = "ab".repeat(32);
        for (line, expected) in [
            (
                format!("Error response from daemon: No such container: {id}"),
                true,
            ),
            (
                format!("Error: no container with name or ID \"{id}\" found: no such container"),
                true,
            ),
            (
                format!("level=fatal msg=\"1 errors:\\nno such container: {id}\""),
                true,
            ),
            (
                "Error response from daemon: No such container: cd".to_owned(),
                false,
            ),
            (
                format!("cannot stop container: {id}: permission denied"),
                false,
            ),
            ("Cannot connect to the Docker daemon".to_owned(), false),
        ] {
            assert_eq!(is_missing(&line, &id), expected, "{line}");
        }
    }

    #[test]
    fn only_folders_of_servers_are_accepted() {
        let servers = Path::new("servers");
        for folder in ["servers/..", "servers", "servers/a/b", "elsewhere/a", ""] {
            let file = Path::new(folder).join(ID_FILE);
            let words = [format!("{OPTION}={}", file.display())];
            assert_eq!(folder_of(&words, servers), None, "{folder}");
        }
    }
}
