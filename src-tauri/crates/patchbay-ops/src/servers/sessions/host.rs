//! The host process, which holds sessions, and its clients.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use patchbay_files::{create_private_folder, open_lock};
use patchbay_model::ConnectorId;
use patchbay_platforms::mcp::{
    self, AttachError, Attached, HeldServer, Host, IdleSession, Launch, LineSink, ProcessGuard,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::HOST_SESSIONS;
#[cfg(unix)]
use super::socket as endpoint;
#[cfg(windows)]
use super::{START_HOST, pipe as endpoint};
use crate::app_paths::AppPaths;
use crate::atomic_file::file_error;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::context::session_host::SessionHost;
use crate::error::Error;
use crate::processes::guard::{self, Guard};
#[cfg(unix)]
use crate::processes::inherited_files;
use crate::servers::{IDLE_TIMEOUT, is_name, log};

/// Time without sessions after which the host exits.
const IDLE_EXIT: Duration = Duration::from_secs(60);

/// How often the host checks whether it holds any sessions.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// How often a host checks that which ends with its last session, as the next one waits for it.
const DRAIN_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Time for a host to start, and for the previous one to exit.
const START_TIMEOUT: Duration = Duration::from_secs(5);

/// Time after which a host that only serves its last clients makes room for the next host. One whose servers just end is
/// waited for, so that there are never two of a server.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// First and longest delay between two attempts to reach a host that starts.
const RETRY_DELAY: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(160));

/// Time for servers to end when the host exits.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(6);

/// Variables that the host inherits, to find its files. The environment of each server is sent by the client.
#[cfg(unix)]
const PASSED_ENVIRONMENT: &[&str] = &[
    "HOME",
    "PATCHBAY_HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

/// Variables that the host inherits, to keep sessions over HTTP alive the way the command reaches their servers.
const NETWORK_ENVIRONMENT: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Windows also needs variables for its own parts.
#[cfg(windows)]
const PASSED_ENVIRONMENT: &[&str] = &[
    "APPDATA",
    "LOCALAPPDATA",
    "PATCHBAY_HOME",
    "SystemDrive",
    "SystemRoot",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "windir",
];

/// Attaches to a server in the host, starting the host if none runs.
pub(super) async fn attach(
    cx: &Context,
    host: &SessionHost,
    launch: Launch,
) -> Result<Attached, AttachError> {
    let paths = cx.paths();
    let attach = || {
        let launch = launch.clone();
        async move {
            match host.own() {
                Some(own) => own.attach(launch).await,
                None => mcp::attach(endpoint::connect(paths).await?, launch).await,
            }
        }
    };
    ask_or_start(cx, host, attach).await
}

/// Lets the host keep an HTTP session alive, starting the host if none runs.
pub(super) async fn keep_alive(
    cx: &Context,
    host: &SessionHost,
    session: IdleSession,
) -> Result<(), AttachError> {
    let paths = cx.paths();
    let keep_alive = || {
        let session = session.clone();
        async move { mcp::keep_alive(endpoint::connect(paths).await?, session).await }
    };
    ask_or_start(cx, host, keep_alive).await
}

/// Stops keeping the HTTP session of a connector alive.
pub(super) async fn release(paths: &AppPaths, id: &ConnectorId) -> Result<(), Error> {
    let connector = id.as_str().to_owned();
    ask_if_running(paths, |stream| mcp::release(stream, connector)).await
}

/// Lists the servers in the host.
pub(super) async fn list(paths: &AppPaths) -> Result<Vec<HeldServer>, Error> {
    ask_if_running(paths, mcp::list_held).await
}

/// Ends the servers of a connector in the host, or all of them, and returns their number.
pub(super) async fn end(paths: &AppPaths, connector: Option<String>) -> Result<u32, Error> {
    ask_if_running(paths, |stream| mcp::end_held(stream, connector)).await
}

/// Sends a request to the host; returns the default value if none runs, or it ends before it responds.
async fn ask_if_running<T: Default, Response>(
    paths: &AppPaths,
    ask: impl FnOnce(endpoint::Stream) -> Response,
) -> Result<T, Error>
where
    Response: Future<Output = Result<T, AttachError>>,
{
    let response = match endpoint::connect(paths).await {
        Ok(stream) => match ask(stream).await {
            Err(AttachError::Unreachable(error)) if has_ended(&error) => return Ok(T::default()),
            Err(AttachError::Unreachable(error)) if error.kind() == io::ErrorKind::TimedOut => {
                Err(error)
            }
            Err(other @ (AttachError::OlderHost(_) | AttachError::NewerHost(_))) => {
                let hint = "Quit that Patchbay and its commands, then try again.";
                return Err(Error::usage(other.to_string(), hint));
            }
            response => response.map_err(io::Error::other),
        },
        Err(error) if is_retryable(&error) => return Ok(T::default()),
        Err(error) => Err(error),
    };
    response.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => Error::usage(
            "Patchbay's process that holds sessions doesn't answer",
            format!("Quit Patchbay, or end its process (patchbay {HOST_SESSIONS})."),
        ),
        _ => file_error(&endpoint::path(paths), error),
    })
}

