//! The process that holds sessions, and the way to it.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use patchbay_files::{create_private_folder, open_lock};
use patchbay_model::ConnectorId;
use patchbay_platforms::mcp::{
    self, Attached, Held, Host, Launch, NotAttached, OnLine, ProcessGuard,
};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::{HOST_SESSIONS, place};
use crate::app_paths::AppPaths;
use crate::atomic_file::failed;
use crate::clock::SystemClock;
use crate::error::Error;
use crate::servers::guard::Guard;
use crate::servers::{IDLE, is_name, log};

/// How long a process that holds sessions goes on without any.
const LINGER: Duration = Duration::from_secs(60);

/// How often it looks whether it holds any.
const LOOK: Duration = Duration::from_secs(5);

/// How long the one before it may take to end, and how long one is waited for.
const START: Duration = Duration::from_secs(5);

/// First and longest time between two tries to reach one that starts.
const AGAIN: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(160));

/// How long servers may take to end at the end.
const FAREWELL: Duration = Duration::from_secs(6);

/// What it is given of our environment: where its files are. What servers need comes with each of them.
const PASSED_ON: [&str; 7] = [
    "HOME",
    "PATCHBAY_HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

/// Attaches to a server that another process holds; starts that process where there is none.
pub(super) async fn attach(
    paths: &AppPaths,
    program: &Path,
    launch: Launch,
) -> Result<Attached, NotAttached> {
    let (deadline, mut wait) = (Instant::now() + START, AGAIN.0);
    let mut is_started = false;
    loop {
        let tried = match place::connect(paths).await {
            Ok(stream) => mcp::attach(stream, launch.clone()).await,
            Err(error) => Err(error.into()),
        };
        match &tried {
            Err(NotAttached::Older(_)) => mcp::drain(place::connect(paths).await?).await?,
            Err(NotAttached::Lost(error)) if is_passing(error) => {}
            _ => return tried,
        }
        if Instant::now() >= deadline {
            return tried;
        }
        if !is_started {
            start(program)?;
            is_started = true;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(AGAIN.1);
    }
}

/// Whether nobody is there yet, or not any more.
fn is_passing(error: &io::Error) -> bool {
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

/// Starts it; nobody waits for its end, for it outlives us.
fn start(program: &Path) -> io::Result<()> {
    let kept = PASSED_ON.map(|name| (name, std::env::var_os(name)));
    let kept = kept
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    Command::new(program)
        .arg(HOST_SESSIONS)
        .env_clear()
        .envs(kept)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}

/// What is held.
pub(super) async fn list(paths: &AppPaths) -> Result<Vec<Held>, Error> {
    match reach(paths).await? {
        Some(stream) => mcp::list_held(stream).await.map_err(|it| lost(paths, it)),
        None => Ok(Vec::new()),
    }
}

/// Ends what is held for a connector, or all of it.
pub(super) async fn end(paths: &AppPaths, connector: Option<String>) -> Result<u32, Error> {
    match reach(paths).await? {
        Some(stream) => {
            let ended = mcp::end_held(stream, connector).await;
            ended.map_err(|it| lost(paths, it))
        }
        None => Ok(0),
    }
}

/// `None` where nothing is held.
async fn reach(paths: &AppPaths) -> Result<Option<UnixStream>, Error> {
    match place::connect(paths).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if is_passing(&error) => Ok(None),
        Err(error) => Err(failed(&place::socket(paths), error)),
    }
}

fn lost(paths: &AppPaths, error: NotAttached) -> Error {
    failed(&place::socket(paths), io::Error::other(error))
}

/// Holds sessions until nobody needs them: the whole life of the process that [`HOST_SESSIONS`] makes. Should it be
/// killed, `program` ends what it had started, as for [`Context::watch_servers_by`](crate::Context::watch_servers_by).
///
/// # Errors
/// [`Error::NoHome`]; [`Error::File`].
pub async fn host_sessions(program: PathBuf) -> Result<(), Error> {
    let paths = AppPaths::from_environment()?;
    // No terminal interrupts it, and it keeps no folder busy; both fail where there is nothing to leave.
    let _ = rustix::process::setsid();
    let _ = std::env::set_current_dir("/");
    let file = paths.locks().join("sessions.lock");
    let locked = lock(&paths, &file).await;
    let Some(_lock) = locked.map_err(|error| failed(&file, error))? else {
        return Ok(());
    };
    let socket = place::socket(&paths);
    let listener = place::listen(&paths).map_err(|error| failed(&socket, error))?;
    let guard = Arc::new(Guard::default());
    guard.watch_by(program);
    let logs = paths.clone();
    let log = move |connector: &str| make_log(&logs, connector);
    let host = Arc::new(Host::new(
        Arc::clone(&guard) as Arc<dyn ProcessGuard>,
        Box::new(log),
        IDLE,
    ));
    let tasks = TaskTracker::new();
    serve(&host, listener, &socket, &tasks).await;
    host.close().await;
    tasks.close();
    let ended = async {
        tasks.wait().await;
        guard.wait_until_empty(FAREWELL).await;
    };
    drop(tokio::time::timeout(FAREWELL, ended).await);
    Ok(())
}

/// Serves clients until it is told to end, or nothing is left to hold.
async fn serve(host: &Arc<Host>, listener: UnixListener, socket: &Path, tasks: &TaskTracker) {
    let mut told = pin!(told_to_end());
    let mut used = Instant::now();
    while used.elapsed() < LINGER {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => if place::is_own(&stream) {
                let host = Arc::clone(host);
                tasks.spawn(async move { host.serve(stream).await });
            },
            () = host.draining().cancelled() => break,
            () = &mut told => break,
            () = tokio::time::sleep(LOOK) => {}
        }
        if !host.is_empty().await {
            used = Instant::now();
        }
    }
    // Whoever comes now starts the next one, which waits until this one is gone.
    drop(listener);
    drop(std::fs::remove_file(socket));
    let is_drained = host.draining().is_cancelled();
    let unused = async {
        while is_drained && !host.is_empty().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::select! {
        () = unused => {}
        () = told_to_end() => {}
    }
}

/// Waits for the system, or the user, to ask for the end.
async fn told_to_end() {
    tokio::select! {
        () = heard(SignalKind::terminate()) => {}
        () = heard(SignalKind::interrupt()) => {}
        () = heard(SignalKind::hangup()) => {}
    }
}

async fn heard(kind: SignalKind) {
    match signal(kind) {
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
    let deadline = Instant::now() + START;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {
                let is_served = place::connect(paths).await.is_ok();
                if is_served || Instant::now() >= deadline {
                    return Ok(None);
                }
                tokio::time::sleep(AGAIN.1).await;
            }
        }
    }
}

fn make_log(paths: &AppPaths, connector: &str) -> OnLine {
    if !is_name(connector) {
        // Not an id that Patchbay gave.
        return Arc::new(|_| {});
    }
    let file = paths.server_log(&ConnectorId::new(connector));
    log::to_file(file, Arc::new(SystemClock))
}
