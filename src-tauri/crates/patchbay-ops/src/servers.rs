//! MCP servers that are programs on this computer: finding, allowing, starting and ending them.
//!
//! A program is looked up at each start, as package managers move programs. Of our environment it inherits only what
//! [`environment`] lists; secrets are read at that moment and passed as variables, never as arguments. One process
//! serves a connector and ends when it has been idle.

pub(crate) mod log;
mod node;
pub(crate) mod sessions;
pub(crate) mod steering;

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::{Connector, ConnectorId, Program, ServerCommand, ServerSurroundings};
use patchbay_platforms::mcp::{self, McpProgram, McpSession, ProcessGuard};
use tokio_util::sync::CancellationToken;

use self::steering::check_secret_variables;
use crate::atomic_file::file_error;
use crate::context::Context;
use crate::context::sessions::{SessionSettings, Slot};
use crate::error::Error;
use crate::home_folder::expand_tilde;
use crate::processes::environment::path_variable;
use crate::processes::{containers, environment};
use crate::secrets::programs::{Occasion, Purpose, find_in, search_path, to_unicode};
use crate::stored_connectors::roots::client_features;
use crate::stored_connectors::time_limits::limits_of;

/// Time without a call after which a server is ended.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

const IDLE_CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// The program of a connector as it would be started now.
struct LaunchTarget {
    /// The id under which a person allowed it.
    id: String,
    program: Program,
    folder: PathBuf,
    /// The search path for programs, which the server gets as its `PATH`.
    path: Vec<PathBuf>,
}

/// Why a server is started.
#[derive(Clone, Copy)]
pub(crate) struct StartCause {
    pub(crate) occasion: Occasion,
    /// Whether the server ran before and ended unexpectedly.
    pub(crate) ended_by_itself: bool,
}

/// Starts the server of a connector and connects to it.
pub(crate) async fn start(
    cx: &Context,
    settings: &SessionSettings,
    command: &ServerCommand,
    StartCause {
        occasion,
        ended_by_itself,
    }: StartCause,
    cancel: &CancellationToken,
) -> Result<McpSession, Error> {
    let (connector, restarts) = (&settings.connector, cx.restarts());
    if occasion == Occasion::Given {
        restarts.forget(&connector.id);
    }
    // A person may be asked for the program or a secret.
    let preparing = async {
        restarts
            .wait_before_start(connector, ended_by_itself)
            .await?;
        let found = find_allowed(cx, connector, command, occasion).await?;
        let secrets = cx.tokens().source(connector).headers().await;
        let secrets = secrets.map_err(patchbay_platforms::Error::credential)?;
        Ok::<_, Error>((found, secrets))
    };
    let (found, secrets) = tokio::select! {
        () = cancel.cancelled() => return Err(Error::Cancelled),
        prepared = preparing => prepared?,
    };
    settings.program.get_or_init(|| found.id);
    make_folder(&cx.paths().servers()).await?;
    match &command.folder {
        None => make_folder(&found.folder).await?,
        Some(folder) => ensure_folder(folder, &command.program).await?,
    }
    let environment = environment::build(
        &found.path,
        search_path::shell_variables().await,
        &found.program.file,
        &command.variables,
        &secrets,
    );
    let environment = environment.map_err(|name| {
        let what = format!("the value of {name} can't be passed to a program");
        Error::usage(what, "Add the connector again without it.")
    })?;
    let allowed = PathBuf::from(&found.program.file);
    let (file, arguments) = node::bypass_batch_file(allowed.clone(), found.program.arguments);
    let program = McpProgram {
        name: command.program.clone(),
        file,
        arguments,
        folder: found.folder,
        environment: environment.clone(),
        secrets: (secrets.iter().map(|(_, secret)| secret.clone()))
            .chain(environment::proxy_passwords(&environment))
            .collect(),
        guard: cx.guard() as Arc<dyn ProcessGuard>,
        log: log::writer(cx, &connector.id),
    };
    let limits = limits_of(connector);
    let attached = tokio::select! {
        () = cancel.cancelled() => return Err(Error::Cancelled),
        attached = sessions::attach(cx, connector, command, &program, &secrets) => attached,
    };
    let session = match attached {
        Ok(Some(held)) => {
            let features = client_features(cx, connector, true);
            mcp::connect_attached(held, features, limits, cancel).await
        }
        Ok(None) => {
            let features = client_features(cx, connector, false);
            mcp::connect_program(program, features, limits, cancel).await
        }
        Err(error) => Err(error),
    };
    restarts.record(&connector.id, session.as_ref().err());
    match session {
        Ok(session) => Ok(session),
        Err(error) => Err(node::blame_old_node(error, &allowed, &found.path, environment).await),
    }
}

/// Asks the user to allow the program of a connector, unless it is allowed already. Nothing is started.
pub(crate) async fn allow(
    cx: &Context,
    connector: &Connector,
    command: &ServerCommand,
) -> Result<(), Error> {
    find_allowed(cx, connector, command, Occasion::Given)
        .await
        .map(drop)
}

/// Whether a connector may have been started with this program. Neither its variables nor the location of its file are
/// compared, because they may have changed since.
pub(crate) fn may_run(cx: &Context, connector: &Connector, program: &Program) -> bool {
    let (Some(command), Some(server)) = (&connector.command, &program.server) else {
        return false;
    };
    let own_folder = cx.paths().server_folder(&connector.id);
    let folder = command
        .folder
        .as_ref()
        .map_or(own_folder.as_path(), Path::new);
    Path::new(&server.folder) == folder
        && program.arguments
            == containers::arguments(command, Path::new(&program.file), &own_folder)
}

