//! How a connector connects: the authorities and certificates that it trusts besides those of the system.

use std::path::Path;

use patchbay_http::read_certificates;
use patchbay_model::{Certificate, NetworkSettings};
use serde::Deserialize;
use specta::Type;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::error::Error;

/// More than is read of a certificate.
const LONGEST_FILE: u64 = 1024 * 1024;

/// What is to change of how a connector connects; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkChanges {
    /// Certificates of the authorities that are trusted besides those of the system, as PEM, all of them.
    #[specta(optional)]
    pub authorities: Option<Vec<String>>,
    /// Places whose certificate is not trusted any longer, such as `nas.home:8443`.
    #[specta(optional)]
    pub forget: Option<Vec<String>>,
}

fn read_authorities(pem: &str) -> Result<Vec<Certificate>, Error> {
    read_certificates(pem).map_err(|error| Error::Usage {
        what: error.to_string(),
        hint: "Choose a file that begins with BEGIN CERTIFICATE.".to_owned(),
    })
}

/// The certificates of a file that a person chose.
///
/// # Errors
/// [`Error::File`] when it cannot be read; [`Error::Usage`] when it holds none.
pub async fn read_authorities_file(path: &Path) -> Result<Vec<Certificate>, Error> {
    let failed = |source| Error::File {
        path: path.display().to_string(),
        source,
    };
    let file = File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    let mut start = file.take(LONGEST_FILE + 1);
    start.read_to_end(&mut bytes).await.map_err(failed)?;
    // What is longer than any list of authorities is refused as what it is: none.
    read_authorities(&String::from_utf8_lossy(&bytes))
}

/// The settings with what was changed.
///
/// # Errors
/// [`Error::Usage`] for a text that holds no certificate.
pub(crate) fn changed(
    mut settings: NetworkSettings,
    changes: &NetworkChanges,
) -> Result<NetworkSettings, Error> {
    if let Some(texts) = &changes.authorities {
        settings.authorities = Vec::new();
        for text in texts {
            for one in read_authorities(text)? {
                if !settings.authorities.contains(&one) {
                    settings.authorities.push(one);
                }
            }
        }
    }
    let forgotten = changes.forget.as_deref().unwrap_or_default();
    settings.pins.retain(|pin| !forgotten.contains(&pin.place));
    Ok(settings)
}