/// Sends a request to the host, starting it if none runs.
async fn ask_or_start<T, Response>(
    cx: &Context,
    host: &SessionHost,
    ask: impl Fn() -> Response,
) -> Result<T, AttachError>
where
    Response: Future<Output = Result<T, AttachError>>,
{
    let paths = cx.paths();
    let (began, mut wait) = (Instant::now(), RETRY_DELAY.0);
    let (mut is_started, mut met_older) = (false, false);
    loop {
        let response = ask().await;
        let may_retry = match &response {
            Err(AttachError::OlderHost(_)) => {
                mcp::drain(endpoint::connect(paths).await?).await?;
                met_older = true;
                true
            }
            Err(AttachError::Unreachable(error)) => is_retryable(error),
            _ => false,
        };
        if !may_retry || began.elapsed() >= START_TIMEOUT {
            if met_older && began.elapsed() >= DRAIN_TIMEOUT {
                cx.note_older_host();
            }
            return response;
        }
        if !is_started {
            start(cx, host)?;
            is_started = true;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY_DELAY.1);
    }
}

/// Whether the error means that no host runs, or that it is just exiting.
fn is_retryable(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, NotConnected, NotFound, Other};
    let is_missing = matches!(
        error.kind(),
        ConnectionRefused | NotConnected | NotFound | Other
    );
    is_missing || has_ended(error)
}

