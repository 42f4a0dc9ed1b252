//! The Unix socket of the host process, which only this user can use.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use patchbay_files::create_private_folder;
use rustix::process::getuid;
use sha2::{Digest as _, Sha256};
use tokio::net::{UnixListener, UnixStream};

use crate::app_paths::AppPaths;

/// Maximum path length of a socket on every system.
const MAX_BYTES: usize = 100;

pub(super) type Stream = UnixStream;

/// Returns the path of the socket, in a temporary folder if the usual one is too long.
pub(super) fn path(paths: &AppPaths) -> PathBuf {
    let usual = paths.data.join("sessions").join("host.sock");
    if usual.as_os_str().len() <= MAX_BYTES {
        return usual;
    }
    let hash = Sha256::digest(usual.as_os_str().as_encoded_bytes());
    let name = format!("{hash:x}");
    let folder = format!("patchbay-{}", getuid().as_raw());
    std::env::temp_dir()
        .join(folder)
        .join(format!("{}.sock", &name[..8]))
}

/// Connects to the host process.
///
/// # Errors
/// `PermissionDenied` if the socket could belong to another user.
pub(super) async fn connect(paths: &AppPaths) -> io::Result<Stream> {
    let socket = path(paths);
    ensure_private(&socket)?;
    of_same_user(UnixStream::connect(&socket).await?)
}

pub(super) struct Listener {
    socket: UnixListener,
    id: Option<SocketId>,
}

/// Device, number and time of a socket, since the number may be given again.
type SocketId = (u64, u64, i64, i64);

fn id_of(path: &Path) -> Option<SocketId> {
    let found = fs::symlink_metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.mtime(), found.mtime_nsec()))
}

/// Listens on the socket. The caller holds the host lock, so that an existing socket is a leftover.
pub(super) fn listen(paths: &AppPaths) -> io::Result<Listener> {
    let socket = path(paths);
    if let Some(folder) = socket.parent() {
        create_private_folder(folder)?;
    }
    ensure_private(&socket)?;
    match fs::remove_file(&socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&socket)?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o600))?;
    let id = id_of(&socket);
    Ok(Listener {
        socket: listener,
        id,
    })
}

impl Listener {
    /// Whether its socket is still there.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        id_of(path) == self.id
    }

    /// Accepts the next client; the returned future checks that it is this user.
    pub(super) async fn accept(
        &mut self,
    ) -> io::Result<impl Future<Output = io::Result<UnixStream>> + use<>> {
        let (stream, _) = self.socket.accept().await?;
        Ok(std::future::ready(of_same_user(stream)))
    }
}

/// Returns the stream if the other end belongs to this user.
fn of_same_user(stream: UnixStream) -> io::Result<UnixStream> {
    let peer = stream.peer_cred();
    match peer.is_ok_and(|peer| peer.uid() == getuid().as_raw()) {
        true => Ok(stream),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

/// Ensures that the folder of the socket is this user's own and not a link.
fn ensure_private(socket: &Path) -> io::Result<()> {
    let folder = socket.parent().unwrap_or(socket);
    let found = fs::symlink_metadata(folder)?;
    let is_private =
        found.is_dir() && found.uid() == getuid().as_raw() && found.mode() & 0o077 == 0;
    match is_private {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} isn't this user's alone", folder.display()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_private_sockets_are_used() {
        let home = tempfile::tempdir().unwrap();
        let paths = AppPaths::under(home.path());
        let folder = paths.data.join("sessions");
        let missing = connect(&paths).await.unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let mut listener = listen(&paths).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(&path(&paths)), 0o600);
        assert_eq!(mode(&folder), 0o700);
        let (made, taken) = tokio::join!(connect(&paths), listener.accept());
        assert!(made.is_ok() && taken.unwrap().await.is_ok());
        // The leftover of a killed host is replaced.
        drop(listener);
        drop(listen(&paths).unwrap());

        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let open = connect(&paths).await.unwrap_err();
        assert_eq!(open.kind(), io::ErrorKind::PermissionDenied);
        let elsewhere = home.path().join("elsewhere");
        fs::rename(&folder, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
        let link = connect(&paths).await.unwrap_err();
        assert_eq!(link.kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_long_path_is_replaced_by_a_short_one() {
        let deep = PathBuf::from("/home").join("x".repeat(200));
        let found = path(&AppPaths::under(&deep));
        assert!(found.starts_with(std::env::temp_dir()), "{found:?}");
        assert_ne!(found, path(&AppPaths::under(&deep.join("other"))));
    }
}
