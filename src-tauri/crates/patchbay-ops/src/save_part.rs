//! A part of an answer that is a file, as a file on this computer.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{Content, RunId, clean_text};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::io::AsyncWriteExt as _;

use crate::runs::find_run;
use crate::whole_file::failed;
use crate::{Context, Error};

/// The longest name that a server may give a file.
const LONGEST_NAME: usize = 120;

/// How many files of one name are told apart by a number.
const MOST_OF_ONE_NAME: u32 = 1000;

/// A part that was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedPart {
    /// The file.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u32,
}

/// Writes a part of a run's answer into a folder, named as its server names it. A file that is there stays:
/// the new one has a number then. Only the user can read it. `part` is the place among the parts of the
/// answer, from 0.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when that part is no file; [`Error::File`], [`Error::Store`].
pub async fn save_part(
    cx: &Context,
    run: &RunId,
    part: u32,
    folder: &Path,
) -> Result<SavedPart, Error> {
    let run = find_run(cx, run).await?;
    let parts = run.result.map(|result| result.content).unwrap_or_default();
    let part = usize::try_from(part)
        .ok()
        .and_then(|place| parts.get(place));
    let (name, bytes) = part.and_then(file_of).ok_or_else(|| Error::Usage {
        what: "that part of the answer is no file".to_owned(),
        hint: "Choose a picture, a sound or a resource.".to_owned(),
    })?;
    let (mut file, path) = create(folder, &name).await?;
    let written = async {
        file.write_all(&bytes).await?;
        file.sync_all().await
    };
    if let Err(source) = written.await {
        // Half a file helps nobody; that it cannot be removed changes nothing of the error.
        drop(tokio::fs::remove_file(&path).await);
        return Err(failed(&path, source));
    }
    Ok(SavedPart {
        path: path.display().to_string(),
        bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
    })
}

/// Name and bytes of a part; `None` for what is no file.
fn file_of(part: &Content) -> Option<(String, Vec<u8>)> {
    let decoded = |data: &str| STANDARD.decode(data.trim()).ok();
    match part {
        Content::Image { data, mime_type } => Some((unnamed("picture", mime_type), decoded(data)?)),
        Content::Audio { data, mime_type } => Some((unnamed("sound", mime_type), decoded(data)?)),
        Content::Resource {
            uri,
            mime_type,
            text,
            blob,
        } => {
            let bytes = match (blob, text) {
                (Some(blob), _) => decoded(blob)?,
                (None, Some(text)) => text.clone().into_bytes(),
                (None, None) => return None,
            };
            let kind = mime_type.as_deref().unwrap_or_default();
            Some((
                name_in(uri).unwrap_or_else(|| unnamed("resource", kind)),
                bytes,
            ))
        }
        Content::Text { .. } | Content::ResourceLink { .. } | Content::Other { .. } => None,
    }
}

fn unnamed(what: &str, mime_type: &str) -> String {
    let ending = mime_type.rsplit(['/', '+']).next().unwrap_or_default();
    let is_plain = |ending: &str| {
        (1..=5).contains(&ending.len()) && ending.bytes().all(|sign| sign.is_ascii_alphanumeric())
    };
    match ending {
        "plain" => format!("{what}.txt"),
        ending if is_plain(ending) => format!("{what}.{ending}"),
        _ => what.to_owned(),
    }
}

/// The last part of an address as the name of a file; whatever could lead out of the folder is taken away.
fn name_in(uri: &str) -> Option<String> {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit(['/', '\\', ':']).next()?;
    let name: String = clean_text(last, LONGEST_NAME)
        .chars()
        .map(|sign| match sign {
            '<' | '>' | '"' | '|' | '*' | '?' => '_',
            sign => sign,
        })
        .collect();
    let name = name.trim_matches([' ', '.']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// A new file of that name, numbered where there is one.
async fn create(folder: &Path, name: &str) -> Result<(tokio::fs::File, PathBuf), Error> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let (mut path, mut number) = (folder.join(name), 1);
    loop {
        match options.open(&path).await {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MOST_OF_ONE_NAME => {
                number += 1;
                path = folder.join(numbered(name, number));
            }
            Err(error) => return Err(failed(&path, error)),
        }
    }
}

/// `report (2).csv` of `report.csv`.
fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => format!("{stem} ({number}).{ending}"),
        _ => format!("{name} ({number})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        let named = |uri| name_in(uri).unwrap_or_default();
        assert_eq!(named("attachment:report.csv"), "report.csv");
        assert_eq!(named("https://a.example/x/report.csv?a=/b"), "report.csv");
        assert_eq!(named("attachment:../../etc/passwd"), "passwd");
        assert_eq!(named("attachment:..\\secret"), "secret");
        assert_eq!(named("file:///x/.."), "");
        assert_eq!(named("attachment:a*b?"), "a_b");
        assert_eq!(named("attachment:.bashrc"), "bashrc");
    }

    #[test]
    fn what_has_no_name_is_called_by_its_kind() {
        assert_eq!(unnamed("picture", "image/png"), "picture.png");
        assert_eq!(unnamed("picture", "image/svg+xml"), "picture.xml");
        assert_eq!(unnamed("resource", "text/plain"), "resource.txt");
        assert_eq!(unnamed("resource", "application/../x"), "resource.x");
        assert_eq!(unnamed("sound", ""), "sound");
    }

    #[tokio::test]
    async fn a_file_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (_, first) = create(folder.path(), "a.csv").await.unwrap();
        let (_, second) = create(folder.path(), "a.csv").await.unwrap();
        assert!(first.ends_with("a.csv") && second.ends_with("a (2).csv"));
        assert!(create(&folder.path().join("none"), "a").await.is_err());
    }
}
