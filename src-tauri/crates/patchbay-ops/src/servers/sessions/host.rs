//! The process that holds sessions, and the way to it.

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
use crate::servers::guard::{self, Guard};
use crate::servers::{IDLE_TIMEOUT, is_name, log};

/// How long a process that holds sessions goes on without any.
const IDLE_EXIT: Duration = Duration::from_secs(60);

/// How often it looks whether it holds any.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// How long the one before it may take to end, and how long one is waited for.
const START_TIMEOUT: Duration = Duration::from_secs(5);

/// First and longest time between two tries to reach one that starts.
const RETRY_DELAY: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(160));

/// How long servers may take to end at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(6);

/// What it is given of our environment: where its files are. What servers need comes with each of them.
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

/// As on Unix, and those without which Windows finds no part of its own.
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

/// Attaches to a server that is held; starts whoever holds it where nobody does.
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
    ask_host(cx, host, attach).await
}

/// Has a session over HTTP kept alive; starts whoever does that where nobody does.
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
    ask_host(cx, host, keep_alive).await
}

/// Takes the session of a connector back that is kept alive, as far as one is.
pub(super) async fn release(paths: &AppPaths, id: &ConnectorId, asks: bool) -> Result<(), Error> {
    match connect_if_running(paths).await? {
        Some(stream) => {
            let released = mcp::release(stream, id.as_str().to_owned(), asks).await;
            released.map_err(|error| host_error(paths, error))
        }
        None => Ok(()),
    }
}

/// Asks whoever holds sessions; starts it where nobody does.
async fn ask_host<T, Asking>(
    cx: &Context,
    host: &SessionHost,
    ask: impl Fn() -> Asking,
) -> Result<T, AttachError>
where
    Asking: Future<Output = Result<T, AttachError>>,
{
    let paths = cx.paths();
    let (deadline, mut wait) = (Instant::now() + START_TIMEOUT, RETRY_DELAY.0);
    let mut is_started = false;
    loop {
        let tried = ask().await;
        match &tried {
            Err(AttachError::OlderHost(_)) => mcp::drain(endpoint::connect(paths).await?).await?,
            Err(AttachError::Unreachable(error)) if is_retryable(error) => {}
            _ => return tried,
        }
        if Instant::now() >= deadline {
            return tried;
        }
        if !is_started {
            start(cx, host)?;
            is_started = true;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY_DELAY.1);
    }
}

/// Whether nobody is there yet, or not any more.
fn is_retryable(error: &io::Error) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionRefused, ConnectionReset, NotConnected, NotFound, Other,
        UnexpectedEof,
    };
    matches!(
        error.kind(),
        BrokenPipe
            | ConnectionRefused
            | ConnectionReset
            | NotConnected
            | NotFound
            | Other
            | UnexpectedEof
    )
}

/// Starts whoever is to hold sessions.
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

/// Nobody waits for its end, for it outlives us.
fn start_program(program: &Path) -> io::Result<()> {
    let kept = PASSED_ENVIRONMENT.iter();
    let kept = kept.filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(kept)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    command.arg(HOST_SESSIONS);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        /// Without it a console window flashes up.
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        command.arg(START_HOST).creation_flags(DETACHED_PROCESS);
    }
    command.spawn().map(drop)
}

/// Starts the process that holds sessions: the whole life of the process that [`START_HOST`] makes. The standard
/// library passes every handle on that can be, so that whoever reads what a command says would wait for the end of all
/// that it starts. Winsafe passes none on, but may not be given an environment, which it frees before Windows reads it
/// (0.0.29); so this process stands between, whose own is as small as the next one's is to be.
///
/// # Errors
/// The system's own.
#[cfg(windows)]
pub fn start_host(program: &Path) -> io::Result<()> {
    use winsafe::co::{CREATE, ERROR};

    let file = program.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    let line = format!("\"{file}\" {HOST_SESSIONS}");
    // It keeps no folder busy but that of its own file.
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
        // The job that this terminal is in ends with all that is in it.
        Err(ERROR::ACCESS_DENIED) => start(flags),
        started => started,
    };
    started.map_err(|error| io::Error::from_raw_os_error(error.raw().cast_signed()))
}

