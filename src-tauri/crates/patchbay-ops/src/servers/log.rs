//! Logs of servers: the standard error of programs and MCP log messages. Each connector has a bounded file, which every
//! process can read and which outlives the connection.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use patchbay_files::create_private_folder;
use patchbay_model::{ConnectorId, LogLevel, Timestamp, clean_text};
use patchbay_platforms::mcp::LineSink;
use serde::Serialize;
use specta::Type;
use tokio::io::AsyncReadExt as _;

use crate::abilities::abilities;
use crate::atomic_file::file_error;
use crate::clock::Clock;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::find_connector;

/// Size in bytes at which a file is rotated.
const MAX_BYTES: u64 = 256 * 1024;

/// Maximum number of lines shown.
const MAX_LINES: usize = 1000;

/// Maximum length of a shown line, in characters.
const LINE_LENGTH: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerLogLine {
    pub at: Timestamp,
    /// The level that the text begins with, as MCP messages do.
    pub level: Option<LogLevel>,
    /// Text without the connector's secrets.
    pub text: String,
}

/// Returns the last lines of a server's log, oldest first.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a connector of a hosted platform; [`Error::File`].
pub async fn read_server_log(cx: &Context, id: &ConnectorId) -> Result<Vec<ServerLogLine>, Error> {
    let connector = find_connector(cx, id).await?;
    if !abilities(&connector).configured_here {
        let what = format!(
            "connector {} is on a platform and has no log here",
            connector.title
        );
        return Err(Error::usage(what, "Look at its runs instead."));
    }
    let file = cx.paths().server_log(id);
    let mut lines = Vec::new();
    for file in [rotated_path(&file), file] {
        match read(&file).await {
            Ok(bytes) => lines.extend(String::from_utf8_lossy(&bytes).lines().filter_map(line)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file_error(&file, error)),
        }
    }
    lines.drain(..lines.len().saturating_sub(MAX_LINES));
    Ok(lines)
}

async fn read(file: &Path) -> io::Result<Vec<u8>> {
    let (mut bytes, most) = (Vec::new(), 2 * MAX_BYTES);
    let file = tokio::fs::File::open(file).await?;
    file.take(most).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn line(written: &str) -> Option<ServerLogLine> {
    let (at, text) = written.split_once(' ')?;
    let text = clean_text(text, LINE_LENGTH);
    Some(ServerLogLine {
        at: Timestamp::parse(at)?,
        level: LogLevel::of_line(&text),
        text,
    })
}

/// Returns a sink that appends to the log of a connector.
pub(crate) fn writer(cx: &Context, id: &ConnectorId) -> LineSink {
    to_file(cx.paths().server_log(id), cx.clock())
}

pub(super) fn to_file(file: PathBuf, clock: Arc<dyn Clock>) -> LineSink {
    Arc::new(move |line| {
        if let Err(error) = append(&file, clock.now(), line) {
            tracing::debug!(%error, "a line of a server was not kept");
        }
    })
}

fn append(file: &Path, now: Timestamp, line: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = match options.open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Servers over HTTP have no folder yet. A data folder that was moved is not made again.
            let folder = file.parent().unwrap_or(file);
            if !folder.parent().is_some_and(Path::exists) {
                return Err(error);
            }
            create_private_folder(folder)?;
            options.open(file)?
        }
        opened => opened?,
    };
    // In one write, as another process may append to the same file.
    opened.write_all(format!("{now} {line}\n").as_bytes())?;
    let written = opened.metadata()?.len();
    drop(opened);
    if written > MAX_BYTES {
        fs::rename(file, rotated_path(file))?;
    }
    Ok(())
}

pub(super) fn rotated_path(file: &Path) -> PathBuf {
    file.with_extension("log.1")
}

#[cfg(test)]
mod tests {
    use patchbay_model::Platform;

    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn a_log_is_bounded() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        let id = connector.id.clone();
        assert_eq!(read_server_log(&cx, &id).await.unwrap(), []);
        let file = cx.paths().server_log(&id);
        let write = writer(&cx, &id);
        for number in 0..5000 {
            write(&format!("{number} {}", "x".repeat(150)));
        }
        let lines = read_server_log(&cx, &id).await.unwrap();
        assert_eq!(lines.len(), MAX_LINES);
        assert!(lines[MAX_LINES - 1].text.starts_with("4999 x"));
        let size = |file: &Path| fs::metadata(file).unwrap().len();
        assert!(size(&file) + size(&rotated_path(&file)) < 2 * MAX_BYTES + 500);
        assert_eq!(lines[MAX_LINES - 1].level, None);
        write("[warning] db: slow");
        let lines = read_server_log(&cx, &id).await.unwrap();
        let last = &lines[MAX_LINES - 1];
        assert_eq!(
            (last.level, last.text.as_str()),
            (Some(LogLevel::Warning), "[warning] db: slow")
        );
        // Foreign content is shown as text or ignored.
        fs::write(&file, "no time\n2026-01-01T00:00:00Z a\u{1b}[2Jb\n\u{ff}").unwrap();
        let lines = read_server_log(&cx, &id).await.unwrap();
        assert_eq!(lines[lines.len() - 1].text, clean_text("a\u{1b}[2Jb", 500));
        connector.identity.platform = Platform::Mistral;
        cx.store().save_connector(&connector).await.unwrap();
        let refused = read_server_log(&cx, &id).await.unwrap_err();
        assert!(matches!(refused, Error::Usage { .. }));
    }
}
