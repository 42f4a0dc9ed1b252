//! Saving a part of a result as a file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use patchbay_model::{Content, PlainFileName, RunId, count};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::io::AsyncWriteExt as _;

use crate::atomic_file::{AtomicFile, file_error, new_private_file, sync_written};
use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;

/// Maximum number that is appended to a file name to make it unique.
const MAX_OF_ONE_NAME: u32 = 1000;

/// A saved part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedAttachment {
    pub path: String,
    /// Size in bytes.
    pub bytes: u32,
}

/// A part of a result that can be saved as a file.
pub struct Attachment {
    /// Suggested file name.
    pub name: PlainFileName,
    bytes: Vec<u8>,
}

impl Attachment {
    /// Returns a part of a run's result by its index.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Usage`] when that part is not a file or was not saved.
    pub async fn of_run(cx: &Context, run: &RunId, part: u32) -> Result<Self, Error> {
        let run = find_run(cx, run).await?;
        if !run.summary.capture.is_full() {
            return Err(Error::usage(
                "the result of this run wasn't kept",
                "Change what is kept in the settings of the connector, then run it again.",
            ));
        }
        let parts = run.result.map(|result| result.content).unwrap_or_default();
        let found = parts.get(part as usize).ok_or_else(|| {
            let (number, parts) = (u64::from(part) + 1, count(parts.len(), "part"));
            let what = format!("there is no part {number} in the result, which has {parts}");
            Error::usage(what, "Choose another part or run.")
        })?;
        Self::of(found)
    }

    /// Returns a part of a resource or a prompt.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is not a file; [`Error::Platform`] when it isn't what its server says.
    pub fn of(part: &Content) -> Result<Self, Error> {
        file_of(part)?.ok_or_else(no_file)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes the file into a folder under its suggested name, with a number when a file of that name exists. Only the
    /// user can read it.
    pub async fn save(&self, folder: &Path) -> Result<SavedAttachment, Error> {
        let (mut file, path) = create(folder, &self.name).await?;
        let written = async {
            file.write_all(&self.bytes).await?;
            file.flush().await?;
            sync_written(file).await
        };
        if let Err(source) = written.await {
            // Do not leave half a file behind.
            drop(tokio::fs::remove_file(&path).await);
            return Err(file_error(&path, source));
        }
        Ok(self.saved(&path))
    }

    /// Writes the file to a path that a person chose; an existing one is replaced. Only the user can read it.
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
    Error::usage(
        "this part isn't a file",
        "Choose an image, audio or a resource.",
    )
}

/// Returns the part with its bytes; `None` when it is not a file.
fn file_of(part: &Content) -> Result<Option<Attachment>, Error> {
    let (name, bytes) = match part {
        Content::Image {
            data, mime_type, ..
        } => (unnamed("picture", mime_type), decode(data)?),
        Content::Audio {
            data, mime_type, ..
        } => (unnamed("sound", mime_type), decode(data)?),
        Content::Resource {
            uri,
            mime_type,
            text,
            blob,
            ..
        } => {
            let bytes = match (blob, text) {
                (Some(blob), _) => decode(blob)?,
                (None, Some(text)) => text.clone().into_bytes(),
                (None, None) => return Ok(None),
            };
            let kind = mime_type.as_deref().unwrap_or_default();
            let name = name_in(uri).or_else(|| unnamed("resource", kind));
            (name, bytes)
        }
        Content::Text { .. } | Content::ResourceLink { .. } | Content::Other { .. } => {
            return Ok(None);
        }
    };
    Ok(name.map(|name| Attachment { name, bytes }))
}

/// Decodes base64, as the window does: servers also send it in lines, or without its padding.
fn decode(data: &str) -> Result<Vec<u8>, Error> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut data = data.as_bytes().to_vec();
    data.retain(|byte| !byte.is_ascii_whitespace());
    let decoded = GeneralPurpose::new(&STANDARD, config).decode(data);
    Ok(decoded.map_err(|_| {
        patchbay_platforms::Error::Protocol("a file that isn't valid base64".to_owned())
    })?)
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

/// Returns the last segment of a URI as a file name.
fn name_in(uri: &str) -> Option<PlainFileName> {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path.trim_end_matches('/'));
    PlainFileName::from_outside(&path.decode_utf8_lossy())
}

/// Creates a file of that name, with a number when one exists.
async fn create(folder: &Path, name: &PlainFileName) -> Result<(tokio::fs::File, PathBuf), Error> {
    let options = new_private_file();
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
        assert_eq!(
            named("attachment:Bill %2312 (5%25).pdf"),
            "Bill #12 (5%).pdf"
        );
        assert_eq!(named("file:///x/..%2F..%2Fpasswd"), "passwd");
    }

    #[test]
    fn unnamed_parts_are_named_by_their_type() {
        let called = |what, kind| unnamed(what, kind).unwrap().as_str().to_owned();
        assert_eq!(called("picture", "image/png"), "picture.png");
        assert_eq!(called("picture", "image/svg+xml"), "picture.xml");
        assert_eq!(called("resource", "text/plain"), "resource.txt");
        assert_eq!(called("resource", "application/../x"), "resource.x");
        assert_eq!(called("sound", ""), "sound");
    }

    #[test]
    fn base64_in_lines_or_without_padding_is_a_file_and_anything_else_the_fault_of_its_server() {
        let picture = |data: &str| Content::Image {
            data: data.to_owned(),
            mime_type: "image/png".to_owned(),
            annotations: None,
        };
        for data in ["aGVsbG8h\r\nIQ==\n", "aGVsbG8hIQ"] {
            assert_eq!(
                Attachment::of(&picture(data)).unwrap().bytes(),
                b"hello!!",
                "{data}"
            );
        }
        for data in ["<svg>", "aGVsbG8hI"] {
            let refused = Attachment::of(&picture(data)).map(|_| ());
            assert!(matches!(refused, Err(Error::Platform(_))), "{data}");
        }
        assert!(matches!(
            Attachment::of(&Content::text("x")).map(|_| ()),
            Err(Error::Usage { .. })
        ));
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
