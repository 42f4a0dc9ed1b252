//! A part of an answer that is a file, as a file on this computer.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{Content, PlainFileName, RunId};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::io::AsyncWriteExt as _;

use crate::atomic_file::{AtomicFile, file_error};
use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;

/// How many files of one name are told apart by a number.
const MAX_OF_ONE_NAME: u32 = 1000;

/// A part that was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedAttachment {
    /// The file.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u32,
}

/// A part of an answer that is a file.
pub struct Attachment {
    /// The name that it would have, for the person to agree to or to change.
    pub name: PlainFileName,
    bytes: Vec<u8>,
}

impl Attachment {
    /// A part of a run's answer; `part` is its place among the parts, from 0.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Usage`] when that part is no file, or was not kept; [`Error::Store`].
    pub async fn of_run(cx: &Context, run: &RunId, part: u32) -> Result<Self, Error> {
        let run = find_run(cx, run).await?;
        if !run.summary.capture.is_full() {
            return Err(Error::Usage {
                what: "the result of this run wasn't kept".to_owned(),
                hint: "Change what is kept in the settings of the connector, then run it again."
                    .to_owned(),
            });
        }
        let parts = run.result.map(|result| result.content).unwrap_or_default();
        let part = usize::try_from(part)
            .ok()
            .and_then(|place| parts.get(place));
        part.and_then(file_of).ok_or_else(no_file)
    }

    /// A part of a resource or a prompt.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is no file.
    pub fn of(part: &Content) -> Result<Self, Error> {
        file_of(part).ok_or_else(no_file)
    }

    /// Writes it into a folder, named as its server names it as far as that is a plain name. A file that is there
    /// stays: the new one has a number then. Only the user can read it.
    pub async fn save(&self, folder: &Path) -> Result<SavedAttachment, Error> {
        let (mut file, path) = create(folder, &self.name).await?;
        let written = async {
            file.write_all(&self.bytes).await?;
            file.sync_all().await
        };
        if let Err(source) = written.await {
            // Half a file helps nobody; that it cannot be removed changes nothing of the error.
            drop(tokio::fs::remove_file(&path).await);
            return Err(file_error(&path, source));
        }
        Ok(self.saved(&path))
    }

    /// Writes it into the file that a person chose; one that is there is replaced. Only the user can read it.
    pub async fn save_as(&self, path: &Path) -> Result<SavedAttachment, Error> {
        let mut file = AtomicFile::create(path).await?;
        file.write(&self.bytes).await?;
        file.finish().await?;
        Ok(self.saved(path))
    }

    fn saved(&self, path: &Path) -> SavedAttachment {
        SavedAttachment {
            path: path.display().to_string(),
            bytes: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
        }
    }
}

fn no_file() -> Error {
    Error::Usage {
        what: "this part isn't a file".to_owned(),
        hint: "Choose an image, audio or a resource.".to_owned(),
    }
}

/// A part with its bytes; `None` for what is no file.
fn file_of(part: &Content) -> Option<Attachment> {
    let decoded = |data: &str| STANDARD.decode(data.trim()).ok();
    let (name, bytes) = match part {
        Content::Image { data, mime_type } => (unnamed("picture", mime_type), decoded(data)?),
        Content::Audio { data, mime_type } => (unnamed("sound", mime_type), decoded(data)?),
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
            let name = name_in(uri).or_else(|| unnamed("resource", kind));
            (name, bytes)
        }
        Content::Text { .. } | Content::ResourceLink { .. } | Content::Other { .. } => return None,
    };
    Some(Attachment { name: name?, bytes })
}

fn unnamed(what: &str, mime_type: &str) -> Option<PlainFileName> {
    let ending = mime_type.rsplit(['/', '+']).next().unwrap_or_default();
    let is_plain = |ending: &str| {
        (1..=5).contains(&ending.len()) && ending.bytes().all(|sign| sign.is_ascii_alphanumeric())
    };
    PlainFileName::from_outside(&match ending {
        "plain" => format!("{what}.txt"),
        ending if is_plain(ending) => format!("{what}.{ending}"),
        _ => what.to_owned(),
    })
}

/// The last part of an address as the name of a file.
fn name_in(uri: &str) -> Option<PlainFileName> {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    PlainFileName::from_outside(path.trim_end_matches('/'))
}

/// A new file of that name, numbered where there is one.
async fn create(folder: &Path, name: &PlainFileName) -> Result<(tokio::fs::File, PathBuf), Error> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let (mut path, mut number) = (name.within(folder), 1);
    loop {
        match options.open(&path).await {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MAX_OF_ONE_NAME => {
                number += 1;
                path = name.with_number(number).within(folder);
            }
            Err(error) => return Err(file_error(&path, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        let named = |uri| name_in(uri).map_or_else(String::new, |name| name.as_str().to_owned());
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
        let called = |what, kind| unnamed(what, kind).unwrap().as_str().to_owned();
        assert_eq!(called("picture", "image/png"), "picture.png");
        assert_eq!(called("picture", "image/svg+xml"), "picture.xml");
        assert_eq!(called("resource", "text/plain"), "resource.txt");
        assert_eq!(called("resource", "application/../x"), "resource.x");
        assert_eq!(called("sound", ""), "sound");
    }

    #[tokio::test]
    async fn a_file_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let name = PlainFileName::from_outside("a.csv").unwrap();
        let (_, first) = create(folder.path(), &name).await.unwrap();
        let (_, second) = create(folder.path(), &name).await.unwrap();
        assert!(first.ends_with("a.csv") && second.ends_with("a (2).csv"));
        assert!(create(&folder.path().join("none"), &name).await.is_err());
    }
}
