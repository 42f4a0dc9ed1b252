//! Icons of connectors and tools, cached in a folder that can be deleted at any time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use patchbay_files::{Draft, create_private_folder};
use patchbay_http::{Picture, Reach, fetch_picture};
use patchbay_model::ConnectorId;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use crate::backend::for_connector;
use crate::connectors::tools::find_tool;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::find_connector;

/// Limits concurrent fetches, as a long list needs many icons at once.
static FETCHES: Semaphore = Semaphore::const_new(4);

/// Number of icons to which the cache is trimmed when it has more than twice as many.
const MAX_CACHED: usize = 256;

const CACHE_TTL: Duration = Duration::from_hours(30 * 24);

/// Maximum size of a cached file.
const MAX_MIB: u64 = 1;

/// Loads the icon of a connector, or of one of its tools, as a `data:` URL of a small raster picture; `None` if there
/// is none or it cannot be fetched.
pub async fn load_icon(
    cx: &Context,
    id: &ConnectorId,
    tool: Option<&str>,
) -> Result<Option<String>, Error> {
    let connector = find_connector(cx, id).await?;
    let address = match tool {
        Some(tool) => find_tool(cx, id, tool).await?.icon,
        None => connector.icon_address().map(str::to_owned),
    };
    let Some(address) = address else {
        return Ok(None);
    };
    let picture = match Url::parse(&address) {
        Ok(url) if url.scheme() == "data" => Picture::from_data_url(&address),
        Ok(url) => match for_connector(cx, &connector).icon_reach(&url).await? {
            Some(reach) => load(cx, &reach, url).await,
            None => None,
        },
        Err(_) => None,
    };
    Ok(picture.map(|picture| picture.to_data_url()))
}

/// Loads a picture from the cache or from its address.
async fn load(cx: &Context, reach: &Reach, url: Url) -> Option<Picture> {
    let file = file_of(&cx.paths().icons(), &url);
    let cached = run_blocking({
        let file = file.clone();
        let now = UNIX_EPOCH + Duration::from_millis(cx.now().unix_millis().unsigned_abs());
        move || read(&file, now)
    });
    if let Some(picture) = cached.await {
        return Some(picture);
    }
    let _permit = FETCHES.acquire().await.ok()?;
    match fetch_picture(cx.network().client_for(&url), cx.addresses(), reach, url).await {
        Ok(picture) => {
            let cached = picture.clone();
            run_blocking(move || save(&file, cached.bytes()).ok()).await;
            Some(picture)
        }
        Err(error) => {
            tracing::debug!(%error, "an icon could not be had");
            None
        }
    }
}

async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Option<T> + Send + 'static,
) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()?
}

/// Returns the cache file of an address. Its name is a hash, as the address is untrusted.
fn file_of(folder: &Path, url: &Url) -> PathBuf {
    folder.join(format!("{:x}", Sha256::digest(url.as_str())))
}

fn read(file: &Path, now: SystemTime) -> Option<Picture> {
    let written = fs::symlink_metadata(file).ok()?.modified().ok()?;
    if now.duration_since(written).is_ok_and(|age| age > CACHE_TTL) {
        return None;
    }
    Picture::read(patchbay_files::read(file, MAX_MIB).ok()??)
}

fn save(file: &Path, bytes: &[u8]) -> Result<(), patchbay_files::Error> {
    let folder = file.parent().unwrap_or(Path::new("."));
    create_private_folder(folder)?;
    Draft::create(file)?.replace(bytes)?;
    Ok(trim(folder)?)
}

/// Removes the oldest files if there are too many.
fn trim(folder: &Path) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    if entries.len() <= 2 * MAX_CACHED {
        return Ok(());
    }
    let written = |entry: &fs::DirEntry| entry.metadata().and_then(|found| found.modified()).ok();
    let mut files: Vec<_> = entries.iter().map(|it| (written(it), it.path())).collect();
    files.sort();
    for (_, path) in &files[..files.len() - MAX_CACHED] {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