/// What is held.
pub(super) async fn list(paths: &AppPaths) -> Result<Vec<HeldServer>, Error> {
    match connect_if_running(paths).await? {
        Some(stream) => mcp::list_held(stream)
            .await
            .map_err(|error| host_error(paths, error)),
        None => Ok(Vec::new()),
    }
}

/// Ends what is held for a connector, or all of it.
pub(super) async fn end(paths: &AppPaths, connector: Option<String>) -> Result<u32, Error> {
    match connect_if_running(paths).await? {
        Some(stream) => {
            let ended = mcp::end_held(stream, connector).await;
            ended.map_err(|error| host_error(paths, error))
        }
        None => Ok(0),
    }
}

/// `None` where nothing is held.
async fn connect_if_running(paths: &AppPaths) -> Result<Option<endpoint::Stream>, Error> {
    match endpoint::connect(paths).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if is_retryable(&error) => Ok(None),
        Err(error) => Err(file_error(&endpoint::path(paths), error)),
    }
}

fn host_error(paths: &AppPaths, error: AttachError) -> Error {
    file_error(&endpoint::path(paths), io::Error::other(error))
}

/// Holds sessions until nobody needs them: the whole life of the process that [`HOST_SESSIONS`] makes. Should it be
/// killed, `program` ends what it had started, as for [`Context::set_server_watcher`].
pub async fn host_sessions(program: PathBuf) -> Result<(), Error> {
    let paths = AppPaths::from_environment()?;
    #[cfg(unix)]
    {
        // No terminal interrupts it, and it keeps no folder busy; both fail where there is nothing to leave.
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

/// Holds sessions in this process until nobody needs them, or it ends; ends at once where another process does.
async fn hold(
    paths: &AppPaths,
    guard: Arc<Guard>,
    shutdown: &CancellationToken,
    on_start: impl FnOnce(&Arc<Host>),
) -> Result<(), Error> {
    let file = paths.locks().join("sessions.lock");
    let locked = lock(paths, &file).await;
    let Some(_lock) = locked.map_err(|error| file_error(&file, error))? else {
        return Ok(());
    };
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
    serve(&host, listener, &place, &tasks, shutdown).await;
    host.close().await;
    tasks.close();
    drop(tokio::time::timeout(SHUTDOWN_TIMEOUT, tasks.wait()).await);
    Ok(())
}

/// Serves clients until it is told to end, or nothing is left to hold.
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
        if !host.is_empty().await {
            used = Instant::now();
        }
    }
    // Whoever comes now starts the next one, which waits until this one is gone.
    drop(listener);
    drop(std::fs::remove_file(place));
    let is_drained = host.draining().is_cancelled();
    let unused = async {
        while is_drained && !host.is_empty().await {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    tokio::select! {
        () = unused => {}
        () = shutdown.cancelled() => {}
    }
}

/// Waits for the system, or the user, to ask for the end.
#[cfg(unix)]
async fn shutdown_signal() {
    use tokio::signal::unix::SignalKind;

    tokio::select! {
        () = wait_for_signal(SignalKind::terminate()) => {}
        () = wait_for_signal(SignalKind::interrupt()) => {}
        () = wait_for_signal(SignalKind::hangup()) => {}
    }
}

/// Windows asks only who has a console or a window; others it ends, and with them the jobs of their servers.
#[cfg(windows)]
async fn shutdown_signal() {
    std::future::pending().await
}

#[cfg(unix)]
async fn wait_for_signal(kind: tokio::signal::unix::SignalKind) {
    match tokio::signal::unix::signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        // It ends this process in the system's own way.
        Err(_) => std::future::pending().await,
    }
}

/// The lock that only one such process has; `None` where another one serves. One that is about to end serves nobody
/// any more, and is waited for.
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
        // Not an id that Patchbay gave.
        return Arc::new(|_| {});
    }
    let file = paths.server_log(&ConnectorId::new(connector));
    log::to_file(file, Arc::new(SystemClock))
}