async fn find_allowed(
    cx: &Context,
    connector: &Connector,
    command: &ServerCommand,
    occasion: Occasion,
) -> Result<LaunchTarget, Error> {
    let (file, path) = find(&command.program, path_variable(&command.variables)).await?;
    let missing = |why| missing_program(&command.program, why);
    let folder = match &command.folder {
        Some(folder) => PathBuf::from(folder),
        None => cx.paths().server_folder(&connector.id),
    };
    let plain = command.variables.iter();
    let mut variables: Vec<String> = plain
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let secrets = cx.tokens().header_names(connector).await?;
    // A saved credential may be older than the rule, or have been made for something else.
    check_secret_variables(&secrets.iter().map(String::as_str).collect::<Vec<_>>())?;
    variables.extend(secrets);
    variables.sort();
    let program = Program {
        name: command.program.clone(),
        file: to_unicode(&file, &command.program).map_err(missing)?,
        arguments: containers::arguments(command, &file, &cx.paths().server_folder(&connector.id)),
        server: Some(ServerSurroundings {
            folder: to_unicode(&folder, "the folder").map_err(missing)?,
            variables,
        }),
    };
    let purpose = Purpose::Server(connector.title.clone());
    let allowed = cx.references().ensure_allowed(purpose, &program, occasion);
    let Some(allowed) = allowed.await? else {
        return Err(Error::ServerNotAllowed {
            connector: connector.title.clone(),
            program,
        });
    };
    Ok(LaunchTarget {
        id: allowed.id,
        program,
        folder,
        path,
    })
}

/// Returns the path of a program, which may begin with `~`. The folders in `path`, in the format of `PATH`, are searched
/// first.
pub async fn find_program(program: &str, path: Option<&String>) -> Result<String, Error> {
    let (file, _) = find(&expand_tilde(program), path).await?;
    Ok(file.display().to_string())
}

/// Like [`find_program`]; returns the search path too.
async fn find(program: &str, first: Option<&String>) -> Result<(PathBuf, Vec<PathBuf>), Error> {
    let mut path = search_path::server_search_path(first).await;
    let mut found = find_in(program, &path);
    if found.is_err() && search_path::forget_shell_paths().await {
        path = search_path::server_search_path(first).await;
        found = find_in(program, &path);
    }
    match found {
        Ok(file) => Ok((file, path)),
        Err(why) if path.is_empty() || Path::new(program).components().count() > 1 => {
            Err(missing_program(program, why))
        }
        Err(why) => {
            let folders: Vec<_> = path.iter().map(|it| it.display().to_string()).collect();
            let why = format!("{why} ({})", folders.join(", "));
            Err(missing_program(program, why))
        }
    }
}

fn missing_program(program: &str, why: String) -> Error {
    Error::ProgramMissing {
        program: program.to_owned(),
        why,
    }
}

async fn make_folder(folder: &Path) -> Result<(), Error> {
    let made = tokio::fs::create_dir_all(folder).await;
    made.map_err(|source| file_error(folder, source))
}

/// Checks that the working folder of a program, which the user chose, exists.
async fn ensure_folder(folder: &str, program: &str) -> Result<(), Error> {
    let why = match tokio::fs::metadata(folder).await {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => "it isn't a folder".to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => "there is no such folder".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Error::WorkingFolder {
        program: program.to_owned(),
        folder: folder.to_owned(),
        why,
    })
}

/// Deletes the server's own folder and its log. A folder that the user chose stays.
pub(crate) async fn remove_own_files(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    if !is_name(id.as_str()) {
        // A manipulated database must not choose what is deleted.
        return Ok(());
    }
    let log = cx.paths().server_log(id);
    for file in [log::rotated_path(&log), log] {
        // Most servers have no log.
        drop(tokio::fs::remove_file(file).await);
    }
    let folder = cx.paths().server_folder(id);
    match tokio::fs::remove_dir_all(&folder).await {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(&folder, error)),
        _ => Ok(()),
    }
}

/// Whether an id is a plain file name that does not lead out of a folder.
fn is_name(id: &str) -> bool {
    let mut parts = Path::new(id).components();
    matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(_)), None)
    )
}

/// Ends a server once it has been idle for [`IDLE_TIMEOUT`].
///
/// Holds no session: one that leaves its slot is closed by its last user.
pub(crate) fn supervise(cx: &Context, slot: Arc<Slot>, settings: Arc<SessionSettings>) {
    let ending = cx.shutdown().clone();
    let watching = async move {
        loop {
            tokio::time::sleep(IDLE_CHECK_INTERVAL).await;
            let mut connection = slot.lock().await;
            let own = connection.as_ref();
            let own = own.filter(|it| Arc::ptr_eq(&it.settings, &settings));
            let Some(session) = own.map(|it| &it.session).filter(|it| !it.is_closed()) else {
                return;
            };
            if session.idle_for().is_some_and(|idle| idle >= IDLE_TIMEOUT) {
                // Emptied under the lock: the next caller starts the server again.
                let idle = connection.take();
                drop(connection);
                if let Some(idle) = idle {
                    idle.session.close().await;
                }
                tracing::debug!(connector = %settings.connector.id, "an idle server was ended");
                return;
            }
        }
    };
    cx.tasks().spawn(async move {
        tokio::select! {
            () = watching => {}
            () = ending.cancelled() => {}
        }
    });
}

#[cfg(test)]
mod tests;