/// Whether the error means that the host ended before it responded.
fn has_ended(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

fn start(cx: &Context, host: &SessionHost) -> io::Result<()> {
    match host {
        SessionHost::Program(program) => start_program(program),
        SessionHost::ThisProcess(_) => {
            let held = cx.clone();
            cx.tasks().spawn(async move {
                let on_start = |host: &Arc<Host>| {
                    if let Some(own) = held.session_host() {
                        own.set_own(host);
                    }
                };
                let hosted = hold(held.paths(), held.guard(), held.shutdown(), on_start).await;
                if let Err(error) = hosted {
                    tracing::warn!(%error, "sessions are not held for commands");
                }
            });
            Ok(())
        }
    }
}

/// Starts the host process, which is not waited for as it outlives us and works in another folder.
fn start_program(program: &Path) -> io::Result<()> {
    let inherited = PASSED_ENVIRONMENT.iter().chain(NETWORK_ENVIRONMENT);
    let inherited = inherited.filter_map(|name| {
        let value = std::env::var_os(name)?;
        let value = match *name {
            "PATCHBAY_HOME" => std::path::absolute(&value).map_or(value, OsString::from),
            _ => value,
        };
        Some((name, value))
    });
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(inherited)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    {
        inherited_files::withhold();
        command.arg(HOST_SESSIONS);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        /// Prevents a console window.
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        command.arg(START_HOST).creation_flags(DETACHED_PROCESS);
    }
    command.spawn().map(drop)
}

/// Main function of the [`START_HOST`] process: starts the host process and exits. The standard library lets a child
/// inherit every inheritable handle, so that a reader of a command's output would wait for the end of the host.
/// Winsafe passes no handles, but cannot be given an environment, which it frees before Windows reads it (0.0.29). This
/// process is started with the reduced environment, and the host inherits that.
#[cfg(windows)]
pub fn start_host(program: &Path) -> io::Result<()> {
    use winsafe::co::{CREATE, ERROR};

    let file = program.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    let line = format!("\"{file}\" {HOST_SESSIONS}");
    // The current folder cannot be deleted while the process runs.
    let folder = program.parent().and_then(Path::to_str);
    let start = |flags| {
        let mut info = winsafe::STARTUPINFO::default();
        let started = winsafe::CreateProcess(
            Some(file),
            Some(line.as_str()),
            None,
            None,
            false,
            flags,
            &[],
            folder,
            &mut info,
        );
        started.map(drop)
    };
    let flags = CREATE::DETACHED_PROCESS | CREATE::NEW_PROCESS_GROUP;
    let started = match start(flags | CREATE::BREAKAWAY_FROM_JOB) {
        // The job of this terminal does not allow processes to leave it.
        Err(ERROR::ACCESS_DENIED) => start(flags),
        started => started,
    };
    started.map_err(|error| io::Error::from_raw_os_error(error.raw().cast_signed()))
}

/// Main function of the [`HOST_SESSIONS`] process: holds sessions until none is needed. If it is killed, `program` ends
/// the servers, as for [`Context::set_server_watcher`].
pub async fn host_sessions(program: PathBuf) -> Result<(), Error> {
    let paths = AppPaths::from_environment()?;
    #[cfg(unix)]
    {
        // Detach from the terminal and the current folder; both calls may fail if already detached.
        let _ = rustix::process::setsid();
        let _ = std::env::set_current_dir("/");
    }
    guard::end_abandoned(&paths).await;
    let guard = Arc::new(Guard::new(&paths));
    guard.set_watcher(program);
    let shutdown = CancellationToken::new();
    let signalled = shutdown.clone();
    tokio::spawn(async move {
        shutdown_signal().await;
        signalled.cancel();
    });
    let held = hold(&paths, Arc::clone(&guard), &shutdown, |_| {}).await;
    guard.wait_until_empty(SHUTDOWN_TIMEOUT).await;
    held
}

/// Holds sessions in this process until none is needed or the process ends; returns at once if another process does.
async fn hold(
    paths: &AppPaths,
    guard: Arc<Guard>,
    shutdown: &CancellationToken,
    on_start: impl FnOnce(&Arc<Host>),
) -> Result<(), Error> {
    let file = paths.locks().join("sessions.lock");
    let locked = lock(paths, &file).await;
    let mut locked = locked.map_err(|error| file_error(&file, error))?;
    if locked.is_none() {
        return Ok(());
    }
    let place = endpoint::path(paths);
    let listener = endpoint::listen(paths).map_err(|error| file_error(&place, error))?;
    let logs = paths.clone();
    let log = move |connector: &str| make_log(&logs, connector);
    let host = Arc::new(Host::new(
        guard as Arc<dyn ProcessGuard>,
        Box::new(log),
        IDLE_TIMEOUT,
    ));
    on_start(&host);
    let tasks = TaskTracker::new();
    let making_room = async {
        host.draining().cancelled().await;
        tokio::time::sleep(DRAIN_TIMEOUT).await;
        if host.is_used().await {
            locked = None;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = serve(&host, listener, &place, &tasks, shutdown) => {}
        () = making_room => {}
    }
    host.close().await;
    tasks.close();
    drop(tokio::time::timeout(SHUTDOWN_TIMEOUT, tasks.wait()).await);
    drop(locked);
    Ok(())
}

/// Serves clients until shutdown, or until no sessions are left.
async fn serve(
    host: &Arc<Host>,
    mut listener: endpoint::Listener,
    place: &Path,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let mut used = Instant::now();
    while used.elapsed() < IDLE_EXIT {
        tokio::select! {
            Ok(client) = listener.accept() => {
                let host = Arc::clone(host);
                tasks.spawn(async move {
                    match client.await {
                        Ok(stream) => host.serve(stream).await,
                        Err(error) => tracing::debug!(%error, "a client was refused"),
                    }
                });
            },
            () = host.draining().cancelled() => break,
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
        #[cfg(unix)]
        if !listener.is_at(place) {
            // The folder was moved or deleted, and another host may have taken the place.
            host.close().await;
            return;
        }
        if !host.is_empty().await {
            used = Instant::now();
        }
    }
    // A new client starts the next host, which waits until this one has exited or makes room.
    drop(listener);
    drop(std::fs::remove_file(place));
    let is_drained = host.draining().is_cancelled();
    let unused = async {
        while is_drained && !host.is_empty().await {
            tokio::time::sleep(DRAIN_POLL_INTERVAL).await;
        }
    };
    tokio::select! {
        () = unused => {}
        () = shutdown.cancelled() => {}
    }
}

/// Waits for a signal to terminate.
#[cfg(unix)]
async fn shutdown_signal() {
    use tokio::signal::unix::SignalKind;

    tokio::select! {
        () = wait_for_signal(SignalKind::terminate()) => {}
        () = wait_for_signal(SignalKind::interrupt()) => {}
        () = wait_for_signal(SignalKind::hangup()) => {}
    }
}

/// Windows signals only processes with a console or a window; it kills others, and with them the jobs of their servers.
#[cfg(windows)]
async fn shutdown_signal() {
    std::future::pending().await
}

#[cfg(unix)]
async fn wait_for_signal(kind: tokio::signal::unix::SignalKind) {
    match tokio::signal::unix::signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        // The default action of the signal ends this process.
        Err(_) => std::future::pending().await,
    }
}

/// Locks the host role; `None` if another host serves clients. Waits for one that is about to exit.
async fn lock(paths: &AppPaths, path: &Path) -> io::Result<Option<File>> {
    create_private_folder(&paths.locks())?;
    let file = open_lock(path).map_err(patchbay_files::Error::into_io)?;
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {
                let is_served = endpoint::connect(paths).await.is_ok();
                if is_served || Instant::now() >= deadline {
                    return Ok(None);
                }
                tokio::time::sleep(RETRY_DELAY.1).await;
            }
        }
    }
}

