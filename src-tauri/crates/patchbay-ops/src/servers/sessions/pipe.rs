//! The named pipe of the host process on Windows.
//!
//! Every user can list the names of all pipes and create a pipe with any free name. Each host therefore generates a key
//! in a folder that only this user can read. The name of the pipe derives from the key, and both ends prove that they
//! know the key before any other message. The host proves it first, so that a process that took over the name of a
//! former host learns nothing.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use patchbay_files::{create_private_folder, exposure, open, read};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::windows::named_pipe::{
    ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
};

use crate::app_paths::AppPaths;

const PROOF_TIMEOUT: Duration = Duration::from_secs(5);

/// Delay before another attempt to open a busy pipe.
const BUSY_DELAY: Duration = Duration::from_millis(5);

/// `ERROR_PIPE_BUSY`.
const PIPE_BUSY: i32 = 231;

type Key = [u8; 32];

pub(super) type Stream = NamedPipeClient;

/// Returns the path of the key.
pub(super) fn path(paths: &AppPaths) -> PathBuf {
    paths.data.join("sessions").join("host").join("key")
}

/// Connects to the host process.
///
/// # Errors
/// `PermissionDenied` if the pipe could belong to another user.
pub(super) async fn connect(paths: &AppPaths) -> io::Result<Stream> {
    let file = path(paths);
    ensure_private(&file)?;
    let key = read(&file, 1).map_err(patchbay_files::Error::into_io)?;
    // A key that is still being written counts as missing.
    let key: Option<Key> = key.and_then(|key| key.try_into().ok());
    let key = key.ok_or(ErrorKind::NotFound)?;
    let connecting = async {
        let mut stream = open_pipe(&key).await?;
        prove_client(&mut stream, &key).await?;
        Ok(stream)
    };
    tokio::time::timeout(PROOF_TIMEOUT, connecting).await?
}

async fn open_pipe(key: &Key) -> io::Result<Stream> {
    let name = name(key);
    loop {
        match ClientOptions::new().open(&name) {
            Err(error) if error.raw_os_error() == Some(PIPE_BUSY) => {
                tokio::time::sleep(BUSY_DELAY).await;
            }
            opened => return opened,
        }
    }
}

pub(super) struct Listener {
    key: Key,
    /// The pipe instance for the next client.
    next: NamedPipeServer,
}

/// Listens on a new pipe. The caller holds the host lock, so that an existing key is a leftover.
pub(super) fn listen(paths: &AppPaths) -> io::Result<Listener> {
    let file = path(paths);
    if let Some(folder) = file.parent() {
        create_private_folder(folder)?;
    }
    ensure_private(&file)?;
    let key = random()?;
    let next = create_pipe(&key, true)?;
    let mut options = OpenOptions::new();
    let file = open(&file, options.write(true).create(true).truncate(true));
    let mut file = file.map_err(patchbay_files::Error::into_io)?;
    file.write_all(&key)?;
    Ok(Listener { key, next })
}

impl Listener {
    /// Accepts the next client; the returned future has it prove that it is this user.
    pub(super) async fn accept(
        &mut self,
    ) -> io::Result<impl Future<Output = io::Result<NamedPipeServer>> + use<>> {
        self.next.connect().await?;
        // On failure the same client is accepted again.
        let next = create_pipe(&self.key, false)?;
        let (mut stream, key) = (std::mem::replace(&mut self.next, next), self.key);
        Ok(async move {
            tokio::time::timeout(PROOF_TIMEOUT, prove_host(&mut stream, &key)).await??;
            Ok(stream)
        })
    }
}

fn create_pipe(key: &Key, is_first: bool) -> io::Result<NamedPipeServer> {
    ServerOptions::new()
        .first_pipe_instance(is_first)
        .reject_remote_clients(true)
        .create(name(key))
}

async fn prove_client(stream: &mut Stream, key: &Key) -> io::Result<()> {
    let ours = random()?;
    stream.write_all(&ours).await?;
    let theirs = receive(stream).await?;
    ensure_same(receive(stream).await?, proof(key, "host", &ours, &theirs))?;
    stream
        .write_all(&proof(key, "client", &ours, &theirs))
        .await
}

