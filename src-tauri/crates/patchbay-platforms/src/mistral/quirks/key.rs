//! The key of an account, given or read from a file.
//!
//! Source: Mistral contract, section 1 (rows from "Authorization" to "empty key") and section 14.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use patchbay_http::{FixedHeaders, authorization};
use patchbay_model::Secret;
use tokio::io::AsyncReadExt as _;

use crate::{AccountConfig, BoxError, Error, Headers, NoToken, Result, TokenSource};

/// Maximum size of the file. The user may name any file, so its content must look like a token before it is sent.
const MAX_KEY_FILE_BYTES: u64 = 16 * 1024;

/// The key of an account. A given one takes precedence over a file; without either, the service is left to refuse the
/// requests.
///
/// # Errors
/// [`Error::Usage`] when the key is empty.
pub(crate) fn tokens(account: &AccountConfig) -> Result<Arc<dyn TokenSource>> {
    if let Some(key) = account.secrets.get("api_key") {
        if key.is_empty() {
            return Err(Error::Usage("enter an API key".to_owned()));
        }
        return Ok(Arc::new(FixedHeaders::of(authorization(bearer(key)))));
    }
    Ok(match account.text("token_file")? {
        Some(path) => Arc::new(KeyFile(path.into())),
        None => Arc::new(NoToken),
    })
}

/// A key that is read for every request because it is replaced from time to time.
struct KeyFile(PathBuf);

#[async_trait]
impl TokenSource for KeyFile {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let key = read(&self.0).await;
        let key = key.map_err(|error| Box::new(error) as BoxError)?;
        Ok(authorization(bearer(&key)))
    }
}

async fn read(path: &Path) -> Result<Secret> {
    let refuse = |what: &str| Error::Usage(format!("the key file {what}"));
    // A pipe or a device would never end.
    let is_file = tokio::fs::metadata(path).await.map(|found| found.is_file());
    if !is_file.map_err(|_| refuse("couldn't be read"))? {
        return Err(refuse("isn't a file"));
    }
    let file = tokio::fs::File::open(path).await;
    let file = file.map_err(|_| refuse("couldn't be read"))?;
    let mut text = String::new();
    let reading = file
        .take(MAX_KEY_FILE_BYTES + 1)
        .read_to_string(&mut text)
        .await;
    // A `Secret` is wiped on drop.
    let text = Secret::new(text);
    reading.map_err(|_| refuse("couldn't be read"))?;
    let is_sent = |sign: char| sign == ' ' || sign.is_ascii_graphic();
    match text.expose().trim() {
        "" => Err(refuse("is empty")),
        key if text.expose().len() as u64 > MAX_KEY_FILE_BYTES || !key.chars().all(is_sent) => Err(
            refuse("contains no key: it must be one line of plain letters and digits"),
        ),
        key => Ok(Secret::new(key)),
    }
}

/// A key that starts with the scheme keeps it, in any letter case.
fn bearer(key: &Secret) -> Secret {
    let has_scheme = key
        .expose()
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
    if has_scheme {
        key.clone()
    } else {
        Secret::new(format!("Bearer {}", key.expose()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_its_scheme_stays_as_it_is() {
        let sent = |key: &str| bearer(&Secret::new(key)).expose().to_owned();
        assert_eq!(sent("abc"), "Bearer abc");
        assert_eq!(sent("bEARER abc"), "bEARER abc");
        assert_eq!(sent("bearerabc"), "Bearer bearerabc");
        assert_eq!(sent("ééé"), "Bearer ééé");
    }

    #[tokio::test]
    async fn a_file_is_read_anew_each_time_and_trimmed() {
        let folder = std::env::temp_dir().join(format!("patchbay-key-{}", std::process::id()));
        tokio::fs::create_dir_all(&folder).await.unwrap();
        let path = folder.join("token");
        assert!(matches!(read(&path).await, Err(Error::Usage(_))));
        for (content, expected) in [(" one\n", "one"), ("two", "two")] {
            tokio::fs::write(&path, content).await.unwrap();
            assert_eq!(read(&path).await.unwrap().expose(), expected);
        }
        tokio::fs::write(&path, "  \n").await.unwrap();
        assert!(matches!(read(&path).await, Err(Error::Usage(_))));
        let long = "x".repeat(20_000);
        for no_token in ["-----BEGIN KEY-----\nabc\n", "a\0b", "é", &long] {
            tokio::fs::write(&path, no_token).await.unwrap();
            assert!(matches!(read(&path).await, Err(Error::Usage(_))));
        }
        for no_file in [folder.as_path(), Path::new("/dev/zero")] {
            assert!(matches!(read(no_file).await, Err(Error::Usage(_))));
        }
        tokio::fs::remove_dir_all(&folder).await.unwrap();
    }
}