fn make_log(paths: &AppPaths, connector: &str) -> LineSink {
    if !is_name(connector) {
        // Not an id made by Patchbay.
        return Arc::new(|_| {});
    }
    let file = paths.server_log(&ConnectorId::new(connector));
    log::to_file(file, Arc::new(SystemClock))
}

#[cfg(test)]
mod tests {
    use patchbay_model::Explain as _;
    #[cfg(unix)]
    use patchbay_platforms::mcp::McpProgram;
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

    use super::*;
    use crate::testing::open_temporary;

    #[tokio::test]
    async fn a_host_that_ends_during_a_request_holds_nothing() {
        let (_home, cx) = open_temporary().await;
        let mut listener = endpoint::listen(cx.paths()).unwrap();
        let host = async {
            let client = listener.accept().await.unwrap().await.unwrap();
            let mut request = String::new();
            let mut client = BufReader::new(client);
            client.read_line(&mut request).await.unwrap();
        };
        let (held, ()) = tokio::join!(list(cx.paths()), host);
        assert_eq!(held.unwrap(), []);
        cx.close().await;
    }

    #[tokio::test]
    async fn a_host_of_another_version_is_named() {
        let (_home, cx) = open_temporary().await;
        let mut listener = endpoint::listen(cx.paths()).unwrap();
        let host = async {
            let client = listener.accept().await.unwrap().await.unwrap();
            let mut client = BufReader::new(client);
            client.read_line(&mut String::new()).await.unwrap();
            let refused = b"{\"version\":\"99.0.0\",\"response\":\"refused\"}\n";
            client.write_all(refused).await.unwrap();
        };
        let (held, ()) = tokio::join!(list(cx.paths()), host);
        let problem = held.unwrap_err().problem();
        assert!(problem.message.contains("version 99.0.0"), "{problem:?}");
        assert!(problem.hint.unwrap().starts_with("Quit that Patchbay"));
        cx.close().await;
    }