async fn prove_host(stream: &mut NamedPipeServer, key: &Key) -> io::Result<()> {
    let theirs = receive(stream).await?;
    let ours = random()?;
    stream.write_all(&ours).await?;
    stream
        .write_all(&proof(key, "host", &theirs, &ours))
        .await?;
    ensure_same(receive(stream).await?, proof(key, "client", &theirs, &ours))
}

async fn receive(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn ensure_same(found: [u8; 32], expected: [u8; 32]) -> io::Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(ErrorKind::PermissionDenied.into()),
    }
}

/// Proof by `speaker` that it knows the key, over the nonces of both ends.
fn proof(key: &Key, speaker: &str, client: &[u8; 32], host: &[u8; 32]) -> [u8; 32] {
    let parts = [&key[..], speaker.as_bytes(), client, host];
    Sha256::digest(parts.concat()).into()
}

fn name(key: &Key) -> String {
    let hash = Sha256::digest([&key[..], b"name"].concat());
    let name = format!("{hash:x}");
    format!(r"\\.\pipe\patchbay-{}", &name[..32])
}

fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// Ensures that the folder of the key is this user's own.
fn ensure_private(key: &Path) -> io::Result<()> {
    match exposure(key.parent().unwrap_or(key))? {
        None => Ok(()),
        Some(exposure) => Err(io::Error::new(ErrorKind::PermissionDenied, exposure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(paths: &AppPaths) -> Key {
        std::fs::read(path(paths)).unwrap().try_into().unwrap()
    }

    #[tokio::test]
    async fn only_clients_with_the_key_are_served() {
        let home = tempfile::tempdir().unwrap();
        let paths = AppPaths::under(home.path());
        let missing = connect(&paths).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);

        let mut listener = listen(&paths).unwrap();
        for _ in 0..3 {
            let serving = async {
                let mut stream = listener.accept().await.unwrap().await.unwrap();
                let received = receive(&mut stream).await.unwrap();
                stream.write_all(&received).await
            };
            let client = async {
                let mut stream = connect(&paths).await.unwrap();
                stream.write_all(&[7; 32]).await.unwrap();
                assert_eq!(receive(&mut stream).await.unwrap(), [7; 32]);
            };
            tokio::join!(client, serving).1.unwrap();
        }

        let wrong_key = async {
            let mut guest = ClientOptions::new().open(name(&key_of(&paths))).unwrap();
            let wrong = prove_client(&mut guest, &[0; 32]).await.unwrap_err();
            assert_eq!(wrong.kind(), ErrorKind::PermissionDenied);
            guest.write_all(&[0; 32]).await.unwrap();
            guest
        };
        let serving = async { listener.accept().await.unwrap().await };
        let (_guest, refused) = tokio::join!(wrong_key, serving);
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }

    #[tokio::test]
    async fn a_process_that_reuses_the_pipe_name_learns_nothing() {
        let home = tempfile::tempdir().unwrap();
        let paths = AppPaths::under(home.path());
        drop(listen(&paths).unwrap());
        let gone = connect(&paths).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);

        let mut other = create_pipe(&key_of(&paths), true).unwrap();
        let impostor = async {
            other.connect().await.unwrap();
            let nonce = receive(&mut other).await.unwrap();
            other.write_all(&[nonce, nonce].concat()).await.unwrap();
            receive(&mut other).await.unwrap_err()
        };
        let (refused, received) = tokio::join!(connect(&paths), impostor);
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::PermissionDenied);
        assert_eq!(received.kind(), ErrorKind::UnexpectedEof);
        drop(other);

        // The next host has a new key and thus a new name.
        let before = key_of(&paths);
        drop(listen(&paths).unwrap());
        assert_ne!(key_of(&paths), before);
        std::fs::write(path(&paths), &before[..16]).unwrap();
        let half = connect(&paths).await.unwrap_err();
        assert_eq!(half.kind(), ErrorKind::NotFound);
    }
}