    #[tokio::test]
    async fn a_host_that_hangs_is_told() {
        let (_home, cx) = open_temporary().await;
        let _listener = endpoint::listen(cx.paths()).unwrap();
        let hanging = async |_| Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut).into());
        let problem = ask_if_running(cx.paths(), hanging).await.unwrap_err();
        let problem = problem.problem();
        assert_eq!(
            problem.message,
            "Patchbay's process that holds sessions doesn't answer"
        );
        assert!(problem.hint.unwrap().starts_with("Quit Patchbay, or end"));
        cx.close().await;
    }

    #[cfg(unix)]
    fn host_with(guard: Arc<Guard>) -> Arc<Host> {
        let log = |_: &str| -> LineSink { Arc::new(|_| {}) };
        Arc::new(Host::new(guard, Box::new(log), IDLE_TIMEOUT))
    }

    /// A server that never answers.
    #[cfg(unix)]
    fn cat(cx: &Context) -> Launch {
        let program = McpProgram {
            name: "cat".to_owned(),
            file: "/bin/cat".into(),
            arguments: Vec::new(),
            folder: "/".into(),
            environment: Vec::new(),
            secrets: Vec::new(),
            guard: cx.guard(),
            log: Arc::new(|_| {}),
        };
        Launch::new(&program, "con_1", String::new(), false).unwrap()
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_host_that_is_drained_while_it_is_used_lets_the_next_one_begin() {
        let (_home, cx) = open_temporary().await;
        let shutdown = CancellationToken::new();
        let (began, host) = tokio::sync::oneshot::channel();
        let on_start = |host: &Arc<Host>| drop(began.send(Arc::clone(host)));
        let holding = hold(cx.paths(), cx.guard(), &shutdown, on_start);
        let file = cx.paths().locks().join("sessions.lock");
        let draining = async {
            let attached = host.await.unwrap().attach(cat(&cx)).await.unwrap();
            let stream = endpoint::connect(cx.paths()).await.unwrap();
            mcp::drain(stream).await.unwrap();
            assert!(lock(cx.paths(), &file).await.unwrap().is_some());
            drop(attached);
        };
        let (held, ()) = tokio::join!(holding, draining);
        held.unwrap();
        cx.close().await;
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_host_of_an_older_version_that_is_used_is_told() {
        let (_home, cx) = open_temporary().await;
        cx.host_sessions_here();
        let file = cx.paths().locks().join("sessions.lock");
        let locked = lock(cx.paths(), &file).await.unwrap();
        let mut listener = endpoint::listen(cx.paths()).unwrap();
        let older = async {
            for response in ["refused", "draining"] {
                let client = listener.accept().await.unwrap().await.unwrap();
                let mut client = BufReader::new(client);
                client.read_line(&mut String::new()).await.unwrap();
                let answer = format!("{{\"version\":\"0.0.1\",\"response\":\"{response}\"}}\n");
                client.write_all(answer.as_bytes()).await.unwrap();
            }
            drop(listener);
            std::fs::remove_file(endpoint::path(cx.paths())).unwrap();
            tokio::time::sleep(DRAIN_TIMEOUT).await;
            drop(locked);
        };
        let host = cx.session_host().unwrap();
        let (attached, ()) = tokio::join!(attach(&cx, host, cat(&cx)), older);
        assert!(attached.is_ok());
        assert!(cx.met_older_host());
        drop(attached);
        cx.close().await;
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_host_whose_folder_was_moved_leaves_and_makes_nothing_again() {
        let folder = tempfile::tempdir().unwrap();
        let [home, moved] = ["home", "moved"].map(|name| folder.path().join(name));
        let paths = AppPaths::under(&home);
        let listener = endpoint::listen(&paths).unwrap();
        let host = host_with(Arc::new(Guard::new(&paths)));
        let log = make_log(&paths, "con_1");
        std::fs::rename(&home, &moved).unwrap();
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let place = endpoint::path(&paths);
        let serving = serve(&host, listener, &place, &tasks, &shutdown);
        let ended = tokio::time::timeout(2 * POLL_INTERVAL, serving).await;
        assert!(ended.is_ok());
        log("a last line");
        assert!(!home.exists());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_host_that_is_drained_makes_room_for_the_next_one_at_once() {
        let (_home, cx) = open_temporary().await;
        let place = endpoint::path(cx.paths());
        let listener = endpoint::listen(cx.paths()).unwrap();
        let host = host_with(cx.guard());
        let attached = host.attach(cat(&cx)).await.unwrap();
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let serving = serve(&host, listener, &place, &tasks, &shutdown);
        let leaving = async {
            let stream = endpoint::connect(cx.paths()).await.unwrap();
            mcp::drain(stream).await.unwrap();
            drop(attached);
        };
        let both = futures::future::join(serving, leaving);
        let ended = tokio::time::timeout(Duration::from_secs(4), both).await;
        assert!(ended.is_ok(), "the next host would give up");
        cx.close().await;
    }
}
